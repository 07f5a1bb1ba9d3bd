import type { Gap } from "../model/gap.ts";
import { anyVersion } from "../python/version-range.ts";
import type { Catalog } from "./catalog.ts";
import type { AdviceContext } from "./context.ts";
import { type Allowance, type Core, cheapestAllowance, coreOf } from "./core.ts";
import { type Cost, compareCosts, costParts, noCost, weighingParts } from "./cost.ts";
import type { Incompatibility } from "./incompatibility.ts";
import { Limits } from "./limits.ts";
import { ownDemands } from "./requirements.ts";
import { type SearchResult, searchInSteps } from "./search.ts";
import { type Stack, stackOf } from "./stack.ts";

/** The best stack that was found, and how good any could be. */
export interface BestStack {
  readonly stack: Stack;
  /** No stack is cheaper; that of `stack` where it is proved to be the best. */
  readonly bound: Cost;
  /** Why something must be spent, in the order in which it was found out. */
  readonly cores: readonly Core[];
  /** Facts without which nobody can say whether there is a cheaper stack. */
  readonly open: readonly Gap[];
  /** Decisions tried, those undone included, and searches. */
  readonly attempts: number;
  readonly searches: number;
}

/** What a search for the best starts from. */
export interface BestOptions {
  /** Stacks that are not to be found again. */
  readonly excluded?: readonly Incompatibility[];
  /** What is known to be so already, of the same context. */
  readonly cores?: readonly Core[];
}

/** Effort at which a search for something better ends; counted, so that it ends alike everywhere. */
const mostSearches = 100;
const mostAttempts = 32_000;

/**
 * The cheapest stack (docs/resolver.md#the-best-score). Finds one, then asks for one within the
 * least that every stack must spend, learning from each failure what that is. Pauses within each
 * search and after it with the best so far, undefined before there is one; who stops asking has that.
 */
export function* findBestStack(
  context: AdviceContext,
  options: BestOptions = {},
): Generator<BestStack | undefined, BestStack> {
  const { excluded = [] } = options;
  const quest = new Quest(context, options, yield* searchInSteps(context, { excluded }));
  while (!quest.ended) {
    yield quest.state;
    yield* quest.searchOn();
  }
  return quest.state;
}

class Quest {
  private readonly context: AdviceContext;
  private readonly excluded: readonly Incompatibility[];
  private readonly cores: Core[];
  private stack: Stack;
  private catalog: Catalog;
  private floor: Allowance["limits"];
  private allowance: Allowance;
  private open: readonly Gap[] = [];
  private attempts: number;
  private searches = 1;
  /** As little as can be speaks against the stack; what is left to settle weighs less. */
  private refining = false;

  /** `first`: how the search without limits ended. */
  constructor(
    context: AdviceContext,
    { excluded = [], cores = [] }: BestOptions,
    first: SearchResult,
  ) {
    this.context = context;
    this.excluded = excluded;
    this.cores = [...cores];
    this.stack = stackOf(first);
    this.catalog = this.stack.result.catalog;
    this.attempts = this.stack.result.attempts;
    this.floor = floorOf(this.catalog);
    this.allowance = cheapestAllowance(this.floor, this.cores);
  }

  get ended(): boolean {
    if (this.searches === 1 && (this.stack.result.failure !== undefined || this.catalog.hasGaps))
      return true;
    if (this.searches >= mostSearches || this.attempts >= mostAttempts) return true;
    return this.isBest || this.open.length > 0;
  }

  get state(): BestStack {
    const { stack, cores, open, attempts, searches } = this;
    const bound = this.isBest ? stack.cost : this.allowance.bound;
    return { stack, bound, cores, open, attempts, searches };
  }

  /** Asks for a stack within the least that every stack must spend, as far as that is known. */
  *searchOn(): Generator<BestStack> {
    this.catalog.forgetGaps();
    const { parts } = this;
    const searching = searchInSteps(this.context, {
      excluded: this.excluded,
      catalog: this.catalog,
      limits: new Limits(this.allowance.limits, parts),
      first: this.tight(),
    });
    let step = searching.next();
    for (; step.done !== true; step = searching.next()) yield this.state;
    const result = step.value;
    this.searches += 1;
    this.attempts += result.attempts;
    if (result.catalog !== this.catalog) {
      this.catalog = result.catalog;
      this.floor = floorOf(this.catalog);
    }
    // Also where there is a proof without them: with them it might be another, and then another stack
    this.open = this.catalog.gaps();
    if (this.open.length > 0) return;
    if (result.failure === undefined) {
      const found = stackOf(result);
      if (compareCosts(found.cost, this.stack.cost) < 0) this.stack = found;
      this.refining = true;
      return;
    }
    const core = coreOf(result.failure);
    if (core.size === 0) throw new Error("a project that has a stack was proved to have none");
    this.cores.push(core);
    this.allowance = cheapestAllowance(this.floor, this.cores);
  }

  /**
   * What costs more in the best stack so far than the limits allow, and what demands it: there the
   * search will fail, if it does, and so it fails soon.
   */
  private tight(): ReadonlySet<string> {
    const tight = new Set<string>();
    for (const { needed, cost } of this.stack.dear) {
      const { name, demands } = needed;
      const limit = this.allowance.limits.get(name) ?? noCost;
      if (compareCosts(cost, limit, this.parts) <= 0) continue;
      tight.add(name);
      for (const { from } of demands) if (from !== undefined) tight.add(from);
    }
    return tight;
  }

  /**
   * How many parts of a cost the limits count. What speaks against a stack comes first and alone:
   * else most searches go into what weighs less, and the budget may end before the rest is known.
   */
  private get parts(): number {
    const { stack, allowance, refining } = this;
    const dearer = compareCosts(stack.cost, allowance.bound, weighingParts) > 0;
    return dearer && !refining ? weighingParts : costParts.length;
  }

  private get isBest(): boolean {
    return compareCosts(this.stack.cost, this.allowance.bound) <= 0;
  }
}

/** What every stack spends: on each package that the project asks for, its cheapest release. */
function floorOf(catalog: Catalog): ReadonlyMap<string, Cost> {
  const floor = new Map<string, Cost>();
  for (const { name } of catalog.context.project.requirements) {
    if (floor.has(name)) continue;
    const { asked = anyVersion } = ownDemands(catalog.requirementsOf(name));
    const cheapest = catalog.best(name, asked);
    if (cheapest !== undefined) floor.set(name, catalog.cost(cheapest));
  }
  return floor;
}
