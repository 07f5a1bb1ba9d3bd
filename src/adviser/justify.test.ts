import { expect, test } from "vitest";
import { contextOf, project } from "../../fixtures/advice.ts";
import { noSettings } from "../model/advice-settings.ts";
import { noPolicy } from "../model/policy.ts";
import type { Project } from "../model/project.ts";
import { packageName } from "../python/name.ts";
import type { ExampleRelease } from "../store/example-release.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

function reasons(store: MemoryStore, demands: Project | readonly string[]) {
  const advice = advise(contextOf(store, demands), { verify: false });
  if (advice.outcome !== "locked") throw new Error(advice.outcome);
  return Object.fromEntries(advice.product.notNewest);
}

test("nothing is said of a package that is at its newest", () => {
  expect(reasons(new MemoryStore().add("a==2").add("a==1"), ["a"])).toEqual({});
});

test("a line of the Pipfile keeps the newest out", () => {
  const store = new MemoryStore().add("a==2").add("a==1");

  expect(reasons(store, ["a<2"])).toEqual({
    a: { newest: "2", reason: "Pipfile:1 asks for <2" },
  });
});

test("another package keeps the newest out, be it by its second demand", () => {
  const store = new MemoryStore()
    .add("a==1", { requires: ["b", "b<2"] })
    .add("b==2")
    .add("b==1");

  expect(reasons(store, ["a"])).toEqual({ b: { newest: "2", reason: "a==1 needs b <2" } });
});

test("the newest itself can't do with what others chose", () => {
  const store = new MemoryStore()
    .add("a==2", { requires: ["b>=2"] })
    .add("a==1", { requires: ["b"] })
    .add("b==2")
    .add("b==1");

  expect(reasons(store, ["a", "b<2"])).toEqual({
    a: { newest: "2", reason: "2 needs b >=2, but b is 1 (Pipfile:2)" },
    b: { newest: "2", reason: "Pipfile:2 asks for <2" },
  });
});

test("the newest leads to a conflict further down", () => {
  const store = new MemoryStore()
    .add("a==2", { requires: ["m"] })
    .add("a==1")
    .add("m==1", { requires: ["b>=2"] })
    .add("b==2")
    .add("b==1");

  expect(reasons(store, ["a", "b<2"])).toMatchObject({
    a: { newest: "2", reason: "2 leads to a conflict further down" },
  });
});

test.each<[string, ExampleRelease, string]>([
  ["is yanked", { yanked: "leaks" }, "2 is yanked (leaks)"],
  ["is for another Python", { requiresPython: ">=3.12" }, "2 needs Python >=3.12"],
  ["has no file", { files: ["a-2-cp27-none-win32.whl"] }, "2 has no file for this runtime"],
])("the newest %s", (_rule, told, reason) => {
  const store = new MemoryStore().add("a==2", told).add("a==1");

  expect(reasons(store, ["a"])).toEqual({ a: { newest: "2", reason } });
});

test("the old lock is kept", () => {
  const store = new MemoryStore().add("a==2").add("a==1");
  const old = { ...project("a"), preferred: new Map([[packageName("a"), "1"]]) };

  expect(reasons(store, old)).toEqual({ a: { newest: "2", reason: "kept from the lock" } });
});

test("a final release that is older than the pre-release chosen is not called newer", () => {
  const store = new MemoryStore()
    .add("a==1", { requires: ["b>=2rc1"] })
    .add("b==2rc1")
    .add("b==1");

  expect(reasons(store, ["a"])).toEqual({});
});

test("of a cool-down and a line of the Pipfile the line is the reason, as it will not pass", () => {
  const store = new MemoryStore()
    .add("a==2", { uploadedAt: "2026-06-09T00:00:00Z" })
    .add("a==1", { uploadedAt: "2026-01-01T00:00:00Z" });
  const week = { periodMs: 7 * 86_400_000, period: "7d", where: "thoth.toml:2" };
  const policy = { ...noPolicy, coolDowns: { all: week, packages: new Map() } };
  const settings = { ...noSettings, moment: Date.parse("2026-06-10T00:00:00Z"), policy };

  const told = (line: string) => reasons(store, { ...project(line), settings })["a"]?.reason;

  expect(told("a<2")).toBe("Pipfile:1 asks for <2");
  expect(told("a")).toContain("within the cool-down of 7d");
});
