import type { Gap } from "../model/gap.ts";
import { type Message, messageEnvelope, type UnresolvedPackage } from "../model/message.ts";

/** The message that asks for a missing fact; the same gap always gives the same message. */
export function gapMessage(gap: Gap): Message {
  switch (gap.missing) {
    case "releases":
      return unresolved({ package_name: gap.name, index_url: gap.index });
    case "metadata":
      return unresolved({ ...named(gap), filename: gap.filename });
    case "installed":
      return unresolved({ ...named(gap), solver: gap.runtime });
    case "source":
      return unresolved({ package_name: gap.name, index_url: gap.key });
    case "security":
      return { ...messageEnvelope("si_unanalyzed_package"), ...named(gap) };
  }
}

function unresolved(
  fields: Pick<UnresolvedPackage, "package_name" | "index_url"> & Partial<UnresolvedPackage>,
): UnresolvedPackage {
  return {
    ...messageEnvelope("unresolved_package"),
    package_version: null,
    solver: null,
    filename: null,
    ...fields,
  };
}

function named(gap: Extract<Gap, { readonly release: unknown }>) {
  const { name, version, index } = gap.release;
  return { package_name: name, package_version: version, index_url: index };
}
