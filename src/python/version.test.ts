import { assert, property } from "fast-check";
import { expect, test } from "vitest";
import { anyVersionText } from "../../fixtures/versions.ts";
import {
  baseVersion,
  canonicalVersion,
  compareVersions,
  parseVersion,
  publicVersion,
  type Version,
  versionEquals,
} from "./version.ts";

function version(raw: string): Version {
  const parsed = parseVersion(raw);
  if (parsed === undefined) throw new Error(`${raw} is no version`);
  return parsed;
}

test.each([
  ["1.0", "1.0"],
  ["v1.02", "1.2"],
  [" 1.0\n", "1.0"],
  ["1!2.0-ALPHA_1", "1!2.0a1"],
  ["1.0c", "1.0rc0"],
  ["1.0-1", "1.0.post1"],
  ["1.0.rev3.DEV", "1.0.post3.dev0"],
  ["1.0+Ubuntu-01", "1.0+ubuntu.1"],
  ["2.1.0+12e4567", "2.1.0+12e4567"],
  ["20240131123456789012.0", "20240131123456789012.0"],
])("%j is normalised to %s", (raw, text) => {
  expect(parseVersion(raw)?.text).toBe(text);
});

test.each([
  "",
  "1.",
  ".1",
  "1..0",
  "1.0+",
  "1.0+a+b",
  "1.0a1b1",
  "latest",
  "1.0\u{feff}",
  "9".repeat(4301),
])("%j is no version", (raw) => {
  expect(parseVersion(raw)).toBeUndefined();
});

test("the order runs from development releases to post-releases, local versions after each", () => {
  const ascending = [
    "0.dev0",
    "1.0.dev1",
    "1.0a0.dev1",
    "1.0a0",
    "1.0a0.post0.dev1",
    "1.0a0.post0",
    "1.0b1",
    "1.0rc1",
    "1.0",
    "1.0+abc",
    "1.0+abc.1",
    "1.0+1",
    "1.0.post0.dev1",
    "1.0.post0",
    "1.0.0.1",
    "1.9007199254740992",
    "1.9007199254740993",
    "1!0.1",
  ].map(version);

  const shuffled = [...ascending].reverse();

  expect(shuffled.sort(compareVersions)).toEqual(ascending);
});

test("trailing zeros of the release do not count", () => {
  expect(versionEquals(version("1.0"), version("1.0.0"))).toBe(true);
  expect(canonicalVersion(version("1!1.0.0rc1+x"))).toBe("1!1rc1+x");
});

test("the public and the base form leave parts out", () => {
  expect(publicVersion(version("1!1.0a1.post2+abc"))).toBe("1!1.0a1.post2");
  expect(baseVersion(version("1!1.0a1.post2+abc"))).toBe("1!1.0");
});

test("the normalised text of a version reads as the same version", async () => {
  await assert(
    property(anyVersionText, (raw) => {
      const first = version(raw);
      expect(version(first.text)).toEqual(first);
      expect(versionEquals(first, version(canonicalVersion(first)))).toBe(true);
    }),
    { seed: 1 },
  );
});

test("the order is total: antisymmetric and transitive", async () => {
  await assert(
    property(anyVersionText, anyVersionText, anyVersionText, (...raw) => {
      const [a, b, c] = raw.map(version).sort(compareVersions);
      if (a === undefined || b === undefined || c === undefined) throw new Error("three versions");
      expect(compareVersions(a, c)).toBeLessThanOrEqual(0);
      expect(compareVersions(b, a)).toBe(0 - compareVersions(a, b));
    }),
    { seed: 1 },
  );
});
