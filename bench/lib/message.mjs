/** A message as an investigator meets most of them, about a package of this name. */
export function message(name) {
  return {
    type: "unresolved_package",
    component_name: "thoth",
    service_version: "0.1.0",
    version: "v2",
    package_name: name,
    index_url: "https://index.example/simple",
    package_version: "1.2.3",
    solver: null,
    filename: null,
  };
}
