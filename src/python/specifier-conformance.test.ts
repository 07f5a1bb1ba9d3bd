import { expect, test } from "vitest";
import { conformanceCases, failing } from "../../fixtures/conformance.ts";
import {
  filterVersions,
  isUnsatisfiable,
  parseSpecifierSet,
  specifierContains,
  specifierText,
  withPrereleases,
} from "./specifier.ts";
import { intersect, isDisjoint, isEmptyRange, isSubset } from "./version-range.ts";

interface Choices {
  readonly id: string;
  readonly spec: string;
  readonly setPrereleases?: boolean | null;
  readonly prereleases?: boolean | null;
  readonly installed?: boolean | null;
}

function setOf({ spec, setPrereleases }: Choices) {
  const set = parseSpecifierSet(spec);
  if (set === undefined) throw new Error(`${spec} was refused`);
  return setPrereleases == null ? set : withPrereleases(set, setPrereleases);
}

test("every specifier is read or refused, and printed, as in packaging", () => {
  const cases = conformanceCases<Choices & { ok: boolean; str?: string }>("specifiers", "parse");

  const failures = failing(cases, ({ spec, ok, str }) => {
    const set = parseSpecifierSet(spec);
    if (!ok || set === undefined) return !ok && set === undefined;
    return specifierText(set) === str;
  });

  expect(failures).toEqual([]);
});

test("every version is contained or not as in packaging", () => {
  const cases = conformanceCases<Choices & { version: string; expected: boolean }>(
    "specifiers",
    "contains",
  );

  const failures = failing(cases, (testCase) => {
    const { version, prereleases, installed, expected } = testCase;
    const options = { prereleases: prereleases ?? undefined, installed: installed ?? undefined };
    return specifierContains(setOf(testCase), version, options) === expected;
  });

  expect(failures).toEqual([]);
});

test("every list is filtered as in packaging", () => {
  const cases = conformanceCases<Choices & { in: string[]; out: string[] }>("specifiers", "filter");

  const failures = failing(cases, (testCase) => {
    const prereleases = testCase.prereleases ?? undefined;
    const out = filterVersions(setOf(testCase), testCase.in, { prereleases });
    return JSON.stringify(out) === JSON.stringify(testCase.out);
  });

  expect(failures).toEqual([]);
});

test("subset, superset, disjoint and empty agree with packaging's ranges", () => {
  const cases = conformanceCases<{
    id: string;
    left: string;
    right: string;
    subset: boolean;
    superset: boolean;
    disjoint: boolean;
    bothUnsatisfiable: boolean;
  }>("specifiers", "relations");

  const failures = failing(cases, (testCase) => {
    const left = parseSpecifierSet(testCase.left)?.range;
    const right = parseSpecifierSet(testCase.right)?.range;
    if (left === undefined || right === undefined) return false;
    return (
      isSubset(left, right) === testCase.subset &&
      isSubset(right, left) === testCase.superset &&
      isDisjoint(left, right) === testCase.disjoint &&
      isEmptyRange(intersect(left, right)) === testCase.bothUnsatisfiable
    );
  });

  expect(failures).toEqual([]);
});

test("a specifier is unsatisfiable where packaging says so", () => {
  const cases = conformanceCases<Choices & { expected: boolean }>("specifiers", "unsatisfiable");

  expect(failing(cases, (each) => isUnsatisfiable(setOf(each)) === each.expected)).toEqual([]);
});

test("a specifier asks for pre-releases where packaging says so", () => {
  const cases = conformanceCases<Choices & { expected: boolean | null }>(
    "specifiers",
    "setPrereleases",
  );

  const failures = failing(
    cases,
    (testCase) => (setOf(testCase).prereleases ?? null) === testCase.expected,
  );

  expect(failures).toEqual([]);
});
