import { expect, test } from "vitest";
import { contextOf, summary } from "../../fixtures/advice.ts";
import type { ProjectStatus } from "../model/package-fact.ts";
import { packageName } from "../python/name.ts";
import { exampleIndex, MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

const name = packageName("a");

/** Releases 1 and 2 of `a`, which its index and its metadata speak of so. */
function advised(status: ProjectStatus | undefined, classifiers: readonly string[] = []) {
  const store = new MemoryStore().add("a==2").add("a==1");
  const page = store.page(name, exampleIndex);
  if (page === undefined) throw new Error("no page");
  if (status !== undefined) store.putPage({ ...page, checkedAt: 1, status });
  if (classifiers.length > 0) {
    const lists = { classifiers, licenseFiles: [], links: [] };
    const observedAt = "2026-11-24T00:00:00Z";
    store.putAbout(name, exampleIndex, { from: "index", ...lists, observedAt });
  }
  return advise(contextOf(store, ["a"]), { verify: false });
}

test.each([
  [{ state: "archived" }, [], "a 2 is of a project that its index calls archived"],
  [
    { state: "deprecated", reason: "use b" },
    [],
    "a 2 is of a project that its index calls deprecated: use b",
  ],
  [
    undefined,
    ["Development Status :: 7 - Inactive"],
    "a 2 is of a project that calls itself inactive",
  ],
] as const)(
  "a project of status %j with classifiers %j is chosen with a warning",
  (status, classifiers, message) => {
    const advice = advised(status, classifiers);

    expect(summary(advice)).toBe("locked: a==2");
    expect(advice.outcome === "locked" && advice.product.justifications).toMatchObject([
      { type: "WARNING", message, package: "a" },
    ]);
  },
);

test.each([
  [{ state: "active" }, ["Development Status :: 5 - Production/Stable"]],
  [undefined, []],
] as const)(
  "of a project of status %j with classifiers %j nothing is said",
  (status, classifiers) => {
    const advice = advised(status, classifiers);

    expect(advice.outcome === "locked" && advice.product.justifications).toEqual([]);
  },
);

test("a project in quarantine is not locked", () => {
  const advice = advised({ state: "quarantined", reason: "it stole tokens" });

  expect(advice.outcome).toBe("unsatisfiable");
  expect(JSON.stringify(advice)).toContain(
    "is of a project that its index holds in quarantine (it stole tokens)",
  );
});
