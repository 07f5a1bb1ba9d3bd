import type { Knowledge } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { parseVersion, type Version } from "../python/version.ts";
import { ceiling, cutAbove, cutBelow, floor } from "../python/version-cut.ts";
import { contains, interval, singleVersion, type VersionRange } from "../python/version-range.ts";
import type { Catalog } from "./catalog.ts";
import type { Candidate } from "./examiner.ts";
import type { Incompatibility } from "./incompatibility.ts";
import { positive, type Term } from "./term.ts";

/**
 * What was seen not to import together. A release that is older than the one beside it was built for
 * an earlier series of that, as were those before it; one that is newer needs at least what it was
 * built for, as do those after it. So a few trials tell where two packages part, not one for each
 * pair of releases. Where times are unknown, only the pair itself is ruled out.
 */
export function apartFacts(catalog: Catalog, candidate: Candidate): readonly Incompatibility[] {
  const { heedFailures, knowledge, runtime } = catalog.context;
  if (!heedFailures) return [];
  const { release, version } = candidate;
  const { apartFrom = [] } = knowledge.installed(release, runtime.id) ?? {};
  return apartFrom.flatMap((other): readonly Incompatibility[] => {
    const otherVersion = parseVersion(other.version);
    // It may be met later than this, and what is entailed is made once
    const isKnown = catalog.isKnown(other.name, `${release.name}==${version.text}`);
    const index = isKnown ? catalog.candidatesOf(other.name)?.list.index : undefined;
    if (otherVersion === undefined || index === undefined) return [];
    const ranges = partedRanges(
      { version, time: timeOf(release, knowledge) },
      { version: otherVersion, time: timeOf({ ...other, index }, knowledge) },
    );
    return [
      {
        terms: new Map<PackageName, Term>([
          [release.name, positive(ranges.own)],
          [other.name, positive(ranges.other)],
        ]),
        cause: {
          kind: "combination",
          reason: `do not go together: ${release.name} ${version.text} did not import beside ${other.name} ${other.version}`,
        },
      },
    ];
  });
}

/** Which release of a stack was seen not to go with another that might have been in it. */
export function apartReason(
  { release, version }: Candidate,
  stack: Iterable<{ readonly name: PackageName; readonly version: Version }>,
  catalog: Catalog,
): string | undefined {
  for (const one of stack) {
    const held = catalog.candidatesOf(one.name)?.at(one.version.text);
    for (const { terms, cause } of held === undefined ? [] : apartFacts(catalog, held)) {
      const range = terms.get(release.name)?.range;
      if (range !== undefined && contains(range, version) && cause.kind === "combination")
        return `${release.name} ${version.text} and ${one.name} ${one.version.text} ${cause.reason}`;
    }
  }
  return undefined;
}

interface Dated {
  readonly version: Version;
  /** ISO 8601. */
  readonly time: string | undefined;
}

function partedRanges(
  own: Dated,
  other: Dated,
): { readonly own: VersionRange; readonly other: VersionRange } {
  if (own.time === undefined || other.time === undefined)
    return { own: singleVersion(own.version), other: singleVersion(other.version) };
  if (own.time < other.time)
    return {
      own: interval(floor, cutAbove(own.version)),
      other: interval(cutBelow(seriesOf(other.version)), ceiling),
    };
  return {
    own: interval(cutBelow(own.version), ceiling),
    other: interval(floor, cutAbove(other.version)),
  };
}

/** Before all releases of its series: what breaks others comes with a new first number. */
function seriesOf(version: Version): Version {
  const { epoch, release } = version;
  const [major = 0, minor = 0] = release;
  const series = major === 0 ? `0.${minor}` : String(major);
  return parseVersion(`${epoch}!${series}.dev0`) ?? version;
}

/** When its first file was uploaded, ISO 8601. */
function timeOf(release: Release, knowledge: Knowledge): string | undefined {
  const files = knowledge.details(release) ?? [];
  return files.flatMap(({ uploadedAt }) => uploadedAt ?? []).sort()[0];
}
