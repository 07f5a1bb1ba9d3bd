import { expect, test } from "vitest";
import { memoize } from "./memoize.ts";

test("an answer is computed once, `undefined` too, until the memory is full", () => {
  const asked: string[] = [];
  const answer = memoize((raw) => {
    asked.push(raw);
    return raw === "a" ? undefined : raw;
  }, 2);

  answer("a");
  answer("a");
  answer("b");
  answer("c");
  answer("a");

  expect(asked).toEqual(["a", "b", "c", "a"]);
});
