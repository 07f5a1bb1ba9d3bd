import { array, assert, property } from "fast-check";
import { describe, expect, test } from "vitest";
import { anyVersionText, specifierText } from "../../fixtures/versions.ts";
import { parseSpecifierSet } from "./specifier.ts";
import { compareVersions, parseVersion, type Version } from "./version.ts";
import {
  anyVersion,
  between,
  complement,
  contains,
  difference,
  intersect,
  isDisjoint,
  isEmptyRange,
  isSubset,
  noVersion,
  rangesEqual,
  rangeToText,
  singleVersion,
  union,
  type VersionRange,
} from "./version-range.ts";

function version(raw: string): Version {
  const parsed = parseVersion(raw);
  if (parsed === undefined) throw new Error(`${raw} is no version`);
  return parsed;
}

function range(specifier: string): VersionRange {
  const set = parseSpecifierSet(specifier);
  if (set === undefined) throw new Error(`${specifier} is no specifier`);
  return set.range;
}

// unions give ranges of several intervals
const anyRange = array(specifierText, { minLength: 1, maxLength: 3 }).map((specifiers) =>
  specifiers.map(range).reduce(union),
);
const anyKnownVersion = anyVersionText.map(version);

describe("membership agrees with the operation", () => {
  test("of two ranges", async () => {
    await assert(
      property(anyRange, anyRange, anyKnownVersion, (a, b, each) => {
        const [inA, inB] = [contains(a, each), contains(b, each)];
        expect(contains(intersect(a, b), each)).toBe(inA && inB);
        expect(contains(union(a, b), each)).toBe(inA || inB);
        expect(contains(difference(a, b), each)).toBe(inA && !inB);
        expect(contains(complement(a), each)).toBe(!inA);
        expect(isSubset(a, b) && inA && !inB).toBe(false);
        expect(isDisjoint(a, b) && inA && inB).toBe(false);
        expect(rangesEqual(a, b) && inA !== inB).toBe(false);
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test("of a range between two versions", async () => {
    await assert(
      property(anyKnownVersion, anyKnownVersion, anyKnownVersion, (from, to, each) => {
        const within = compareVersions(from, each) <= 0 && compareVersions(each, to) <= 0;
        expect(contains(between(from, to), each)).toBe(within);
        expect(contains(singleVersion(from), each)).toBe(compareVersions(from, each) === 0);
      }),
      { seed: 1 },
    );
  });
});

describe("equal sets have one form", () => {
  test("whichever way they were built", async () => {
    await assert(
      property(anyRange, anyRange, (a, b) => {
        expect(rangesEqual(complement(complement(a)), a)).toBe(true);
        expect(rangesEqual(union(a, b), complement(intersect(complement(a), complement(b))))).toBe(
          true,
        );
        expect(rangesEqual(union(difference(a, b), intersect(a, b)), a)).toBe(true);
        expect(isSubset(a, b)).toBe(isEmptyRange(difference(a, b)));
        expect(isDisjoint(a, b)).toBe(isEmptyRange(intersect(a, b)));
      }),
      { seed: 1, numRuns: 500 },
    );
  });

  test.each([
    [">=1.0a2.dev0", ">1.0a1"],
    [">1.0.post1", ">=1.0.post2.dev0"],
    ["<=1.0", "<1.0.post0.dev0"],
    [">1.0.dev1", ">=1.0.dev2"],
    ["==1.*", ">=1.dev0,<2.dev0"],
    [">=0.dev0", ""],
    ["~=1.4.2", ">=1.4.2,==1.4.*"],
  ])("%s is %s", (one, other) => {
    expect(rangesEqual(range(one), range(other))).toBe(true);
  });
});

test.each([">1,<1", ">1.0,<=1.0.post3", "<0.dev0", ">1.0a1,<1.0a2.dev0", "==1.0,!=1.0.0"])(
  "no version can be in %s",
  (specifier) => {
    expect(isEmptyRange(range(specifier))).toBe(true);
  },
);

test.each([
  ["", "*"],
  [">=1.0,<2.0", ">=1.0,<2.0"],
  ["==1.0", "==1.0"],
  ["==1!1.*", "==1!1.*"],
  ["==1.0+abc", "==1.0+abc"],
  ["!=1.5,>=1,<2", ">=1,<2,!=1.5"],
  ["!=1.5.*", "!=1.5.*"],
  [">1.0", ">1.0"],
  [">1.0a1", ">1.0a1"],
  [">1.0.post1,<=1.5.post2", ">1.0.post1,<=1.5.post2"],
  ["~=1.4.2", ">=1.4.2,<1.5"],
  ["<1.0rc1", "<1.0rc1"],
  ["<1,>2", "no version"],
])("the range of %j reads %j", (specifier, text) => {
  expect(rangeToText(range(specifier))).toBe(text);
});

test("alternatives are parted by `or`", () => {
  const alternatives = union(range(">=1.0,<2.0"), singleVersion(version("3.0")));

  expect(rangeToText(alternatives)).toBe(">=1.0,<2.0 or ==3.0");
  expect(rangeToText(complement(range(">1.0")))).toBe("<=1.0.post*");
});

test("every and no version are each other's complement", () => {
  expect(rangesEqual(complement(anyVersion), noVersion)).toBe(true);
  expect(rangesEqual(complement(noVersion), anyVersion)).toBe(true);
});
