import type { AdvisoryMatch } from "../model/advisory.ts";
import { type ReleaseFacts, type ReleaseList, releaseIn } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import { anyVersion, contains, intersect } from "../python/version-range.ts";
import { advisoryNames, vulnerabilities } from "./advisory-text.ts";
import type { AdviceContext } from "./context.ts";
import { leadsBack, penaltyOfRank } from "./penalty.ts";

interface Surroundings {
  readonly list: ReleaseList;
  readonly context: AdviceContext;
  /** Whether a release is older than the cool-down and has a file for the runtime. */
  readonly isOld: (facts: ReleaseFacts) => boolean;
}

/**
 * What a release mends that is younger than the cool-down, in words; undefined: it has to wait. It
 * must be the first release that mends a vulnerability, medium or worse, of the version that would
 * be chosen in its stead: the locked one, else the newest that is old enough. Malware is known of
 * neither. Who publishes a release can't write advisories of it here: they come from a database.
 */
export function mendedBy(
  release: Release,
  { list, context, isOld }: Surroundings,
): string | undefined {
  const version = parseVersion(release.version);
  const instead = version && chosenInstead(version, { list, context, isOld });
  if (version === undefined || instead === undefined) return undefined;
  const { knowledge } = context;
  const own = knowledge.advisories(release.name, release.version) ?? [];
  if (own.some(({ kind }) => kind === "malware")) return undefined;
  const remaining = new Set(own.map(({ id }) => id));
  const known = vulnerabilities(knowledge.advisories(release.name, instead.text) ?? []);
  const mended = known.filter(
    (one) =>
      leadsBack(penaltyOfRank[one.severity.rank]) &&
      !remaining.has(one.id) &&
      isFirstFix(one, instead, version),
  );
  return mended.length === 0
    ? undefined
    : `mends ${advisoryNames(mended)}, which ${instead.text} is affected by`;
}

function chosenInstead(
  version: Version,
  { list, context, isOld }: Surroundings,
): Version | undefined {
  const { requirements, settings } = context.project;
  const { name } = list;
  const ranges = requirements.flatMap((one) => (one.name === name ? [one.range] : []));
  const asked = ranges.reduce((all, range) => intersect(all, range), anyVersion);
  const locked = parseVersion(settings?.locked.get(name) ?? "");
  if (locked !== undefined && contains(asked, locked) && releaseIn(list, locked.text) !== undefined)
    return compareVersions(locked, version) < 0 ? locked : undefined;
  for (let position = 0; position < list.count; position += 1) {
    const older = parseVersion(list.version(position));
    if (older === undefined || compareVersions(older, version) >= 0) continue;
    if (older.isPrerelease && !version.isPrerelease) continue;
    if (contains(asked, older) && isOld(list.release(position))) return older;
  }
  return undefined;
}

/** Of the versions that mend an advisory, each for its own line, this is the next after `affected`. */
function isFirstFix({ fixed }: AdvisoryMatch, affected: Version, version: Version): boolean {
  for (const text of fixed) {
    const fix = parseVersion(text);
    if (fix === undefined || compareVersions(fix, affected) <= 0) continue;
    return compareVersions(fix, version) === 0;
  }
  return false;
}
