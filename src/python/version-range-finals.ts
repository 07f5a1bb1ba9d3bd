import { buildVersion, type Version } from "./version.ts";
import { type Cut, compareCuts, cutBelow, edited, floor } from "./version-cut.ts";
import type { VersionRange } from "./version-range.ts";

/**
 * Whether `range` holds pre-releases only, so that nothing is left where they are not wanted;
 * true for the empty range too.
 */
export function holdsOnlyPrereleases({ cuts }: VersionRange): boolean {
  for (let index = 0; index + 1 < cuts.length; index += 2) {
    const lower = cuts[index];
    const upper = cuts[index + 1];
    if (lower === undefined || upper === undefined) continue;
    if (compareCuts(belowNextFinal(lower), upper) < 0) return false;
  }
  return true;
}

// no final release is older than 0
const belowFirstFinal = cutBelow(buildVersion({ ...floor.version, epoch: 0 }));

/** The cut below the first final or post-release above `cut`, or `cut` where there is no first. */
function belowNextFinal(cut: Cut): Cut {
  if (cut === floor) return belowFirstFinal;
  return cut.version.isPrerelease ? cutBelow(finalOf(cut.version)) : cut;
}

/** 1.0 of `1.0a1.post2`, `1.0.post1` of `1.0.post1.dev0`. */
function finalOf(version: Version): Version {
  return version.pre === undefined
    ? edited(version, { dev: undefined })
    : edited(version, { pre: undefined, post: undefined, dev: undefined });
}
