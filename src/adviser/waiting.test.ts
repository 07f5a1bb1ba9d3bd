import { expect, test } from "vitest";
import { contextOf, locked, project } from "../../fixtures/advice.ts";
import { noSettings } from "../model/advice-settings.ts";
import { noPolicy } from "../model/policy.ts";
import { packageName } from "../python/name.ts";
import { parseSpecifierSet } from "../python/specifier.ts";
import { anyVersion } from "../python/version-range.ts";
import { exampleIndex, MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";
import type { AdviceContext } from "./context.ts";
import { heldBackBy, nextEligible } from "./waiting.ts";

const moment = Date.parse("2026-06-10T00:00:00Z");
const week = { periodMs: 7 * 86_400_000, period: "7d", where: "thoth.toml:2" };

function cooled(store: MemoryStore, ...demands: readonly string[]): AdviceContext {
  const coolDowns = { all: week, packages: new Map() };
  const settings = { ...noSettings, moment, policy: { ...noPolicy, coolDowns } };
  return contextOf(store, { ...project(...demands), settings });
}

function held(context: AdviceContext) {
  return heldBackBy(locked(advise(context, { verify: false })).pins, context);
}

const old = { uploadedAt: "2026-01-01T00:00:00Z" };

test("the newest release that only the cool-down keeps out is told", () => {
  const store = new MemoryStore()
    .add("a==1", old)
    .add("a==2", { uploadedAt: "2026-06-05T00:00:00Z" })
    .add("a==3", { uploadedAt: "2026-06-09T00:00:00Z" })
    .add("a==4", { uploadedAt: "2026-06-09T00:00:00Z", yanked: "broken" });

  expect(held(cooled(store, "a"))).toEqual([
    { name: "a", locked: "1", available: "3", released: "2026-06-09", eligible: "2026-06-16" },
  ]);
  expect(held(cooled(store, "a<3"))).toMatchObject([{ available: "2", eligible: "2026-06-12" }]);
  expect(held(cooled(store, "a<2"))).toEqual([]);
});

test("what another pin caps is not held back by the cool-down", () => {
  const store = new MemoryStore()
    .add("b==1", { ...old, requires: ["a<2"] })
    .add("a==1", old)
    .add("a==2", { uploadedAt: "2026-06-09T00:00:00Z" });

  expect(held(cooled(store, "b"))).toEqual([]);
});

test("what a constraint or the needs of other pins keep out is not held back by the cool-down", () => {
  const young = { uploadedAt: "2026-06-09T00:00:00Z" };
  const plain = new MemoryStore().add("a==1", old).add("a==2", young);
  const context = cooled(plain, "a");
  const { settings } = context.project;
  if (settings === undefined) throw new Error("no settings");
  const line = { name: packageName("a"), specifier: "<2", where: "constraints.txt:1" };
  const { range } = parseSpecifierSet(line.specifier) ?? { range: anyVersion };
  const constrained = { ...settings, constraints: [{ ...line, range }] };
  expect(held({ ...context, project: { ...context.project, settings: constrained } })).toEqual([]);

  const caught = new MemoryStore()
    .add("b==1", old)
    .add("a==1", old)
    .add("a==2", { ...young, requires: ["b>=2"] });
  expect(held(cooled(caught, "a", "b"))).toEqual([]);

  const moving = caught.add("b==2", old);
  expect(held(cooled(moving, "a", "b<2"))).toEqual([]);
  expect(held(cooled(moving, "a", "b"))).toMatchObject([{ name: "a", available: "2" }]);
});

test("a release without a time of upload is held back without an end", () => {
  const store = new MemoryStore().add("a==1", old).add("a==2");

  expect(held(cooled(store, "a"))).toEqual([{ name: "a", locked: "1", available: "2" }]);
});

test("an answer holds until the first release that waits is old enough", () => {
  const store = new MemoryStore()
    .add("a==1", old)
    .add("a==2", { uploadedAt: "2026-06-05T00:00:00Z" })
    .add("a==3", { uploadedAt: "2026-06-09T00:00:00Z" });
  const list = store.releases(packageName("a"), exampleIndex);
  if (list === undefined) throw new Error("no list");

  expect(nextEligible([list], cooled(store, "a"))).toBe(Date.parse("2026-06-12T00:00:00Z"));
  expect(nextEligible([], cooled(store, "a"))).toBeUndefined();
});
