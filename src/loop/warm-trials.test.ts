import { expect, test } from "vitest";
import { contextOf } from "../../fixtures/advice.ts";
import { releaseText } from "../model/release.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { WarmReach } from "./warm-reach.ts";
import { lookAhead } from "./warm-trials.ts";

const { signal } = new AbortController();

/** `old` and `app` come to terms only below what is taken of `app`'s range. */
function quarrel(): MemoryStore {
  const store = new MemoryStore()
    .add("tool==2.0", { requires: ["app"] })
    .add("tool==1.0", { requires: ["app", "base==1.0"] })
    .add("base==1.0")
    .add("app==1.0", { requires: false });
  for (const version of ["2.0", "3.0"]) store.add(`app==${version}`, { requires: ["base>=2"] });
  return store.add("base==2.0");
}

test("what the search steps down to when a line is pinned is asked for, beyond the newest of a range", async () => {
  const store = quarrel();
  const context = contextOf(store, ["tool"]);
  const direct = Number.POSITIVE_INFINITY;
  const reach = new WarmReach({ ...context, direct, needed: 2, closure: true, staleBefore: 0 });

  const look = lookAhead(context, reach, { everyLine: true, signal });

  const gaps = await look();
  expect(gaps.map((gap) => ("release" in gap ? releaseText(gap.release) : ""))).toEqual([
    "app==1.0",
  ]);
  store.add("app==1.0");
  expect(await look()).toEqual([]);
});

test("for a lock only the Pipfile itself is tried", async () => {
  const context = contextOf(quarrel(), ["tool"]);
  const reach = new WarmReach({ ...context, direct: 1, needed: 2, closure: true, staleBefore: 0 });

  expect(await lookAhead(context, reach, { everyLine: false, signal })()).toEqual([]);
});
