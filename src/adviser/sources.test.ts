import { expect, test } from "vitest";
import { resolved, sourceFact } from "../../fixtures/advice.ts";
import { MemoryStore } from "../store/memory-store.ts";

const lib = "lib @ https://lib.example/lib.zip";
const key = "url https://lib.example/lib.zip";

test("a direct source that was not looked at is a gap", () => {
  expect(resolved(new MemoryStore(), [lib])).toBe("incomplete: source of lib");
});

test("while a direct source is unknown, no demand on it is called a conflict", () => {
  const store = new MemoryStore().add("app==1", { requires: ["lib>=2"] });

  expect(resolved(store, [lib, "app"])).toBe("incomplete: source of lib");
});

test("a direct source takes the place of the index for its name, also for others", () => {
  const store = new MemoryStore()
    .add("app==2", { requires: ["lib>=3"] })
    .add("app==1", { requires: ["lib>=2"] })
    .add("lib==9")
    .add("dep==1");
  store.putSource(key, sourceFact("lib==2.0", "dep"));

  expect(resolved(store, ["app", lib])).toBe("locked: app==1 dep==1 lib==2.0");
});

test("extras of a direct source add their requirements", () => {
  const store = new MemoryStore().add("dep==1");
  store.putSource(key, sourceFact("lib==2.0", 'dep ; extra == "io"'));

  expect(resolved(store, ["lib[io] @ https://lib.example/lib.zip"])).toBe(
    "locked: dep==1 lib[io]==2.0",
  );
});

test("a direct source for another Python is no stack", () => {
  const store = new MemoryStore();
  store.putSource(key, { ...sourceFact("lib==2.0"), requiresPython: ">=3.12" });

  expect(resolved(store, [lib])).toBe(
    "unsatisfiable: no version of lib that is asked for works on Python 3.11",
  );
});

test("what a direct source needs from an address is not looked for on an index", () => {
  const store = new MemoryStore().add("dep==1");
  store.putSource(key, sourceFact("lib==2.0", "dep @ https://dep.example/dep.zip"));

  expect(resolved(store, [lib])).toMatch(/^unsatisfiable/);
});

test("a release that needs something from an address is passed over", () => {
  const store = new MemoryStore()
    .add("a==2", { requires: ["dep @ https://dep.example/dep.zip"] })
    .add("a==1", { requires: ["dep"] })
    .add("dep==1");

  expect(resolved(store, ["a"])).toBe("locked: a==1 dep==1");
});
