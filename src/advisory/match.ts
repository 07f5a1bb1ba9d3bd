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
  const version = anyVersion(raw);
  const applying = applyingTo(advisories, version);
  return (
    applying &&
    twins(applying)
      .map((group) => merged(group, version))
      .sort(worstFirst)
  );
}

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
  return { ...mergedNames([advisory]), ...told([advisory]), fixed: [] };
}

function merged(group: Twins<PackageAdvisory>, version: AnyVersion): AdvisoryMatch {
  const since = heldSinceBy(group, version);
  return {
    ...mergedNames(group),
    ...told(group),
    ...(since === undefined ? {} : { since }),
    fixed: fixedIn(group, version),
  };
}

/** The earliest version from which on one of them holds everything. */
function heldSinceBy(group: Twins<PackageAdvisory>, version: AnyVersion): string | undefined {
  if (group.some(({ all }) => all === true)) return "0";
  const starts = group
    .flatMap(({ ranges }) => ranges)
    .flatMap((events) => heldSince(events, version) ?? [])
    .map((text) => ({ text, bound: anyVersion(text) }))
    .sort((a, b) => compareAnyVersions(a.bound, b.bound));
  return starts.find(({ text }) => text === "0")?.text ?? starts[0]?.text;
}

function mergedNames(group: Twins<PackageAdvisory>): Pick<AdvisoryMatch, "id" | "aliases"> {
  const names = [...new Set(group.flatMap(namesOf))].sort();
  const id = [...names].sort((a, b) => nameRank(a) - nameRank(b))[0] ?? group[0].id;
  return { id, aliases: names.filter((name) => name !== id) };
}

function told(
  group: Twins<PackageAdvisory>,
): Pick<AdvisoryMatch, "kind" | "summary" | "severity" | "published"> {
  const byName = [...group].sort((a, b) => nameRank(a.id) - nameRank(b.id) || order(a.id, b.id));
  const worst = [...byName].sort((a, b) => weight(b.severity) - weight(a.severity));
  const published = byName.map((one) => one.published).filter((time) => time !== "");
  return {
    kind: group.some(({ kind }) => kind === "malware") ? "malware" : "vulnerability",
    summary: byName.find(({ summary }) => summary !== "")?.summary ?? "",
    severity: (worst[0] ?? group[0]).severity,
    published: published.sort()[0] ?? "",
  };
}

/** What the ranges that hold the version name as fixed, save what another twin says is affected. */
function fixedIn(group: Twins<PackageAdvisory>, version: AnyVersion): readonly string[] {
  const named = group
    .flatMap(({ ranges }) => {
      const holding = ranges.filter((events) => isInRange(events, version));
      // A version that only stands in the list is mended by what any range names
      return holding.length === 0 ? ranges : holding;
    })
    .flatMap((events) => events.flatMap(([kind, bound]) => (kind === "fixed" ? [bound] : [])))
    .map((text) => ({ text, bound: anyVersion(text) }))
    .sort((a, b) => compareAnyVersions(a.bound, b.bound));
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
