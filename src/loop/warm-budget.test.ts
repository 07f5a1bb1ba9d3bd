import { expect, test } from "vitest";
import { testClient } from "../../fixtures/index-client.ts";
import { exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { ByteBudget } from "./warm-budget.ts";

const store = new MemoryStore();

test("files set aside at the same time count before they have come", () => {
  const budget = new ByteBudget(100, { client: testClient(), store });

  expect([budget.reserve(60), budget.reserve(60), budget.reserve(40)]).toEqual([true, false, true]);
  budget.spent(60);
  expect(budget.reserve(60)).toBe(true);
});

test("facts are afforded in order, at most half of what is left at a time", () => {
  const names = ["a", "b", "c", "d"];
  const gaps = names.map((name) => {
    const release = exampleRelease(`${name}==1.0`);
    const filename = `${name}-1.0-py3-none-any.whl`;
    return { missing: "metadata", release, filename, requiredBy: "" } as const;
  });
  const left = (limit: number) => new ByteBudget(limit, { client: testClient(), store });

  expect(left(Number.POSITIVE_INFINITY).afford(gaps)).toHaveLength(4);
  expect(left(140_000).afford(gaps)).toHaveLength(2);
  expect(left(40_000).afford(gaps)).toHaveLength(1);
  expect(left(10).afford(gaps)).toHaveLength(0);
});
