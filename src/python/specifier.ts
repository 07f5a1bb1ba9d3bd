import { memoize } from "./memoize.ts";
import { byText, pythonStrip } from "./python-text.ts";
import { type Clause, parseClause } from "./specifier-clause.ts";
import { specifierProblem } from "./specifier-problem.ts";
import { parseVersion, type Version } from "./version.ts";
import {
  anyVersion,
  contains,
  intersect,
  isEmptyRange,
  type VersionRange,
} from "./version-range.ts";
import { holdsOnlyPrereleases } from "./version-range-finals.ts";

/** A version specifier (PEP 440): clauses that must all hold. Plain data, immutable. */
export interface SpecifierSet {
  /** Clauses sorted, without those that say the same twice: `str(SpecifierSet)`. */
  readonly text: string;
  /**
   * The versions that satisfy every clause, pre-releases included. With `===`, which compares
   * text, at most the version that the text spells; then ask `specifierContains` for the last word.
   */
  readonly range: VersionRange;
  /** The right sides of its `===` clauses. */
  readonly arbitrary: readonly string[];
  /** As set by `withPrereleases`; else true where a clause names a pre-release; else undefined. */
  readonly prereleases: boolean | undefined;
  /** As written, in the order written. */
  readonly clauses: readonly Clause[];
}

/** What to do about pre-releases; left out, PEP 440's default: only where no final one fits. */
export interface PrereleaseChoice {
  readonly prereleases?: boolean | undefined;
}

/** The specifier that every version satisfies. */
export const anySpecifier: SpecifierSet = {
  text: "",
  range: anyVersion,
  arbitrary: [],
  prereleases: undefined,
  clauses: [],
};

/**
 * Reads `>=1.0, <2`, the empty text included; `undefined` where it breaks the syntax of PEP 440
 * as packaging reads it (`specifierError` says why). Cached.
 */
export const parseSpecifierSet: (raw: string) => SpecifierSet | undefined = memoize((raw) => {
  const clauses: Clause[] = [];
  for (const part of raw.split(",")) {
    const stripped = pythonStrip(part);
    if (stripped === "") continue;
    const clause = parseClause(stripped);
    if (clause === undefined) return undefined;
    clauses.push(clause);
  }
  return clauses.length === 0 ? anySpecifier : fromClauses(clauses);
});

function fromClauses(clauses: readonly Clause[]): SpecifierSet {
  let range = anyVersion;
  for (const clause of clauses) range = intersect(range, clause.range);
  return {
    text: textOf(clauses),
    range,
    arbitrary: clauses.filter(isArbitrary).map((clause) => clause.version),
    prereleases: clauses.some((clause) => clause.namesPrerelease) || undefined,
    clauses,
  };
}

function isArbitrary(clause: Clause): boolean {
  return clause.operator === "===";
}

function textOf(clauses: readonly Clause[]): string {
  if (clauses.length === 1) return clauses[0]?.text ?? "";
  const byMeaning = new Map<string, string>();
  for (const { text, meaning } of clauses.toSorted((a, b) => byText(a.text, b.text))) {
    if (!byMeaning.has(meaning)) byMeaning.set(meaning, text);
  }
  return [...byMeaning.values()].join(",");
}

/**
 * Why `parseSpecifierSet` refuses a text, in words; `undefined` where it doesn't.
 * `specifierProblem` says the place too, and what could be meant.
 */
export function specifierError(raw: string): string | undefined {
  return specifierProblem(raw)?.message;
}

/** `str(packaging.specifiers.SpecifierSet)`. */
export function specifierText(set: SpecifierSet): string {
  return set.text;
}

/** The same specifier with its answer to pre-releases fixed, as `SpecifierSet(…, prereleases=)`. */
export function withPrereleases(set: SpecifierSet, prereleases: boolean): SpecifierSet {
  return { ...set, prereleases };
}

/**
 * `SpecifierSet.contains`: a lone pre-release is accepted unless `prereleases` or the set says
 * false; `installed` accepts a pre-release in any case. A text that is no version satisfies only
 * `===` and the empty set. A text is compared by `===` as it is, a version by its `text`.
 */
export function specifierContains(
  set: SpecifierSet,
  item: Version | string,
  options: PrereleaseChoice & { readonly installed?: boolean | undefined } = {},
): boolean {
  const version = versionOf(item);
  if (version?.isPrerelease) {
    const accepted = options.installed || (options.prereleases ?? set.prereleases);
    if (accepted === false) return false;
  }
  return matches(set, item, version);
}

/**
 * `SpecifierSet.filter`: the items that satisfy the set, in their order. Without a choice,
 * pre-releases stay only where the set names one or no final release fits.
 */
export function filterVersions<T extends Version | string>(
  set: SpecifierSet,
  items: readonly T[],
  options: PrereleaseChoice = {},
): readonly T[] {
  const fitting: { readonly item: T; readonly version: Version | undefined }[] = [];
  for (const item of items) {
    const version = versionOf(item);
    if (matches(set, item, version)) fitting.push({ item, version });
  }
  const wanted =
    options.prereleases ??
    set.prereleases ??
    fitting.every(({ version }) => version === undefined || version.isPrerelease);
  return fitting
    .filter(({ version }) => wanted || version === undefined || !version.isPrerelease)
    .map(({ item }) => item);
}

function versionOf(item: Version | string): Version | undefined {
  return typeof item === "string" ? parseVersion(item) : item;
}

function matches(set: SpecifierSet, item: Version | string, version: Version | undefined): boolean {
  if (version === undefined) {
    if (!set.clauses.every(isArbitrary)) return false;
  } else if (!contains(set.range, version)) {
    return false;
  }
  if (set.arbitrary.length === 0) return true;
  const text = (typeof item === "string" ? item : item.text).toLowerCase();
  return set.arbitrary.every((wanted) => wanted.toLowerCase() === text);
}

/** Whether nothing can satisfy the set, whatever is released (`SpecifierSet.is_unsatisfiable`). */
export function isUnsatisfiable(set: SpecifierSet): boolean {
  const { arbitrary, clauses, prereleases, range } = set;
  const first = arbitrary[0]?.toLowerCase();
  if (arbitrary.some((text) => text.toLowerCase() !== first)) return true;
  // a text that is no version satisfies a set of nothing but ===
  const freeText = first !== undefined && parseVersion(first) === undefined;
  if (freeText && clauses.length === arbitrary.length) return false;
  return isEmptyRange(range) || (prereleases === false && holdsOnlyPrereleases(range));
}
