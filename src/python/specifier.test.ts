import { assert, property } from "fast-check";
import { expect, test } from "vitest";
import { specifierText as anySpecifierText, anyVersionText } from "../../fixtures/versions.ts";
import {
  filterVersions,
  isUnsatisfiable,
  parseSpecifierSet,
  type SpecifierSet,
  specifierContains,
  specifierError,
  specifierText,
  withPrereleases,
} from "./specifier.ts";
import { specifierProblem } from "./specifier-problem.ts";
import { parseVersion } from "./version.ts";

function specifier(raw: string): SpecifierSet {
  const set = parseSpecifierSet(raw);
  if (set === undefined) throw new Error(`${raw} is no specifier`);
  return set;
}

test.each([
  [">=24.*", "`.*` is allowed only after == and !=", ">=24"],
  [
    "==1.0a1.*",
    "`.*` can't follow a pre-release, post-release, development or local version",
    undefined,
  ],
  ["^1.2.3", "`^` is no operator of Python's version specifiers", ">=1.2.3,<2"],
  ["^0.2.3", "`^` is no operator of Python's version specifiers", ">=0.2.3,<0.3"],
  ["~1.0", "`~` is no operator of Python's version specifiers", ">=1.0,<1.1"],
  ["=1.0", "`=` is no operator of Python's version specifiers", "==1.0"],
  ["=>1.0", "`=>` is no operator of Python's version specifiers", ">=1.0"],
  ["latest", "`latest` is no version specifier", undefined],
  ["1.0", "`1.0` lacks an operator", "==1.0"],
  ["~=1", "`~=` needs at least two numbers, such as `~=1.0`", "~=1.0"],
  [">=1+abc", "a local version (`+abc`) is allowed only after == and !=", undefined],
  [">=", "a version is missing after `>=`", undefined],
  [">=1.0 <2.0", "a comma is missing before `<2.0`", ">=1.0,<2.0"],
  [">=foo", "`foo` is no version", undefined],
])("%s is refused: %s", (raw, message, instead) => {
  expect(parseSpecifierSet(raw)).toBeUndefined();
  expect(specifierError(raw)).toBe(message);
  expect(specifierProblem(raw)?.instead).toBe(instead);
  if (instead !== undefined) expect(specifierError(instead)).toBeUndefined();
});

test("a problem says which clause it means", () => {
  expect(specifierProblem("<2, >=1.*,!=3")).toEqual({
    message: "`.*` is allowed only after == and !=",
    instead: ">=1",
    offset: 4,
    length: 5,
  });
});

test("the text is sorted and says nothing twice", () => {
  expect(specifierText(specifier(">=1.0, ==2.0.0,==2.0 , !=1.5"))).toBe("!=1.5,==2.0,>=1.0");
});

test("white space is what Python takes for it, and much of it costs little", () => {
  expect(specifierText(specifier("\u2003>= 1.0\x1c,\x85<2"))).toBe("<2,>=1.0");
  expect(parseSpecifierSet(">=1\ufeff")).toBeUndefined();
  expect(parseSpecifierSet(` >=1${" ".repeat(200_000)}é `)).toBeUndefined();
});

test("=== compares text, and its range is the version that the text spells", () => {
  const set = specifier("===1.0");

  expect(specifierContains(set, "1.0")).toBe(true);
  expect(specifierContains(set, "1.0.0")).toBe(false);
  expect(specifierContains(specifier("===FOO"), "foo")).toBe(true);
  expect(isUnsatisfiable(specifier("===foo"))).toBe(false);
  expect(isUnsatisfiable(specifier("===foo,>=1"))).toBe(true);
});

test("without a choice, pre-releases stay only where no final release fits", () => {
  expect(filterVersions(specifier(">=1"), ["1.0", "2.0a1"])).toEqual(["1.0"]);
  expect(filterVersions(specifier(">=1.5"), ["1.0", "2.0a1"])).toEqual(["2.0a1"]);
  expect(filterVersions(specifier(">=2.0a1"), ["2.0a1", "2.0"])).toEqual(["2.0a1", "2.0"]);
  expect(filterVersions(specifier(">=1"), ["2.0a1"], { prereleases: false })).toEqual([]);
});

test("a lone pre-release is accepted unless it is ruled out", () => {
  expect(specifierContains(specifier(">=1"), "2.0a1")).toBe(true);
  expect(specifierContains(withPrereleases(specifier(">=1"), false), "2.0a1")).toBe(false);
  expect(specifierContains(specifier(">=1"), "2.0a1", { prereleases: false })).toBe(false);
  expect(
    specifierContains(specifier(">=1"), "2.0a1", { prereleases: false, installed: true }),
  ).toBe(true);
});

test("a set of pre-releases only can't be satisfied where they are ruled out", () => {
  expect(isUnsatisfiable(withPrereleases(specifier(">=1.0a1,<1.0rc1"), false))).toBe(true);
  expect(isUnsatisfiable(withPrereleases(specifier("<0rc1"), false))).toBe(true);
  expect(isUnsatisfiable(withPrereleases(specifier(">=1.0a1,<=1.0"), false))).toBe(false);
});

test("the text of a specifier means the same and is its own text", async () => {
  await assert(
    property(anySpecifierText, anyVersionText, (raw, version) => {
      const set = specifier(raw);
      const again = specifier(specifierText(set));
      const parsed = parseVersion(version);
      expect(specifierText(again)).toBe(specifierText(set));
      expect(specifierContains(again, version)).toBe(specifierContains(set, version));
      if (parsed !== undefined) {
        expect(specifierContains(set, parsed)).toBe(specifierContains(set, version));
      }
    }),
    { seed: 1 },
  );
});
