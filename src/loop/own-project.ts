import type { Project } from "../model/project.ts";
import type { IndexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import type { Requirement } from "../python/requirement.ts";

/** A project of our own making, which no Pipfile states: `where` says who asks, for people. */
export function ownProject(
  asked: readonly { readonly requirement: Requirement; readonly where: string }[],
  indexes: readonly [IndexUrl, ...IndexUrl[]],
): Project {
  const requirements = asked.map(({ requirement, where }, position) => {
    const { canonical, name, specifier, extras } = requirement;
    return {
      name: canonical,
      spelling: name,
      category: "packages",
      specifier: specifier.text,
      range: specifier.range,
      mentionsPrerelease: specifier.prereleases === true,
      extras: extras.map(packageName),
      where,
      line: position + 1,
    };
  });
  return { requirements, indexes, allowPrereleases: false, preferred: new Map() };
}
