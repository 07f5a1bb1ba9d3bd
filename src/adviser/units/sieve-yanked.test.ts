import { expect, test } from "vitest";
import { contextOf } from "../../../fixtures/advice.ts";
import { exampleRelease, MemoryStore } from "../../store/memory-store.ts";
import { yanked } from "./sieve-yanked.ts";

test.each([
  ["without a reason", "", false, "is yanked"],
  ["with a reason", "leaks memory", false, "is yanked (leaks memory)"],
  ["pinned", "leaks memory", true, undefined],
  ["not yanked", undefined, false, undefined],
])("a release %s", (_rule, reason, pinned, expected) => {
  const filename = "a-1-py3-none-any.whl";
  const files = [{ filename, ...(reason === undefined ? {} : { yanked: reason }) }];
  const candidate = {
    release: exampleRelease("a==1"),
    facts: { version: "1", files },
    metadata: undefined,
    filename,
    pinned,
    advisories: [],
    status: undefined,
  };

  expect(yanked.rejects(candidate, contextOf(new MemoryStore(), ["a"]))).toBe(expected);
});
