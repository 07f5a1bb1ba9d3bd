import {
  array,
  assert,
  boolean,
  constantFrom,
  dictionary,
  integer,
  property,
  record,
} from "fast-check";
import { expect, test } from "vitest";
import { advisory, contextOf, project } from "../../fixtures/advice.ts";
import {
  bestOf,
  costOf,
  type Demand,
  isStack,
  meets,
  names,
  type Release,
  type Stack,
  type Universe,
  versions,
} from "../../fixtures/stack-oracle.ts";
import type { Product } from "../model/advice.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { consult } from "./advise.ts";
import { scoreOf } from "./cost.ts";

const demand = record({
  name: constantFrom(...names),
  extra: constantFrom(false, false, false, true),
  operator: constantFrom(">=", ">=", "<=", "<=", "==", "!=", ">", "<"),
  at: integer({ min: 0, max: 5 }),
  elsewhere: constantFrom(false, false, false, false, true),
})
  // What asks for pre-releases is the matter of prereleases.test.ts; here only the plain ways do
  .map((one) =>
    [">=", "<=", "=="].includes(one.operator) ? one : { ...one, at: one.at === 4 ? 5 : one.at },
  );

/** Only a line of the project asks for pre-releases. */
const need = demand.map((one) => (one.at === 4 ? { ...one, at: 5 } : one));

const release = record({
  name: constantFrom(...names),
  at: integer({ min: 0, max: 5 }),
  needs: array(need, { maxLength: 3 }),
  extraNeeds: array(need, { maxLength: 2 }),
  usable: constantFrom("yes", "yes", "yes", "yes", "yanked", "other-python"),
  ranks: array(constantFrom("LOW", "MEDIUM", "UNKNOWN", "CRITICAL"), { maxLength: 2 }),
});

const universe = record({
  releases: array(release, { minLength: 10, maxLength: 48, size: "max" }),
  demands: array(demand, { minLength: 1, maxLength: 4 }),
  old: dictionary(constantFrom(...names), integer({ min: 0, max: 5 })),
  harmless: boolean(),
}).map(({ harmless, ...one }) => settled(harmless ? withoutAdvisories(one) : one));

test("the best stack is found and proved, or it is proved that there is none", async () => {
  let [satisfiable, unsatisfiable, searches] = [0, 0, 0];
  await assert(
    property(universe, (world) => {
      const best = bestOf(world);

      const found = consult(contextOf(storeOf(world), projectOf(world)), { verify: false });

      expect(found.advice.outcome).toBe(best === undefined ? "unsatisfiable" : "locked");
      searches = Math.max(searches, found.searches);
      if (found.advice.outcome !== "locked" || best === undefined) {
        unsatisfiable += 1;
        return;
      }
      satisfiable += 1;
      const { score } = found.advice.product;
      const stack = stackOf(found.advice.product);
      expect(isStack(stack, world)).toBe(true);
      expect(score?.value).toBe(scoreOf(costOf(stack, world)));
      expect(score).toMatchObject({ value: scoreOf(best), atMost: scoreOf(best) });
    }),
    { numRuns: 2000, seed: 6 },
  );
  // Both happen often, and the proof takes few searches
  expect([satisfiable > 500, unsatisfiable > 200, searches < 60]).toEqual([true, true, true]);
}, 120_000);

test("a package that nothing else has to do with changes no pin", async () => {
  await assert(
    property(universe, (world) => {
      const store = storeOf(world);
      const before = consult(contextOf(store, projectOf(world)), { verify: false }).advice;
      for (const text of ["z==2", "z==1", "y==3"])
        store.add(text, { requires: text === "z==2" ? ["y"] : [] });
      const more = projectOf(world, "z");

      const after = consult(contextOf(store, more), { verify: false }).advice;

      expect(after.outcome).toBe(before.outcome);
      if (before.outcome !== "locked" || after.outcome !== "locked") return;
      const stack = stackOf(after.product);
      expect([stack.delete("z"), stack.delete("y")]).toEqual([true, true]);
      expect(stack).toEqual(stackOf(before.product));
    }),
    { numRuns: 1000, seed: 7 },
  );
}, 120_000);

/** Each release once, and none of which only a pre-release would do for a line of the project. */
function settled({ releases, demands, old }: Universe): Universe {
  const byKey = new Map<string, Release>();
  for (const one of releases)
    if (!byKey.has(`${one.name} ${one.at}`)) byKey.set(`${one.name} ${one.at}`, one);
  // A final release that can be had of every package: else its pre-releases count as such
  for (const name of names) {
    byKey.set(`${name} 0`, { ...(byKey.get(`${name} 0`) ?? bare(name)), usable: "yes" });
  }
  const known = [...byKey.values()];
  const finals = (one: Demand) =>
    known.some(
      (it) => it.name === one.name && it.at !== 4 && it.usable === "yes" && meets(it.at, one),
    );
  return { releases: known, demands: demands.filter(finals), old };
}

function bare(name: string): Release {
  return { name, at: 0, needs: [], extraNeeds: [], usable: "yes", ranks: [] };
}

function withoutAdvisories({ releases, ...rest }: Omit<Universe, "harmless">): Universe {
  return { ...rest, releases: releases.map((one) => ({ ...one, ranks: [] })) };
}

function line({ name, extra, operator, at }: Demand): string {
  return `${name}${extra ? "[x]" : ""}${operator}${operator === "==" || at !== 4 ? versions[at] : "2.1a0"}`;
}

function projectOf({ demands, old }: Universe, ...more: readonly string[]) {
  const preferred = new Map<PackageName, string>();
  for (const [name, at] of Object.entries(old))
    preferred.set(packageName(name), versions[at] ?? "");
  return { ...project(...demands.map(line), ...more), preferred };
}

function storeOf({ releases }: Universe): MemoryStore {
  const store = new MemoryStore();
  const known = new Map<string, ReturnType<typeof advisory>[]>();
  for (const { name, at, needs, extraNeeds, usable, ranks } of releases) {
    const text = `${name}==${versions[at]}`;
    known.set(
      text,
      ranks.map((rank, number) =>
        advisory(`ID-${name}-${at}-${number}`, {
          severity: { rank },
          fixed: number === 0 ? ["99"] : [],
        }),
      ),
    );
    const marker = (one: Demand) => (one.elsewhere ? ' and python_version < "3"' : "");
    store.add(text, {
      requires: [
        ...needs.map((one) => `${line(one)} ; python_version > "2"${marker(one)}`),
        ...extraNeeds.map((one) => `${line(one)} ; extra == "x"${marker(one)}`),
      ],
      extras: ["x"],
      ...(usable === "yanked" ? { yanked: "" } : {}),
      ...(usable === "other-python" ? { requiresPython: ">=3.12" } : {}),
    });
  }
  store.known = known;
  return store;
}

function stackOf({ pins }: Product): Stack {
  return new Map(
    [...pins].map(
      ([
        name,
        {
          release: { version },
        },
      ]) => [name, versions.indexOf(version as (typeof versions)[number])],
    ),
  );
}
