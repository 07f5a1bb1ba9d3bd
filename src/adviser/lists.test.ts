import { expect, test } from "vitest";
import { project, resolved } from "../../fixtures/advice.ts";
import type { Project } from "../model/project.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { exampleIndex, MemoryStore } from "../store/memory-store.ts";

const other = indexUrl("https://other.example/simple");

function twoIndexes(...lines: readonly string[]): Project {
  return { ...project(...lines), indexes: [exampleIndex, other] };
}

test("the first index that has a package is the only one that counts for it", () => {
  const store = new MemoryStore().add("a==1").add("a==2", { index: other });

  expect(resolved(store, twoIndexes("a"))).toBe("locked: a==1");
  expect(resolved(store, twoIndexes("a>1"))).toMatch(/^unsatisfiable/);
});

test("the next index counts once the first is known not to have the package", () => {
  const store = new MemoryStore().add("a==2", { index: other });

  expect(resolved(store, twoIndexes("a"))).toBe("incomplete: releases of a");
  store.putAbsent(packageName("a"), exampleIndex, "404", 0);
  expect(resolved(store, twoIndexes("a"))).toBe("locked: a==2");
});

test("a package that is tied to an index comes from no other, whoever needs it", () => {
  const store = new MemoryStore()
    .add("a==1")
    .add("a==2", { index: other })
    .add("b==1", { requires: ["a"] });

  const tied = twoIndexes("b", "a from https://other.example/simple");
  expect(resolved(store, tied)).toBe("locked: a==2 b==1");
  const absent = twoIndexes("b from https://other.example/simple");
  store.putAbsent(packageName("b"), other, "404", 0);
  expect(resolved(store, absent)).toBe("unsatisfiable: no package `b` on the index");
});

test("a package that no index has is told so", () => {
  const store = new MemoryStore();
  for (const index of [exampleIndex, other]) store.putAbsent(packageName("a"), index, "404", 0);

  expect(resolved(store, twoIndexes("a"))).toBe(
    "unsatisfiable: no package `a` on any of the 2 indexes",
  );
});
