import { expect, test } from "vitest";
import { FixPatience } from "./fix-patience.ts";

function patience(timeoutMs?: number) {
  let now = 0;
  const one = new FixPatience(() => now, timeoutMs);
  return { one, pass: (seconds: number) => (now += 1000 * seconds) };
}

test("time counts while nothing is learnt", () => {
  const { one, pass } = patience();
  pass(40);
  one.learnt();
  pass(40);
  expect(one.spent()).toBe(false);

  pass(10);
  expect(one.spent()).toBe(true);
});

test("it ends however much is learnt", () => {
  const { one, pass } = patience();
  for (let round = 0; round < 13; round += 1) {
    pass(10);
    one.learnt();
  }
  expect(one.spent()).toBe(true);
});

test("who sets a limit has all of it used, and no more", () => {
  const { one, pass } = patience(600_000);
  pass(590);
  expect(one.spent()).toBe(false);

  pass(20);
  one.learnt();
  expect(one.spent()).toBe(true);
});
