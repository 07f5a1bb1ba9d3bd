import { addCosts, type Cost, compareCosts, noCost } from "./cost.ts";
import { externalCauses, type Incompatibility } from "./incompatibility.ts";

/**
 * What every stack must spend on at least one of: by name of the package or combination, how much.
 * Read from the proof that no stack keeps to the limits (docs/resolver.md#the-best-score).
 */
export type Core = ReadonlyMap<string, Cost>;

/** The limits that a proof rests on; empty: it rests on none. */
export function coreOf(failure: Incompatibility): Core {
  const core = new Map<string, Cost>();
  for (const { cause } of externalCauses(failure)) {
    if (cause.kind !== "limit") continue;
    const known = core.get(cause.of);
    if (known === undefined || compareCosts(cause.need, known) < 0) core.set(cause.of, cause.need);
  }
  return core;
}

/** What to allow so that every core is met, at the lowest price there is. */
export interface Allowance {
  readonly limits: ReadonlyMap<string, Cost>;
  /** No stack is cheaper. */
  readonly bound: Cost;
}

/** Steps of one choice; more than that only for cores that share much, which real projects don't. */
const mostSteps = 2_000;

/**
 * The cheapest allowance, in which each core has one member with what it needs, over what every
 * stack spends anyway (`floor`). Cores that share no member are looked at apart, so that what one
 * part of a project needs never changes the choice in another.
 */
export function cheapestAllowance(floor: Allowance["limits"], cores: readonly Core[]): Allowance {
  const limits = new Map(floor);
  let bound = noCost;
  for (const cost of floor.values()) bound = addCosts(bound, cost);
  for (const group of connected(cores)) {
    const choice = new Choice(floor, group);
    for (const [of, cost] of choice.limits) limits.set(of, cost);
    bound = addCosts(bound, choice.bound);
  }
  return { limits, bound };
}

/** Groups of cores that hang together by a member. */
function connected(cores: readonly Core[]): readonly (readonly Core[])[] {
  const groups: { members: Set<string>; cores: Core[] }[] = [];
  for (const core of cores) {
    const joined = { members: new Set(core.keys()), cores: [core] };
    for (const group of [...groups]) {
      if (![...core.keys()].some((of) => group.members.has(of))) continue;
      groups.splice(groups.indexOf(group), 1);
      for (const of of group.members) joined.members.add(of);
      joined.cores.unshift(...group.cores);
    }
    groups.push(joined);
  }
  return groups.map((group) => group.cores);
}

/** Tries the members of each core in turn, the cheaper first, and leaves off where it gets dearer than the best. */
class Choice {
  limits: ReadonlyMap<string, Cost> = new Map();
  /** Beyond the floor. */
  bound: Cost;
  private readonly floor: Allowance["limits"];
  private readonly cores: readonly Core[];
  private best: Cost | undefined;
  /** What the way that is being tried allows. */
  private readonly tried = new Map<string, Cost>();
  private steps = 0;

  constructor(floor: Allowance["limits"], cores: readonly Core[]) {
    this.floor = floor;
    this.cores = cores;
    this.meet(0, noCost);
    this.bound = this.steps > mostSteps ? this.apart() : (this.best ?? noCost);
  }

  private meet(position: number, spent: Cost): void {
    this.steps += 1;
    if (this.best !== undefined && compareCosts(spent, this.best) >= 0) return;
    const core = this.cores[position];
    if (core === undefined) {
      this.best = spent;
      this.limits = new Map(this.tried);
      return;
    }
    const ways = this.ways(core);
    if (ways === undefined) this.meet(position + 1, spent);
    for (const { of, need, more } of ways ?? []) {
      // Once the steps are used up, the first way is as good as any
      if (this.steps > mostSteps && this.best !== undefined) return;
      const before = this.tried.get(of);
      this.tried.set(of, need);
      this.meet(position + 1, addCosts(spent, more));
      if (before === undefined) this.tried.delete(of);
      else this.tried.set(of, before);
    }
  }

  /** What each member of a core would cost beyond what is allowed, the cheapest first; undefined: it is met. */
  private ways(core: Core): readonly Way[] | undefined {
    const ways: Way[] = [];
    for (const [of, need] of core) {
      const more = above(need, this.tried.get(of) ?? this.floor.get(of) ?? noCost);
      if (more === undefined) return undefined;
      ways.push({ of, need, more });
    }
    return ways.length === 1 ? ways : ways.sort((a, b) => compareCosts(a.more, b.more));
  }

  /** Less sharp: what cores that share no member need at least. */
  private apart(): Cost {
    const used = new Set<string>();
    let sum = noCost;
    for (const core of this.cores) {
      if ([...core.keys()].some((of) => used.has(of))) continue;
      let least: Cost | undefined;
      for (const [of, need] of core) {
        used.add(of);
        const more = above(need, this.floor.get(of) ?? noCost) ?? noCost;
        if (least === undefined || compareCosts(more, least) < 0) least = more;
      }
      sum = addCosts(sum, least ?? noCost);
    }
    return sum;
  }
}

interface Way {
  readonly of: string;
  readonly need: Cost;
  readonly more: Cost;
}

/** How much more is needed than there is; undefined: nothing. Parts may be below 0, the whole is not. */
function above(need: Cost, limit: Cost): Cost | undefined {
  if (compareCosts(need, limit) <= 0) return undefined;
  return need.map((amount, position) => amount - (limit[position] ?? 0));
}
