import { expect, test } from "vitest";
import { createMessage } from "../messaging/codec.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { type ErrorCode, ThothError } from "../util/errors.ts";
import { sender } from "./gaps.ts";
import { Obstacles, placeOf } from "./obstacles.ts";

const message = createMessage("missing_package", sender, {
  package_name: "flask",
  index_url: "https://index.example/simple",
});

/** Obstacles with a clock that the test sets; waits are not spread. */
function world() {
  const clock = { now: 1000 };
  return { clock, obstacles: new Obstacles({ now: () => clock.now, random: () => 1 }) };
}

test("waits double up to a minute, and end with the first success", () => {
  const { clock, obstacles } = world();
  const waits: number[] = [];
  for (let at = 0; at < 8; at += 1) {
    obstacles.failed("there", "away");
    waits.push(obstacles.waitMs("there"));
    clock.now += obstacles.waitMs("there");
  }

  expect(waits).toEqual([1000, 2000, 4000, 8000, 16_000, 32_000, 60_000, 60_000]);
  expect(obstacles.worked("there")).toBe(true);
  expect(obstacles.all()).toEqual([]);
});

test("failures of work that was under way when a wait began do not lengthen it", () => {
  const { obstacles } = world();

  obstacles.failed("there", "away");

  expect(obstacles.failed("there", "away")).toBeUndefined();
  expect(obstacles.waitMs("there")).toBe(1000);
});

test("a clock that is set back makes no wait longer than the longest", () => {
  const { clock, obstacles } = world();
  clock.now = 10_000_000;
  obstacles.failed("there", "away");
  clock.now = 1000;

  expect(obstacles.blocked()).toEqual([]);
  expect(obstacles.waitMs("there")).toBeLessThanOrEqual(60_000);
});

test("a place that works for others since a message first failed is not to blame", () => {
  const { clock, obstacles } = world();

  const away = obstacles.excuses("there", message);
  clock.now += 10;
  const stillAway = obstacles.excuses("there", message);
  obstacles.worked("there");
  const works = obstacles.excuses("there", message);
  clock.now += 10;
  const awayAgain = obstacles.excuses("there", message);

  expect([away, stillAway, works, awayAgain]).toEqual([true, true, false, true]);
});

test.each<readonly [ErrorCode, string | undefined]>([
  ["disk-full", "index on this machine"],
  ["no-sandbox", "index on this machine"],
  ["index-unreachable", "https://index.example/simple"],
  ["killed", undefined],
  ["index-garbage", undefined],
])("%s is to be blamed on %s", (code, place) => {
  const index = indexUrl("https://index.example/simple");
  const task = { kind: "learn-releases", name: packageName("flask"), index } as const;

  expect(placeOf(new ThothError(code, "it failed"), task)).toBe(place);
});
