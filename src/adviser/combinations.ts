import type { PackageName } from "../python/name.ts";
import type { VersionRange } from "../python/version-range.ts";
import { type Cost, costOf } from "./cost.ts";
import type { Incompatibility } from "./incompatibility.ts";
import type { Limits } from "./limits.ts";
import { positive } from "./term.ts";

/** Releases that do not go together, or would rather not (the original's step.Group). */
export interface Combination {
  /** Of the unit that says so; unique. */
  readonly name: string;
  /** Two or more. */
  readonly terms: ReadonlyMap<PackageName, VersionRange>;
  /** As the end of a sentence: "flask 2.0 and werkzeug 3.0 " + reason. */
  readonly reason: string;
  /** Undefined: never; below 0 to -1: how much speaks against them, the original's score. */
  readonly score?: number;
}

/** The name under which limits have a combination. */
export function combinationKey({ name }: Combination): string {
  return `combination ${name}`;
}

/** What a combination costs the stack that has it; undefined: no stack may. */
export function combinationCost({ score }: Combination): Cost | undefined {
  return score === undefined ? undefined : costOf({ disliked: Math.round(-100 * score) });
}

/** The combinations that a search must avoid, as what can't hold at once. */
export function combinationFacts(
  combinations: readonly Combination[],
  limits: Limits | undefined,
): readonly Incompatibility[] {
  const facts: Incompatibility[] = [];
  for (const one of combinations) {
    const terms = new Map([...one.terms].map(([name, range]) => [name, positive(range)]));
    const need = combinationCost(one);
    if (need === undefined)
      facts.push({ terms, cause: { kind: "combination", reason: one.reason } });
    else if (limits?.forbid(combinationKey(one), need) === true)
      facts.push({ terms, cause: { kind: "limit", of: combinationKey(one), need } });
  }
  return facts;
}
