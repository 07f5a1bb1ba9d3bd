import type { ProjectRequirement } from "../model/project.ts";
import type { VersionRange } from "../python/version-range.ts";

/** What the Pipfile asks for by `==` or `===`, which may be yanked (PEP 592). */
export function exactPin(requirements: readonly ProjectRequirement[]): VersionRange | undefined {
  return requirements.find(({ specifier }) => /^===?\s*[^\s*,]+$/.test(specifier.trim()))?.range;
}
