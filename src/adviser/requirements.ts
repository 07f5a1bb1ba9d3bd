import type { ProjectRequirement } from "../model/project.ts";
import { intersect, type VersionRange } from "../python/version-range.ts";
import type { OwnDemands } from "./candidates.ts";

/** The line of what a question adds to a project; no Pipfile has a line 0. */
export const askedLine = 0;

/** What the lines of a Pipfile, all of one package, demand of it. */
export function ownDemands(requirements: readonly ProjectRequirement[]): OwnDemands {
  let asked: VersionRange | undefined;
  for (const { range } of requirements)
    asked = asked === undefined ? range : intersect(asked, range);
  return { pinned: exactPin(requirements), asked };
}

/** What the Pipfile asks for by `==` or `===`, which may be yanked (PEP 592). */
export function exactPin(requirements: readonly ProjectRequirement[]): VersionRange | undefined {
  return requirements.find(({ specifier }) => /^===?\s*[^\s*,]+$/.test(specifier.trim()))?.range;
}
