import { expect, test } from "vitest";
import { contextOf, project, sourceFact } from "../../fixtures/advice.ts";
import type { Gap } from "../model/gap.ts";
import type { Project } from "../model/project.ts";
import { releaseText } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { leftOutOf } from "./reached-package.ts";
import { type ReachOptions, WarmReach } from "./warm-reach.ts";

function reachOf(
  store: MemoryStore,
  demands: Project | readonly string[],
  changes: Partial<ReachOptions> = {},
): WarmReach {
  const direct = Number.POSITIVE_INFINITY;
  const usual = { direct, needed: 2, closure: true, staleBefore: 0 };
  return new WarmReach({ ...contextOf(store, demands), ...usual, ...changes });
}

function text(gap: Gap): string {
  return "release" in gap ? releaseText(gap.release) : gap.name;
}

test("every release that a line of the Pipfile allows is in reach, and the newest of each range beyond", () => {
  const store = new MemoryStore()
    .add("app==3.0", { requires: ["lib>=2"] })
    .add("app==2.0", { requires: ["lib<2"] })
    .add("app==1.0", { requires: ["lib<2", "old"] });
  for (const version of ["1.0", "1.1", "1.2", "2.0", "2.1", "2.2"])
    store.add(`lib==${version}`, { requires: false });

  const reach = reachOf(store, ["app"]);

  expect(reach.advance().map(text)).toEqual([
    "lib==2.2",
    "lib==2.1",
    "lib==1.2",
    "lib==1.1",
    "old",
  ]);
  expect(reach.known).toBe(3);
});

test("what was missing is gone on from once it is known, and no more is missing at the end", () => {
  const store = new MemoryStore().add("app==1.0", { requires: false });
  const reach = reachOf(store, ["app"]);
  expect(reach.advance().map(text)).toEqual(["app==1.0"]);
  store.add("app==1.0", { requires: ["lib"] });
  expect(reach.advance().map(text)).toEqual(["lib"]);
  store.add("lib==1.0");

  expect(reach.advance()).toEqual([]);
  expect([reach.known, reach.packages]).toEqual([2, 2]);
});

test("a line narrower than what another release asks for does not bound it: the line may go", () => {
  const store = new MemoryStore()
    .add("app==1.0", { requires: ["lib"] })
    .add("lib==1.0")
    .add("lib==2.0", { requires: false });

  expect(reachOf(store, ["app", "lib<2"]).advance().map(text)).toEqual(["lib==2.0"]);
});

test("extras count for every release in their range, those that a release asks of itself too", () => {
  const store = new MemoryStore()
    .add("app==2.0", {
      requires: ["app[b]; extra == 'a'", "new; extra == 'b'"],
      extras: ["a", "b"],
    })
    .add("app==1.0", { requires: ["older; extra == 'a'"], extras: ["a"] });

  expect(reachOf(store, ["app[a]"]).advance().map(text)).toEqual(["new", "older"]);
});

test("releases that can't be used do not count among the newest ones", () => {
  const store = new MemoryStore()
    .add("app==1.0", { requires: ["lib"] })
    .add("lib==1.0")
    .add("lib==2.0", { requires: false })
    .add("lib==3.0", { requiresPython: ">=3.12" })
    .add("lib==4.0", { yanked: "broken" })
    .add("lib==5.0rc1");

  const reach = reachOf(store, ["app"], { needed: 1 });

  expect(reach.advance().map(text)).toEqual(["lib==2.0"]);
  expect(leftOutOf(reach.followed())).toEqual({ releases: 1, packages: 1 });
});

test("pre-releases are in reach where a line asks for them or no final one fits", () => {
  const store = new MemoryStore().add("app==1.0rc1", { requires: false }).add("app==0.9");
  store.add("only==1.0a1", { requires: false });

  expect(reachOf(store, ["app>=1.0rc1", "only"]).advance().map(text)).toEqual([
    "app==1.0rc1",
    "only==1.0a1",
  ]);
  expect(reachOf(store, ["app"]).advance()).toEqual([]);
});

test("the pin of the old lock is in reach however old it is", () => {
  const store = new MemoryStore().add("app==1.0", { requires: ["lib"] });
  for (const version of ["1.0", "2.0", "3.0", "4.0"])
    store.add(`lib==${version}`, { requires: false });
  const preferred = new Map([[packageName("lib"), "1.0"]]);

  const gaps = reachOf(store, { ...project("app"), preferred }).advance();

  expect(gaps.map(text)).toEqual(["lib==1.0", "lib==4.0", "lib==3.0"]);
});

test("lists that were not confirmed lately are asked for again", () => {
  const store = new MemoryStore().add("app==1.0");

  expect(reachOf(store, ["app"], { staleBefore: 1 }).advance().map(text)).toEqual(["app"]);
});

test("what a source requires is in reach once the source is known", () => {
  const store = new MemoryStore();
  const reach = reachOf(store, ["lib[fast] @ https://lib.example/lib.zip"]);
  expect(reach.advance()).toMatchObject([{ missing: "source", name: "lib" }]);
  const requires = ["base", "speed; extra == 'fast'"];
  store.putSource("url https://lib.example/lib.zip", sourceFact("lib==1.0", ...requires));

  expect(reach.advance().map(text)).toEqual(["base", "speed"]);
});

test("without closure the project's own lines are all there is", () => {
  const store = new MemoryStore().add("app==1.0", { requires: ["lib"] });

  expect(reachOf(store, ["app==1.0"], { closure: false }).advance()).toEqual([]);
});
