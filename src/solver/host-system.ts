import { readFileSync } from "node:fs";

/** The operating system that Thoth itself runs on, as a runtime names it. */
export function hostSystem(): { readonly name: string; readonly version: string } | undefined {
  if (process.platform === "darwin") return { name: "macos", version: "11" };
  const fields = new Map<string, string>();
  for (const line of osRelease().split("\n")) {
    const [, key, value] = /^([A-Z_]+)="?([^"]*)"?$/.exec(line) ?? [];
    if (key !== undefined && value !== undefined) fields.set(key, value);
  }
  const name = fields.get("ID");
  return name === undefined ? undefined : { name, version: fields.get("VERSION_ID") ?? "" };
}

function osRelease(): string {
  try {
    return readFileSync("/etc/os-release", "utf8");
  } catch {
    // A system that does not describe itself; what needs to know it then says so
    return "";
  }
}
