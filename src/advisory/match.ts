import type { AdvisoryMatch, AdvisoryRank, AdvisorySeverity } from "../model/advisory.ts";
import { decided } from "./decided.ts";
import type { PackageAdvisory } from "./package-advisory.ts";
import { affects, heldSince, isInRange } from "./ranges.ts";
import { namesOf, type Twins, twins } from "./twins.ts";
import { type AnyVersion, anyVersion, compareAnyVersions, isSameVersion } from "./version-order.ts";

/**
 * What the records of one package say against one version: twins as one, worst first (malware, then
 * the score, then the id). Any string may be a version; undefined: of this one nobody knows.
 */
export function matchesOf(
  advisories: readonly PackageAdvisory[],
  raw: string,
): readonly AdvisoryMatch[] | undefined {
  // Of most packages nothing is known, and advice asks for thousands of their releases
  if (advisories.length === 0) return none;
  const version = anyVersion(raw);
  const applying = applyingTo(advisories, version);
  return (
    applying &&
    twins(applying)
      .map((group) => merged(group, version))
      .sort(worstFirst)
  );
}

const none: readonly never[] = [];

/** The ids of the records that apply, each as its database has it; undefined as there. */
export function recordsOf(
  advisories: readonly PackageAdvisory[],
  raw: string,
): readonly string[] | undefined {
  return applyingTo(advisories, anyVersion(raw))?.map(({ id }) => id);
}

function applyingTo(advisories: readonly PackageAdvisory[], version: AnyVersion) {
  return decided(advisories, version)?.filter((advisory) => affects(advisory, version));
}

/** A record by itself, where no version is asked for: of a file that is malware. */
export function matchOf(advisory: PackageAdvisory): AdvisoryMatch {
  return { ...described([advisory]), fixed: [] };
}

function merged(group: Twins<PackageAdvisory>, version: AnyVersion): AdvisoryMatch {
  const since = heldSinceBy(group, version);
  const match = { ...described(group), fixed: fixedIn(group, version) };
  return since === undefined ? match : { ...match, since };
}

type Described = Omit<AdvisoryMatch, "since" | "fixed">;

const knownGroups = new WeakMap<
  PackageAdvisory,
  { readonly group: Twins<PackageAdvisory>; readonly described: Described }
>();

/** What twins say for whatever version. Whoever looks at many versions meets the same twins. */
function described(group: Twins<PackageAdvisory>): Described {
  const [first] = group;
  const known = knownGroups.get(first);
  if (known?.group.length === group.length && group.every((one, at) => one === known.group[at]))
    return known.described;
  const made = { ...mergedNames(group), ...told(group) };
  knownGroups.set(first, { group, described: made });
  return made;
}

/** The earliest version from which on one of them holds everything. */
function heldSinceBy(group: Twins<PackageAdvisory>, version: AnyVersion): string | undefined {
  let earliest: string | undefined;
  for (const { all, ranges } of group) {
    if (all === true) return "0";
    for (const events of ranges) {
      const since = heldSince(events, version);
      if (since === "0") return since;
      if (since !== undefined && (earliest === undefined || isBefore(since, earliest)))
        earliest = since;
    }
  }
  return earliest;
}

function isBefore(a: string, b: string): boolean {
  return compareAnyVersions(anyVersion(a), anyVersion(b)) < 0;
}

function mergedNames(group: Twins<PackageAdvisory>): Pick<AdvisoryMatch, "id" | "aliases"> {
  const names = group.length === 1 ? namesOf(group[0]) : [...new Set(group.flatMap(namesOf))];
  let { id } = group[0];
  for (const name of names) if (nameOrder(name, id) < 0) id = name;
  return { id, aliases: names.filter((name) => name !== id).sort() };
}

function told(
  group: Twins<PackageAdvisory>,
): Pick<AdvisoryMatch, "kind" | "summary" | "severity" | "published"> {
  const [{ kind, summary, severity, published: only }, ...others] = group;
  if (others.length === 0) return { kind, summary, severity, published: only };
  const byName = [...group].sort((a, b) => nameOrder(a.id, b.id));
  const worst = [...byName].sort((a, b) => weight(b.severity) - weight(a.severity));
  const published = byName.map((one) => one.published).filter((time) => time !== "");
  return {
    kind: group.some((one) => one.kind === "malware") ? "malware" : "vulnerability",
    summary: byName.find((one) => one.summary !== "")?.summary ?? "",
    severity: worst[0]?.severity ?? severity,
    published: published.sort()[0] ?? "",
  };
}

/** What the ranges that hold the version name as fixed, save what another twin says is affected. */
function fixedIn(group: Twins<PackageAdvisory>, version: AnyVersion): readonly string[] {
  const named: { readonly text: string; readonly bound: AnyVersion }[] = [];
  for (const { ranges } of group) {
    const holding = ranges.filter((events) => isInRange(events, version));
    // A version that only stands in the list is mended by what any range names
    for (const events of holding.length === 0 ? ranges : holding)
      for (const [kind, text] of events)
        if (kind === "fixed") named.push({ text, bound: anyVersion(text) });
  }
  if (named.length > 1) named.sort((a, b) => compareAnyVersions(a.bound, b.bound));
  return named.flatMap(({ text, bound }, at) => {
    const before = named[at - 1]?.bound;
    const known = before !== undefined && isSameVersion(before, bound);
    return known || group.some((one) => affects(one, bound)) ? [] : [text];
  });
}

const prefixes = ["MAL-", "PYSEC-", "CVE-", "GHSA-"];

function nameRank(name: string): number {
  const rank = prefixes.findIndex((prefix) => name.startsWith(prefix));
  return rank === -1 ? prefixes.length : rank;
}

function nameOrder(a: string, b: string): number {
  return nameRank(a) - nameRank(b) || order(a, b);
}

const lowestOfRank = {
  CRITICAL: 9,
  HIGH: 7,
  MEDIUM: 4,
  LOW: 0.1,
  NONE: 0,
  UNKNOWN: -1,
} as const satisfies Record<AdvisoryRank, number>;

function weight({ rank, score }: AdvisorySeverity): number {
  return score ?? lowestOfRank[rank];
}

function worstFirst(a: AdvisoryMatch, b: AdvisoryMatch): number {
  if (a.kind !== b.kind) return a.kind === "malware" ? -1 : 1;
  return weight(b.severity) - weight(a.severity) || order(a.id, b.id);
}

function order(a: string, b: string): number {
  return a < b ? -1 : Number(a > b);
}
