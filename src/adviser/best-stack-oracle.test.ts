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
import type { Product } from "../model/advice.ts";
import type { AdvisoryRank } from "../model/advisory.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { consult } from "./advise.ts";
import { scoreOf } from "./cost.ts";

/**
 * Small universes of up to eight packages with up to six versions, and an oracle that walks every
 * stack there is. It shares no code with the search save the formula of the score.
 */
const names = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;
/** Oldest first; the third and the fourth are of one series. */
const versions = ["1.0", "1.1", "2.0", "2.0.1", "2.1rc1", "2.1"] as const;

interface Demand {
  readonly name: string;
  readonly extra: boolean;
  readonly operator: string;
  readonly at: number;
  /** A dependency may be for another Python only. */
  readonly elsewhere: boolean;
}

interface Release {
  readonly name: string;
  readonly at: number;
  readonly needs: readonly Demand[];
  readonly extraNeeds: readonly Demand[];
  readonly usable: "yes" | "yanked" | "other-python";
  readonly ranks: readonly AdvisoryRank[];
}

interface Universe {
  readonly releases: readonly Release[];
  readonly demands: readonly Demand[];
  readonly old: Readonly<Record<string, number>>;
}

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

type Stack = Map<string, number>;

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

/** The least that a stack costs, over all stacks; undefined: there is none. */
function bestOf(world: Universe): readonly number[] | undefined {
  let best: readonly number[] | undefined;
  const extend = (stack: Stack): void => {
    const open = reached(stack, world).find(({ name }) => !stack.has(name));
    if (open === undefined) {
      if (!isStack(stack, world)) return;
      const cost = costOf(stack, world);
      if (best === undefined || isLess(cost, best)) best = cost;
      return;
    }
    for (const at of versions.keys()) {
      const next = new Map(stack).set(open.name, at);
      if (fits(next, world)) extend(next);
    }
  };
  extend(new Map());
  return best;
}

/** Whether nothing is wrong with what is chosen so far. */
function fits(stack: Stack, world: Universe): boolean {
  return reached(stack, world).every((one) => {
    const at = stack.get(one.name);
    return at === undefined || (meets(at, one) && canBeHad(one.name, at, world));
  });
}

function isStack(stack: Stack, world: Universe): boolean {
  const needed = new Set(reached(stack, world).map(({ name }) => name));
  return (
    fits(stack, world) && needed.size === stack.size && [...needed].every((one) => stack.has(one))
  );
}

function reached(stack: Stack, { releases, demands }: Universe): readonly Demand[] {
  const queue = [...demands];
  const seen = new Set<string>();
  for (const { name, extra } of queue) {
    const chosen = releases.find((one) => one.name === name && one.at === stack.get(name));
    for (const key of extra ? ["", "x"] : [""]) {
      if (chosen === undefined || seen.has(`${name} ${key}`)) continue;
      seen.add(`${name} ${key}`);
      const needs = key === "" ? chosen.needs : chosen.extraNeeds;
      queue.push(...needs.filter(({ elsewhere }) => !elsewhere));
    }
  }
  return queue;
}

function meets(at: number, { operator, at: bound }: Demand): boolean {
  // Other than by `==` the pre-release is named as 2.1a0, which lies just below it
  const limit = bound === 4 && operator !== "==" ? 3.5 : bound;
  switch (operator) {
    case ">=":
      return at >= limit;
    case "<=":
      return at <= limit;
    case "==":
      return at === limit;
    case "!=":
      return at !== limit;
    case ">":
      return at > limit;
    default:
      // `<2.1` leaves out the pre-releases of 2.1 (PEP 440)
      return at < limit && !(limit === 5 && at === 4);
  }
}

function canBeHad(name: string, at: number, { releases, demands, old }: Universe): boolean {
  const one = releases.find((known) => known.name === name && known.at === at);
  if (one === undefined || one.usable === "other-python") return false;
  const pin = demands.find((own) => own.name === name && own.operator === "==");
  if (one.usable === "yanked" && pin?.at !== at) return false;
  return at !== 4 || asksForPrerelease(name, demands) || old[name] === 4;
}

function asksForPrerelease(name: string, demands: readonly Demand[]): boolean {
  return demands.some((one) => one.name === name && one.at === 4);
}

/** Part by part, as docs/resolver.md#score has it. */
function costOf(stack: Stack, world: Universe): readonly number[] {
  let sum = new Array<number>(9).fill(0);
  for (const [name, at] of stack) {
    const own = [...weightOf(name, at, world), ...placeOf(name, at, world)];
    const order = [0, 1, 2, 3, 4, 5, 6, 7, 8];
    sum = sum.map((amount, part) => amount + (own[order[part] ?? 0] ?? 0));
  }
  return sum;
}

/** What is known against it: critical, high, medium, number, what steps dislike. */
function weightOf(name: string, at: number, { releases }: Universe): readonly number[] {
  const ranks = releases.find((one) => one.name === name && one.at === at)?.ranks ?? [];
  const order = ["CRITICAL", "UNKNOWN", "MEDIUM", "LOW"] as const;
  const worst = order.find((rank) => ranks.includes(rank));
  const [critical, high, medium] = order.map((rank) => (rank === worst ? 1 : 0));
  // Of each release only the first has a fix
  const advisories = ranks.length > 0 && ranks[0] !== "LOW" ? 1 : 0;
  return [critical, high, medium, advisories, 0].map((part) => part ?? 0);
}

/** Asked, moved, behind, brought. */
function placeOf(name: string, at: number, world: Universe): readonly number[] {
  const own = world.demands.filter((one) => one.name === name);
  const pin = world.old[name];
  const mayStay =
    pin !== undefined && canBeHad(name, pin, world) && own.every((one) => meets(pin, one));
  if (mayStay && pin === at) {
    const known = world.releases.find((one) => one.name === name && one.at === at)?.ranks ?? [];
    return [0, known.length > 0 ? 1 : 0, 0, 0];
  }
  const newer = newerThan(name, at, own, world);
  const series = new Set(newer.map((one) => versions[one.at]?.slice(0, 3))).size;
  if (own.length === 0) return [0, mayStay ? 1 : 0, 0, series];
  return mayStay ? [0, 1, series, 0] : [series, 0, 0, 0];
}

/** Newer releases, from the newest on that the project's own lines allow. */
function newerThan(
  name: string,
  at: number,
  own: readonly Demand[],
  world: Universe,
): readonly Release[] {
  const equal = asksForPrerelease(name, world.demands);
  const counts = (one: number) => one !== 4 || equal;
  const usable = [...versions.keys()].filter(
    (one) =>
      counts(one) &&
      own.every((line) => meets(one, line)) &&
      canBeHad(name, one, { ...world, old: {} }),
  );
  const newest = usable.at(-1) ?? -1;
  return world.releases.filter(
    (one) => one.name === name && one.at > at && one.at <= newest && counts(one.at),
  );
}

function isLess(left: readonly number[], right: readonly number[]): boolean {
  for (const [part, amount] of left.entries()) {
    const other = right[part] ?? 0;
    if (amount !== other) return amount < other;
  }
  return false;
}
