import type { Project } from "../model/project.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import { parseVersion } from "../python/version.ts";
import { singleVersion } from "../python/version-range.ts";

/** A project that asks for exactly these releases. */
export function pinnedProject(
  releases: readonly Release[],
  indexes: readonly [IndexUrl, ...IndexUrl[]],
): Project {
  const requirements = releases.flatMap(({ name, version, index }, position) => {
    const parsed = parseVersion(version);
    if (parsed === undefined) return [];
    return [
      {
        name,
        spelling: name,
        category: "packages",
        specifier: `==${version}`,
        range: singleVersion(parsed),
        mentionsPrerelease: parsed.isPrerelease,
        extras: [],
        index,
        where: `${name}==${version}`,
        line: position + 1,
      },
    ];
  });
  return { requirements, indexes, allowPrereleases: false, preferred: new Map() };
}
