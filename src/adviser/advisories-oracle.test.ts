import { expect, test } from "vitest";
import { advisory, contextOf, project } from "../../fixtures/advice.ts";
import type { Product } from "../model/advice.ts";
import type { AdvisoryRank } from "../model/advisory.ts";
import type { RecommendationType } from "../model/recommendation.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { consult } from "./advise.ts";
import { scoreOf } from "./cost.ts";

/**
 * Projects of 12 packages with 5 releases each whose old lock has 12 advisories, and an oracle that
 * walks every stack there is. It shares no code with the search save the formula of the score.
 */
const names = [..."abcdefghijkl"];
const versions = ["1.0", "1.1", "1.2", "2.0", "2.1"] as const;
const direct = 4;
const oldAdvisories = 12;
const ranks: readonly AdvisoryRank[] = ["CRITICAL", "HIGH", "UNKNOWN", "MEDIUM", "MEDIUM", "LOW"];

interface Need {
  readonly name: string;
  /** Positions of the oldest and the newest release that will do. */
  readonly from: number;
  readonly to: number;
}

interface KnownAdvisory {
  readonly id: string;
  readonly name: string;
  readonly rank: AdvisoryRank;
  /** The oldest release affected, and the first that is mended; past the newest: none is. */
  readonly since: number;
  readonly fixed: number;
}

interface World {
  /** What each release needs: `a 0`, `a 1`, … */
  readonly needs: ReadonlyMap<string, readonly Need[]>;
  readonly own: readonly Need[];
  readonly old: Stack;
  readonly known: readonly KnownAdvisory[];
}

type Stack = ReadonlyMap<string, number>;

const seeds = Array.from({ length: 16 }, (_, seed) => seed + 1);

test.each(["stable", "security"] as const)(
  "%s mends as much of a lock with 12 advisories as can be, and moves the least",
  (type) => {
    let [stacks, proved, impossible, moves, left] = [0, 0, 0, 0, 0];
    for (const world of seeds.map(worldOf)) {
      const best = bestOf(world, type);
      const context = contextOf(storeOf(world), projectOf(world), { recommendationType: type });

      const { advice } = consult(context, { verify: false });

      expect(advice.outcome).toBe(best === undefined ? "unsatisfiable" : "locked");
      if (advice.outcome !== "locked" || best === undefined) {
        impossible += 1;
        continue;
      }
      const stack = stackOf(advice.product);
      expect(costOf(stack, world, type)).toEqual(best.cost);
      const { value = 0, atMost = 0 } = advice.product.score ?? {};
      expect(value).toBe(scoreOf(best.cost));
      expect(atMost).toBeGreaterThanOrEqual(value);
      stacks += 1;
      proved += Number(atMost === value);
      moves += [...stack].filter(([name, at]) => world.old.get(name) !== at).length;
      left += [...stack].reduce((sum, [name, at]) => sum + affecting(name, at, world).length, 0);
    }
    // Nearly all of it is proved, too
    const told = { stacks: stacks > 5, proved: proved >= stacks * 0.8, moves: moves > 20 };
    expect(told).toEqual({ stacks: true, proved: true, moves: true });
    // Something can't be mended in most projects: then nothing is free of advisories
    expect({ left: left > 5, impossible: impossible > 2 }).toEqual(
      type === "stable" ? { left: true, impossible: false } : { left: false, impossible: true },
    );
  },
  120_000,
);

/** Demands in layers, each release wanting neighbours of its own age; an old lock that holds. */
function worldOf(seed: number): World {
  const chance = random(seed);
  const pick = (count: number) => Math.floor(chance() * count);
  for (;;) {
    const needs = new Map<string, readonly Need[]>();
    for (const [position, name] of names.entries()) {
      const below = names.slice(position + 1);
      const wanted = below.filter(() => chance() < 1.6 / Math.max(2, below.length));
      for (const at of versions.keys())
        needs.set(
          `${name} ${at}`,
          wanted.filter(() => chance() < 0.85).map((one) => around(one, at, pick)),
        );
    }
    const own = names.slice(0, direct).map((name) => ({ name, from: pick(2), to: 4 }));
    const bare = { needs, own, old: new Map(), known: [] };
    const old = oldLock(bare);
    if (old !== undefined && old.size >= 9) return { ...bare, old, known: against(old, pick) };
  }
}

