/**
 * What a release costs the stack that has it, and what a stack costs: the sum over its releases,
 * part by part. Parts in order of weight: one counts only where all before it are equal
 * (docs/resolver.md#score).
 */
export type Cost = readonly number[];

/** Names of the parts, the heaviest first. */
export const costParts = [
  /** Releases that something critical speaks against; next those with high, next with medium. */
  "critical",
  "high",
  "medium",
  /** Advisories, medium or worse, that a newer release mends, each counted. */
  "advisories",
  /** What steps hold against a release beside that, in hundredths of the original's score. */
  "disliked",
  /** Newer series (1.2, 1.3, …) of what the project asks for and the old lock does not pin. */
  "asked",
  /** Pins of the old lock that moved. */
  "moved",
  /** Newer series of what the project asks for and the old lock pinned elsewhere, then of all else. */
  "behind",
  "brought",
  /** Newer releases, and something low: these tell releases of one package apart, not stacks. */
  "older",
  "low",
] as const;

/** The parts as an object, for reports. */
export type CostPart = (typeof costParts)[number];

/** Nothing at all; what nearly every release costs. */
export const noCost: Cost = costParts.map(() => 0);

/** How many of the first parts lead to another release; the rest only follows from which that is. */
export const weighingParts = costParts.indexOf("asked");

/** How many of the first parts tell stacks apart. */
const scoredParts = costParts.indexOf("older");

/** What of a cost tells stacks apart. */
export function scored(cost: Cost): Cost {
  if (cost === noCost) return noCost;
  const rest = cost.map((amount, position) => (position < scoredParts ? amount : 0));
  return isFree(rest) ? noCost : rest;
}

/** A cost of some parts; the others are 0. */
export function costOf(parts: Readonly<Partial<Record<CostPart, number>>>): Cost {
  return costParts.map((part) => parts[part] ?? 0);
}

/** What there is of each part that is not 0. */
export function costPartsOf(cost: Cost): Readonly<Partial<Record<CostPart, number>>> {
  return Object.fromEntries(
    costParts.flatMap((part, position) => {
      const amount = cost[position] ?? 0;
      return amount === 0 ? [] : [[part, amount]];
    }),
  );
}

/** Below 0: `left` is cheaper. Only the first `length` parts count, where given. */
export function compareCosts(left: Cost, right: Cost, length: number = costParts.length): number {
  for (let position = 0; position < length; position += 1) {
    const difference = (left[position] ?? 0) - (right[position] ?? 0);
    if (difference !== 0) return difference;
  }
  return 0;
}

export function addCosts(left: Cost, right: Cost): Cost {
  if (left === noCost) return right;
  if (right === noCost) return left;
  return left.map((amount, position) => amount + (right[position] ?? 0));
}

export function isFree(cost: Cost): boolean {
  return cost === noCost || cost.every((amount) => amount === 0);
}

/**
 * A number for people, 1 for a stack that costs nothing, down to 0: the cheaper stack has the higher
 * score, always, since what a part adds is squeezed below one step of the part before it.
 */
export function scoreOf(cost: Cost): number {
  let rest = 0;
  for (const amount of cost.toReversed()) {
    const sum = amount + rest;
    rest = sum / (1 + sum);
  }
  return 1 - rest;
}
