import type { Candidates } from "../adviser/candidates.ts";
import type { Version } from "../python/version.ts";
import { noVersion, type VersionRange } from "../python/version-range.ts";

/** A package as far as it was followed. */
export interface Reached {
  readonly candidates: Candidates;
  /** Releases taken, with what they require. */
  readonly taken: Map<string, { readonly version: Version; readonly requires: readonly string[] }>;
  /** Versions taken or to be taken, and those that proved unusable. */
  readonly wanted: Set<string>;
  readonly extras: { readonly extra: string; readonly range: VersionRange }[];
  /** Versions and extras whose requirements were followed: "1.0 async". */
  readonly followed: Set<string>;
  /** All that was demanded of it. */
  demanded: VersionRange;
}

export function notYetReached(candidates: Candidates): Reached {
  return {
    candidates,
    taken: new Map(),
    wanted: new Set(),
    extras: [],
    followed: new Set(),
    demanded: noVersion,
  };
}

/** Of the releases taken in a range, newest first, each that requires something else than the one before. */
export function variantsOf(
  { candidates, taken }: Reached,
  range: VersionRange,
): readonly Version[] {
  const found: Version[] = [];
  let before: string | undefined;
  for (const { version } of candidates.within(range)) {
    const requires = taken.get(version.text)?.requires.join("\n");
    if (requires === undefined || requires === before) continue;
    before = requires;
    found.push(version);
  }
  return found;
}

/** How many final releases within the ranges were not taken, and of how many packages. */
export function leftOutOf(all: readonly Reached[]): {
  readonly releases: number;
  readonly packages: number;
} {
  let [releases, packages] = [0, 0];
  for (const { candidates, wanted, demanded } of all) {
    let own = 0;
    for (const { version } of candidates.within(demanded)) {
      if (!wanted.has(version.text) && !version.isPrerelease) own += 1;
    }
    releases += own;
    if (own > 0) packages += 1;
  }
  return { releases, packages };
}

/** When the list was confirmed that was confirmed longest ago; Infinity for none. */
export function oldestOf(all: readonly Reached[]): number {
  return Math.min(...all.map(({ candidates }) => candidates.list.checkedAt));
}
