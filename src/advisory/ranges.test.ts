import fc from "fast-check";
import { expect, test } from "vitest";
import type { RangeEvent } from "./package-advisory.ts";
import { affects, inOrder, isInRange } from "./ranges.ts";
import { anyVersion } from "./version-order.ts";

/** `introduced 0, fixed 2.0` as events in order. */
function range(text: string): readonly RangeEvent[] {
  const kinds = ["introduced", "fixed", "last_affected", "limit"] as const;
  return inOrder(
    text.split(", ").flatMap((event): readonly RangeEvent[] => {
      const [word, version = ""] = event.split(" ");
      const kind = kinds.find((one) => one === word);
      return kind === undefined ? [] : [[kind, version]];
    }),
  );
}

test.each([
  ["introduced 0, fixed 2.0", "1.9", true],
  ["introduced 0, fixed 2.0", "2.0", false],
  ["introduced 0, fixed 2.0", "2", false],
  ["introduced 0, fixed 2.0", "2.0rc1", true],
  ["introduced 0, fixed 2.0", "2.0.post1", false],
  ["introduced 0, fixed 2.0", "1!0", false],
  ["introduced 0", "9999", true],
  ["introduced 0", "0.dev0", true],
  ["introduced 0", "trunk", true],
  ["introduced 1.0", "1.0", true],
  ["introduced 1.0", "1.0rc1", false],
  ["introduced 1.0", "0.9", false],
  ["introduced 1.0, last_affected 1.5", "1.5", true],
  ["introduced 1.0, last_affected 1.5", "1.5.0", true],
  ["introduced 1.0, last_affected 1.5", "1.5.post1", false],
  ["introduced 1.0, last_affected 1.5", "1.6", false],
  ["introduced 1.0, fixed 1.2, introduced 2.0, fixed 2.3", "1.1", true],
  ["introduced 1.0, fixed 1.2, introduced 2.0, fixed 2.3", "1.5", false],
  ["introduced 1.0, fixed 1.2, introduced 2.0, fixed 2.3", "2.2", true],
  ["introduced 1.0, fixed 1.2, introduced 2.0, fixed 2.3", "2.3", false],
  ["introduced 0, limit 1.0", "0.9", true],
  ["introduced 0, limit 1.0", "1.0", false],
  ["introduced 0, limit *", "9", true],
] as const)("%s holds %s: %s", (text, version, holds) => {
  expect(isInRange(range(text), anyVersion(version))).toBe(holds);
});

test.each([
  ["fixed 2.0, introduced 0", "1.0", true],
  ["introduced 2.0, fixed 2.3, introduced 0, fixed 1.2", "1.5", false],
  // At one version: what was fixed there came back there
  ["introduced 0, introduced 2.0, fixed 2.0", "2.0", true],
  // One version alone
  ["last_affected 1.0, introduced 1.0", "1.0", true],
  ["last_affected 1.0, introduced 1.0", "1.1", false],
] as const)("events may come in any order: %s holds %s: %s", (text, version, holds) => {
  expect(isInRange(range(text), anyVersion(version))).toBe(holds);
});

test.each([
  // What PEP 440 does not know is below all that it knows
  ["introduced 0, fixed 2007-x", "1.0", false],
  ["introduced 0, fixed 1.0", "trunk", true],
  ["introduced 2014-01-01", "2014-01-12T15-52-10", true],
  ["introduced 2014-02-01", "2014-01-12T15-52-10", false],
  ["introduced 0, fixed 0.7.1.fix2", "0.7.1.fix1", true],
  ["introduced 0, fixed 0.7.1.fix1", "0.7.1.fix1", false],
] as const)("%s holds the legacy version %s: %s", (text, version, holds) => {
  expect(isInRange(range(text), anyVersion(version))).toBe(holds);
});

test("a list names versions in any spelling, and what is no version to the letter", () => {
  const listed = { ranges: [], versions: ["1.0", "2.0a1", "trunk"] };

  const found = ["1", "1.0.0", "v1.0", "2.0-alpha.1", "trunk", "Trunk", "1.0+local", "3"].filter(
    (version) => affects(listed, anyVersion(version)),
  );

  expect(found).toEqual(["1", "1.0.0", "v1.0", "2.0-alpha.1", "trunk"]);
});

test("a record with neither list nor range affects nothing", () => {
  expect(affects({ ranges: [], versions: [] }, anyVersion("1.0"))).toBe(false);
});

/** By intervals, of numbers, as the format explains itself. */
function naive(events: readonly RangeEvent[], version: number): boolean {
  const at = (kind: RangeEvent[0]) =>
    events.flatMap(([own, bound]) => (own === kind ? [Number(bound)] : []));
  const starts = at("introduced").filter((start) => start <= version);
  const last = Math.max(-1, ...starts);
  const fixedSince = at("fixed").some((fixed) => fixed > last && fixed <= version);
  const passed = at("last_affected").some((bound) => bound >= last && bound < version);
  return starts.length > 0 && !fixedSince && !passed;
}

test("the walk agrees with looking for the last start and what ended it", () => {
  const event = fc.tuple(
    fc.constantFrom("introduced" as const, "fixed" as const, "last_affected" as const),
    fc.integer({ min: 1, max: 12 }).map(String),
  );
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 7 }),
      fc.integer({ min: 0, max: 13 }),
      (events, version) =>
        isInRange(inOrder(events), anyVersion(String(version))) === naive(events, version),
    ),
    { numRuns: 3000 },
  );
});
