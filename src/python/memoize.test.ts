import { expect, test } from "vitest";
import { memoize } from "./memoize.ts";

test("an answer is computed once, unless it is `undefined` or the memory is full", () => {
  const asked: string[] = [];
  const answer = memoize((raw) => {
    asked.push(raw);
    return raw === "wrong" ? undefined : raw;
  }, 2);

  answer("a");
  answer("a");
  answer("b");
  answer("c");
  answer("a");
  answer("wrong");
  answer("wrong");

  expect(asked).toEqual(["a", "b", "c", "a", "wrong", "wrong"]);
});
