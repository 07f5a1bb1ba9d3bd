import { addCosts, type Cost, type CostPart, costOf, noCost } from "./cost.ts";
import { leadsBack, type Penalty, penaltyOfRank } from "./penalty.ts";
import type { Objection } from "./unit.ts";

/** The part of a cost that a penalty counts in. */
const partOfPenalty: Readonly<Record<Exclude<Penalty, 0>, CostPart>> = {
  [penaltyOfRank.CRITICAL]: "critical",
  [penaltyOfRank.HIGH]: "high",
  [penaltyOfRank.MEDIUM]: "medium",
  [penaltyOfRank.LOW]: "low",
};

/** What several objections to one release come to: of their penalties only the worst counts, of all else the sum. */
export function weightOf(objections: readonly Omit<Objection, "reason">[]): Cost {
  let worst: Penalty = 0;
  let sum = noCost;
  for (const { penalty, count = 0, score = 0 } of objections) {
    if (penalty > worst) worst = penalty;
    const advisories = leadsBack(penalty) ? count : 0;
    sum = addCosts(sum, costOf({ advisories, disliked: Math.round(-100 * score) }));
  }
  return worst === 0 ? sum : addCosts(sum, costOf({ [partOfPenalty[worst]]: 1 }));
}
