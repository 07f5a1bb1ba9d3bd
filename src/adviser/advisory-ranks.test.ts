import { expect, test } from "vitest";
import { advisory, contextOf, locked, project, resolved } from "../../fixtures/advice.ts";
import type { AdvisoryMatch, AdvisoryRank } from "../model/advisory.ts";
import { packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

/** What is known against `a` 1 up to the newest, each as ranks: `"LOW LOW"`, "" where it is nothing. */
type Known = readonly string[];

function storeOf(known: Known): MemoryStore {
  const store = new MemoryStore();
  store.known = new Map(known.map((ranks, at) => [`a==${at + 1}`, advisoriesOf(ranks, at)]));
  for (const release of store.known.keys()) store.add(release);
  return store;
}

function advisoriesOf(ranks: string, at: number): readonly AdvisoryMatch[] {
  const named = ranks.split(" ").filter(isRank);
  return named.map((rank, number) =>
    advisory(`${rank}-${at + 1}-${number}`, { severity: { rank } }),
  );
}

function isRank(text: string): text is AdvisoryRank {
  return text !== "";
}

function lockedTo(version: string) {
  return { ...project("a"), preferred: new Map([[packageName("a"), version]]) };
}

test.each<[string, Known, string]>([
  ["what nothing is known against, however old", ["", "LOW", "MEDIUM"], "2"],
  ["the newest that is free", ["", "", "MEDIUM"], "2"],
  ["the newest, where all are affected alike", ["HIGH", "HIGH", "HIGH"], "3"],
  ["the newest, however many nothing mends", ["HIGH", "HIGH HIGH", "HIGH HIGH HIGH"], "3"],
  ["the worst alone, not the number", ["HIGH", "MEDIUM MEDIUM MEDIUM", "HIGH"], "2"],
  ["high rather than critical", ["HIGH", "CRITICAL"], "1"],
  ["medium rather than high", ["MEDIUM", "HIGH"], "1"],
  ["unrated counts as high", ["HIGH", "UNKNOWN"], "2"],
  ["medium rather than unrated", ["MEDIUM", "UNKNOWN"], "1"],
  ["no older release on account of what is low", ["", "LOW LOW"], "2"],
  ["or rated as none", ["", "NONE"], "2"],
])("a new pin: %s", (_rule, known, taken) => {
  expect(resolved(storeOf(known), ["a"])).toBe(`locked: a==${taken}`);
});

test.each<[string, Known, string, string]>([
  ["moves up from what is low", ["LOW", ""], "1", "2"],
  ["stays where what is newer is low as well", ["LOW", "LOW"], "1", "1"],
  ["goes back from what is medium", ["", "MEDIUM", "MEDIUM"], "2", "1"],
  ["does not go back from what is low", ["", "LOW", "MEDIUM"], "2", "2"],
  ["stays where all are affected alike", ["HIGH", "HIGH HIGH", "HIGH"], "2", "2"],
  ["stays though newer ones are free, if it is free itself", ["", ""], "1", "1"],
])("an old pin %s", (_rule, known, old, taken) => {
  expect(resolved(storeOf(known), lockedTo(old))).toBe(`locked: a==${taken}`);
});

test("an old pin moves on from what newer releases mend, though something as bad stays", () => {
  const store = storeOf(["HIGH", "HIGH", "HIGH"]);
  const mended = advisory("MENDED", { severity: { rank: "MEDIUM" }, fixed: ["2"] });
  store.known = new Map([...(store.known ?? []), ["a==1", [...advisoriesOf("HIGH", 0), mended]]]);

  expect(resolved(store, lockedTo("1"))).toBe("locked: a==3");
});

test("what is low is told, and why it leads to no older release", () => {
  const advice = advise(contextOf(storeOf(["", "LOW"]), ["a"]), { verify: false });

  expect(locked(advice).justifications).toEqual([
    {
      type: "WARNING",
      package: "a",
      message:
        "a 2 is affected by LOW-2-0; no fix is known of LOW-2-0; what is rated low leads to no older release",
      advisories: ["LOW-2-0"],
    },
  ]);
});

test("old pins give way for fewer of the worst rank in the stack, not for a smaller sum", () => {
  const releases = { "b==2": ["a"], "b==1": ["a<2"] };
  const store = storeOf(["HIGH", "MEDIUM MEDIUM MEDIUM"]);
  for (const [release, requires] of Object.entries(releases)) store.add(release, { requires });
  const old = {
    ...project("b"),
    preferred: new Map([
      [packageName("a"), "1"],
      [packageName("b"), "1"],
    ]),
  };

  expect(resolved(store, old)).toBe("locked: a==2 b==2");
  store.known = new Map([...(store.known ?? []), ["b==2", advisoriesOf("CRITICAL", 2)]]);
  expect(resolved(store, old)).toBe("locked: a==1 b==1");
});
