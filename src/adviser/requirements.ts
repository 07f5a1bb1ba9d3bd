import type { ProjectRequirement } from "../model/project.ts";
import { parseVersion } from "../python/version.ts";

/** The version that the Pipfile asks for by `==` or `===`, which may be yanked (PEP 592). */
export function exactPin(requirements: readonly ProjectRequirement[]): string | undefined {
  for (const { specifier } of requirements) {
    const exact = /^===?\s*([^\s*,]+)$/.exec(specifier.trim())?.[1];
    const version = exact === undefined ? undefined : parseVersion(exact);
    if (version !== undefined) return version.text;
  }
  return undefined;
}
