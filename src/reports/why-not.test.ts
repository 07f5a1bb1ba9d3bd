import { expect, test } from "vitest";
import type { RejectedRelease } from "../model/why.ts";
import { palette } from "./palette.ts";
import { renderWhyNot } from "./why-not.ts";

const options = { columns: undefined, verbosity: "normal", color: palette(false) } as const;
const answer = { name: "core", locked: undefined, isLocked: false, isKnown: true, one: false };

function unknown(version: string): RejectedRelease {
  const gaps = [`metadata of core==${version} (needed by the search)`];
  return { version, verdict: { rule: "unknown", demands: [], gaps } };
}

test("neighbours of which the same is unknown are told together, with one way to learn it", () => {
  const rejected = [unknown("3.0"), unknown("2.0"), unknown("1.0")];

  expect(renderWhyNot({ ...answer, rejected }, options)).toBe(
    [
      "1.0 to 3.0 (3 releases): not known: metadata of core (needed by the search)",
      "`thoth solve core==3.0` learns what a release needs",
      "core is not in the lock; 3 releases newer than that",
      "",
    ].join("\n"),
  );
});

test("one release reads as a sentence, whatever the verdict", () => {
  const absent = { rule: "no-such-release", reason: "the index lists no core 9" } as const;
  const rejected = [{ version: "9", verdict: absent }, unknown("2.0")];

  const told = renderWhyNot({ ...answer, one: true, rejected }, options).split("\n");

  expect(told.slice(0, 2)).toEqual([
    "the index lists no core 9",
    "2.0: not known: metadata of core==2.0 (needed by the search)",
  ]);
});
