import type { ReleaseMatch } from "../../model/prescription.ts";
import type { Release } from "../../model/release.ts";
import type { PackageName } from "../../python/name.ts";
import { parseSpecifierSet, specifierContains } from "../../python/specifier.ts";
import { parseVersion, type Version } from "../../python/version.ts";
import { anyVersion, contains, type VersionRange } from "../../python/version-range.ts";
import type { AdviceContext } from "../context.ts";
import { chooseList, tiedIndexes } from "../lists.ts";

/** Whether a release is one that is looked for. */
export function isMatch(match: ReleaseMatch, release: Release, context: AdviceContext): boolean {
  if (match.name !== undefined && match.name !== release.name) return false;
  return (
    isIndex(match, release.index) &&
    isDeveloped(match, release.name, context) &&
    isVersion(match, release.version)
  );
}

/** Whether a package, whichever of its releases, can be what is looked for. */
export function canMatch(match: ReleaseMatch, name: PackageName, context: AdviceContext): boolean {
  if (match.name !== undefined && match.name !== name) return false;
  if (!isDeveloped(match, name, context)) return false;
  if (match.index === undefined) return true;
  const tied = tiedIndexes(context.project.requirements, context.project.settings).get(name);
  const choice = chooseList(name, tied, context);
  return choice.state === "known" && isIndex(match, choice.list.index);
}

/** What an index lists of a package that is looked for; none, too, where its list is not known. */
export function listedVersions(
  match: ReleaseMatch,
  name: PackageName,
  context: AdviceContext,
): readonly Version[] {
  if (!canMatch(match, name, context)) return [];
  const tied = tiedIndexes(context.project.requirements, context.project.settings).get(name);
  const choice = chooseList(name, tied, context);
  if (choice.state !== "known") return [];
  const { list } = choice;
  const range = matchedRange(match);
  return Array.from({ length: list.count }, (_, position) => parseVersion(list.version(position)))
    .flatMap((version) => version ?? [])
    .filter((version) => contains(range, version));
}

/** The versions that are looked for. */
export function matchedRange({ version }: ReleaseMatch): VersionRange {
  return version === undefined ? anyVersion : (parseSpecifierSet(version)?.range ?? anyVersion);
}

function isVersion({ version: wanted }: ReleaseMatch, text: string): boolean {
  if (wanted === undefined) return true;
  const set = parseSpecifierSet(wanted);
  const version = parseVersion(text);
  if (set === undefined || version === undefined) return false;
  return specifierContains(set, version, { prereleases: true });
}

function isIndex({ index }: ReleaseMatch, url: string): boolean {
  if (index === undefined) return true;
  return (withoutSlash(index.url) === withoutSlash(url)) !== index.not;
}

function withoutSlash(url: string): string {
  return url.replace(/\/+$/, "");
}

/** What only a category for development names; what others need counts as no development. */
function isDeveloped(
  { develop }: ReleaseMatch,
  name: PackageName,
  { project }: AdviceContext,
): boolean {
  if (develop === undefined) return true;
  const own = project.requirements.filter((requirement) => requirement.name === name);
  return (own.length > 0 && own.every(({ category }) => category !== "packages")) === develop;
}
