import { expect, test } from "vitest";
import { conformanceCases, failing } from "../../fixtures/conformance.ts";
import {
  baseVersion,
  canonicalVersion,
  compareVersions,
  parseVersion,
  publicVersion,
  type Version,
} from "./version.ts";

interface ValidCase {
  readonly id: string;
  readonly in: string;
  readonly norm: string;
}

// the data writes integers of 2^53 and more as strings
function asData(version: Version) {
  const number = (value: number | bigint | undefined) =>
    value === undefined ? null : typeof value === "bigint" ? String(value) : value;
  return {
    norm: version.text,
    public: publicVersion(version),
    base: baseVersion(version),
    epoch: number(version.epoch),
    release: version.release.map(number),
    pre: version.pre === undefined ? null : [version.pre[0], number(version.pre[1])],
    post: number(version.post),
    dev: number(version.dev),
    local: version.local ?? null,
    isPre: version.isPrerelease,
    isPost: version.isPostrelease,
    isDev: version.isDevrelease,
    canon: canonicalVersion(version),
  };
}

test("every valid version is read into the parts that packaging sees", () => {
  const failures = failing(conformanceCases<ValidCase>("versions", "valid"), (testCase) => {
    const version = parseVersion(testCase.in);
    if (version === undefined) return false;
    const entries = Object.entries(testCase);
    const mine: Record<string, unknown> = asData(version);
    const keys = Object.keys(mine);
    return entries
      .filter(([key]) => keys.includes(key))
      .every(([key, value]) => JSON.stringify(value) === JSON.stringify(mine[key]));
  });

  expect(failures).toEqual([]);
});

test("every invalid version is refused", () => {
  const cases = conformanceCases<{ id: string; in: string }>("versions", "invalid");

  expect(failing(cases, (testCase) => parseVersion(testCase.in) === undefined)).toEqual([]);
});

test("every pair compares as in packaging", () => {
  const cases = conformanceCases<{ id: string; a: string; b: string; expected: number }>(
    "versions",
    "compare",
  );

  const failures = failing(cases, ({ a, b, expected }) => {
    const [left, right] = [parseVersion(a), parseVersion(b)];
    if (left === undefined || right === undefined) return false;
    return (
      Math.sign(compareVersions(left, right)) === expected &&
      Math.sign(compareVersions(right, left)) === 0 - expected
    );
  });

  expect(failures).toEqual([]);
});

test("every list sorts as in packaging", () => {
  const cases = conformanceCases<{ id: string; in: string[]; out: string[] }>("versions", "sort");

  const failures = failing(cases, (testCase) => {
    const versions = testCase.in.map((raw) => ({ raw, version: parseVersion(raw) }));
    versions.sort((a, b) =>
      a.version === undefined || b.version === undefined
        ? Number.NaN
        : compareVersions(a.version, b.version),
    );
    return JSON.stringify(versions.map(({ raw }) => raw)) === JSON.stringify(testCase.out);
  });

  expect(failures).toEqual([]);
});