function around(name: string, at: number, pick: (count: number) => number): Need {
  const from = Math.max(0, at - 1 - pick(2));
  const bounded = pick(4) === 0;
  return { name, from, to: bounded ? Math.min(4, at + pick(2)) : 4 };
}

/** A stack of the age of the second and third release. */
function oldLock(world: World): Stack | undefined {
  const order = [2, 1, 3, 0, 4];
  return firstStack(new Map(), world, order);
}

function firstStack(stack: Stack, world: World, order: readonly number[]): Stack | undefined {
  const open = needed(stack, world).find(({ name }) => !stack.has(name));
  if (open === undefined) return isWhole(stack, world) ? stack : undefined;
  for (const at of order) {
    const next = new Map(stack).set(open.name, at);
    const whole = holds(next, world) ? firstStack(next, world, order) : undefined;
    if (whole !== undefined) return whole;
  }
  return undefined;
}

/** Twelve on the old pins, some mended by the next release, some later, some never, some only before. */
function against(old: Stack, pick: (count: number) => number): readonly KnownAdvisory[] {
  const all = [...old];
  const none: [string, number] = ["", 0];
  // As in real locks, a few packages have most of them
  const pins = Array.from({ length: 5 }, () => all[pick(all.length)] ?? none);
  const found = Array.from({ length: oldAdvisories }, (_, number): KnownAdvisory => {
    const [name = "", at = 0] = pins[pick(pins.length)] ?? [];
    const never = pick(20) === 0;
    return {
      id: `CVE-${number}`,
      name,
      rank: ranks[pick(ranks.length)] ?? "LOW",
      since: pick(3) === 0 ? at : 0,
      fixed: never ? versions.length : Math.min(versions.length, at + 1 + pick(2)),
    };
  });
  // What mends one brings another in, on every other project
  if (pick(2) === 0) return found;
  const [name = "", at = 0] = all[pick(all.length)] ?? [];
  const rank = ranks[pick(ranks.length)] ?? "LOW";
  return [...found, { id: "CVE-new", name, rank, since: Math.min(4, at + 1), fixed: 5 }];
}

function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function projectOf({ own, old }: World) {
  const preferred = new Map<PackageName, string>();
  for (const [name, at] of old) preferred.set(packageName(name), versions[at] ?? "");
  return { ...project(...own.map(text)), preferred };
}

function text({ name, from, to }: Need): string {
  const upTo = to < 4 ? `,<=${versions[to]}` : "";
  return `${name}>=${versions[from]}${upTo}`;
}

function storeOf(world: World): MemoryStore {
  const store = new MemoryStore();
  const known = new Map<string, ReturnType<typeof advisory>[]>();
  for (const name of names)
    for (const [at, version] of versions.entries()) {
      const release = `${name}==${version}`;
      store.add(release, { requires: (world.needs.get(`${name} ${at}`) ?? []).map(text) });
      const matches = affecting(name, at, world).map(({ id, rank, since, fixed }) =>
        advisory(id, {
          severity: { rank },
          since: since === 0 ? "0" : (versions[since] ?? ""),
          fixed: fixed < versions.length ? [versions[fixed] ?? ""] : [],
        }),
      );
      known.set(release, matches);
    }
  store.known = known;
  return store;
}

function affecting(name: string, at: number, { known }: World): readonly KnownAdvisory[] {
  return known.filter((one) => one.name === name && one.since <= at && at < one.fixed);
}

function stackOf({ pins }: Product): Stack {
  const positions: readonly string[] = versions;
  return new Map(
    [...pins].map(([name, { release }]) => [name, positions.indexOf(release.version)]),
  );
}

