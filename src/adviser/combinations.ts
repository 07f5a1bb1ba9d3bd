import type { PackageName } from "../python/name.ts";
import type { Version } from "../python/version.ts";
import {
  anyVersion,
  contains,
  difference,
  isEmptyRange,
  type VersionRange,
} from "../python/version-range.ts";
import { type Cost, costOf } from "./cost.ts";
import type { Incompatibility } from "./incompatibility.ts";
import type { Limits } from "./limits.ts";
import { positive, type Term } from "./term.ts";

/** Releases that do not go together, would rather not, or go well together (the original's step.Group). */
export interface Combination {
  /** Of the unit that says so; unique. */
  readonly name: string;
  /** Two or more. */
  readonly terms: ReadonlyMap<PackageName, VersionRange>;
  /** As the end of a sentence: "flask 2.0 and werkzeug 3.0 " + reason. */
  readonly reason: string;
  /**
   * The original's score. Undefined: never together; below 0 to -1: how much speaks against them;
   * above 0 to 1: how much speaks against all other releases of these packages together.
   */
  readonly score?: number;
}

/** The name under which limits have a combination. */
export function combinationKey({ name }: Combination): string {
  return `combination ${name}`;
}

/** What a combination costs a stack that it speaks against; undefined: no stack may be one. */
export function combinationCost({ score }: Combination): Cost | undefined {
  return score === undefined ? undefined : costOf({ disliked: Math.round(Math.abs(100 * score)) });
}

/** Whether a combination speaks against a stack. Of one that lacks any of its packages it says nothing. */
export function speaksAgainst(
  { terms, score = 0 }: Combination,
  stack: ReadonlyMap<PackageName, { readonly version: Version }>,
): boolean {
  const held = [...terms].map(([name, range]) => {
    const version = stack.get(name)?.version;
    return version === undefined ? undefined : contains(range, version);
  });
  if (held.includes(undefined)) return false;
  return score > 0 ? held.includes(false) : !held.includes(false);
}

/** The combinations that a search must avoid, as what can't hold at once. */
export function combinationFacts(
  combinations: readonly Combination[],
  limits: Limits | undefined,
): readonly Incompatibility[] {
  const facts: Incompatibility[] = [];
  for (const one of combinations) {
    const need = combinationCost(one);
    if (need === undefined)
      facts.push({ terms: held(one.terms), cause: { kind: "combination", reason: one.reason } });
    else if (limits?.forbid(combinationKey(one), need) === true)
      for (const terms of against(one))
        facts.push({ terms, cause: { kind: "limit", of: combinationKey(one), need } });
  }
  return facts;
}

/** What can't hold as long as nothing may be spent on a combination. */
function against({ terms, score = 0 }: Combination): readonly ReadonlyMap<PackageName, Term>[] {
  if (score < 0) return [held(terms)];
  const all = [...terms.keys()].map((name) => [name, anyVersion] as const);
  return [...terms].flatMap(([name, range]) => {
    const others = difference(anyVersion, range);
    return isEmptyRange(others) ? [] : [held(new Map([...all, [name, others] as const]))];
  });
}

function held(terms: Combination["terms"]): ReadonlyMap<PackageName, Term> {
  return new Map([...terms].map(([name, range]) => [name, positive(range)]));
}
