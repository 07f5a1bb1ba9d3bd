import { expect, test } from "vitest";
import { contextOf, locked, project, runtime } from "../../../fixtures/advice.ts";
import { packageName } from "../../python/name.ts";
import { exampleIndex, MemoryStore } from "../../store/memory-store.ts";
import { advise } from "../advise.ts";

const name = packageName("a");

/** What a wrap says of the stack that is advised for some lines. */
function said(unit: string, store: MemoryStore, ...lines: readonly string[]) {
  const context = contextOf(store, project(...lines), { runtime: { ...runtime, python: "3.11" } });
  return locked(advise(context, { verify: false }))
    .justifications.filter((one) => one.unit === unit)
    .map(({ type, message }) => `${type} ${message}`);
}

/** `a` 2, of whose newest release the metadata names these classifiers. */
function classified(version: string, ...classifiers: readonly string[]): MemoryStore {
  const store = new MemoryStore().add("a==2").add("a==1");
  const lists = { classifiers, licenseFiles: [], links: [] };
  const observedAt = "2026-11-24T00:00:00Z";
  store.putAbout(name, exampleIndex, { from: "index", version, ...lists, observedAt });
  return store;
}

test.each([
  ["1 - Planning", ["INFO a 2 is of a project in the stage Planning"]],
  ["3 - Alpha", ["INFO a 2 is of a project in the stage Alpha"]],
  ["4 - Beta", []],
  ["5 - Production/Stable", []],
  ["7 - Inactive", ["WARNING a 2 is of a project that calls itself inactive"]],
])("of a project in the stage %s is said %j", (stage, expected) => {
  expect(said("trove-classifiers", classified("2", `Development Status :: ${stage}`), "a")).toEqual(
    expected,
  );
});

test("a release that names other Pythons only is told, where it is the one that was read", () => {
  const pythons = ["3", "3.8", "3.9"].map((one) => `Programming Language :: Python :: ${one}`);

  expect(said("trove-classifiers", classified("2", ...pythons), "a")).toEqual([
    "INFO a 2 names Python 3.8, 3.9 among its classifiers, not 3.11",
  ]);
  expect(said("trove-classifiers", classified("2", ...pythons), "a==1")).toEqual([]);
  const own = "Programming Language :: Python :: 3.11";
  expect(said("trove-classifiers", classified("2", ...pythons, own), "a")).toEqual([]);
});

/** `a` 1 and 2, uploaded on these days, and `b`, which wants `a` below 2. */
function aged(first: string, second: string): MemoryStore {
  return new MemoryStore()
    .add("a==2", { uploadedAt: second })
    .add("a==1", { uploadedAt: first })
    .add("b==1", { requires: ["a<2"] });
}

test("a release that is years behind the newest is warned of, unless the Pipfile wants that", () => {
  const ancient = aged("2020-01-01T00:00:00Z", "2024-06-01T00:00:00Z");
  const warning =
    "WARNING a 1 is 4 years older than 2, the newest that this runtime could have (`thoth why-not a`)";

  expect(said("ancient-pick", ancient, "a", "b")).toEqual([warning]);
  expect(said("ancient-pick", ancient, "b")).toEqual([warning]);
  expect(said("ancient-pick", ancient, "a<2")).toEqual([]);
  expect(said("ancient-pick", ancient, "a")).toEqual([]);
});

test("a release that is less than three years behind, or of no known age, is not warned of", () => {
  const recent = aged("2022-01-01T00:00:00Z", "2024-06-01T00:00:00Z");
  const undated = new MemoryStore()
    .add("a==2")
    .add("a==1")
    .add("b==1", { requires: ["a<2"] });

  expect(said("ancient-pick", recent, "b")).toEqual([]);
  expect(said("ancient-pick", undated, "b")).toEqual([]);
});