/** The least that a stack costs, over all stacks: whoever costs as much on the way is given up. */
function bestOf(
  world: World,
  type: RecommendationType,
): { readonly cost: readonly number[] } | undefined {
  let best: readonly number[] | undefined;
  const extend = (stack: Stack): void => {
    const cost = costOf(stack, world, type);
    if (best !== undefined && !isLess(cost, best)) return;
    const open = needed(stack, world).find(({ name }) => !stack.has(name));
    if (open === undefined) {
      if (isWhole(stack, world)) best = cost;
      return;
    }
    // The cheapest first, so that the rest can be given up early
    const tries = [...versions.keys()]
      .filter((at) => canBeHad(open.name, at, world, type))
      .map((at) => new Map(stack).set(open.name, at))
      .filter((next) => holds(next, world))
      .map((next) => ({ next, cost: costOf(next, world, type) }))
      .sort((left, right) => (isLess(left.cost, right.cost) ? -1 : 1));
    for (const { next } of tries) extend(next);
  };
  extend(new Map());
  return best === undefined ? undefined : { cost: best };
}

function canBeHad(name: string, at: number, world: World, type: RecommendationType): boolean {
  return type !== "security" || affecting(name, at, world).length === 0;
}

function needed(stack: Stack, { own, needs }: World): readonly Need[] {
  const queue = [...own];
  const seen = new Set<string>();
  for (const { name } of queue) {
    if (seen.has(name)) continue;
    seen.add(name);
    queue.push(...(needs.get(`${name} ${stack.get(name)}`) ?? []));
  }
  return queue;
}

function holds(stack: Stack, world: World): boolean {
  return needed(stack, world).every(({ name, from, to }) => {
    const at = stack.get(name);
    return at === undefined || (from <= at && at <= to);
  });
}

/** Nothing is there that nobody needs. */
function isWhole(stack: Stack, world: World): boolean {
  return new Set(needed(stack, world).map(({ name }) => name)).size === stack.size;
}

/** Part by part, as docs/resolver.md#score has it: critical, high, medium, advisories, disliked, asked, moved, behind, brought. */
function costOf(stack: Stack, world: World, type: RecommendationType): readonly number[] {
  let sum: readonly number[] = new Array<number>(9).fill(0);
  for (const [name, at] of stack) {
    const own = [...weight(affecting(name, at, world)), ...place(name, at, world, type)];
    sum = sum.map((amount, part) => amount + (own[part] ?? 0));
  }
  return sum;
}

function weight(found: readonly KnownAdvisory[]): readonly number[] {
  const is = (...of: readonly AdvisoryRank[]) => found.some(({ rank }) => of.includes(rank));
  const critical = is("CRITICAL");
  const high = !critical && is("HIGH", "UNKNOWN");
  const medium = !critical && !high && is("MEDIUM");
  const mended = found.filter(({ rank, fixed }) => rank !== "LOW" && fixed < versions.length);
  return [Number(critical), Number(high), Number(medium), mended.length, 0];
}

function place(name: string, at: number, world: World, type: RecommendationType) {
  const lines = world.own.filter((one) => one.name === name);
  const allowed = (one: number) =>
    canBeHad(name, one, world, type) && lines.every(({ from, to }) => from <= one && one <= to);
  const pin = world.old.get(name);
  const stays = pin !== undefined && allowed(pin) ? pin : undefined;
  if (stays === at) return [0, Number(affecting(name, at, world).length > 0), 0, 0];
  const newest = [...versions.keys()].findLast(allowed) ?? -1;
  const newer = Math.max(0, newest - at);
  const moved = Number(stays !== undefined);
  if (lines.length === 0) return [0, moved, 0, newer];
  return moved === 1 ? [0, 1, newer, 0] : [newer, 0, 0, 0];
}

function isLess(left: readonly number[], right: readonly number[]): boolean {
  for (const [part, amount] of left.entries()) {
    const other = right[part] ?? 0;
    if (amount !== other) return amount < other;
  }
  return false;
}
