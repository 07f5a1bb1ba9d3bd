import type { AdvisoryRank } from "../model/advisory.ts";

/** How much speaks against a release: nothing, or what is worst (docs/resolver.md#what-speaks-against-a-release). */
export type Penalty = 0 | 1 | 2 | 3 | 4;

/** What an advisory weighs: unknown is not harmless, and a record without a score is still one. */
export const penaltyOfRank = {
  CRITICAL: 4,
  HIGH: 3,
  UNKNOWN: 3,
  MEDIUM: 2,
  LOW: 1,
  NONE: 1,
} as const satisfies Record<AdvisoryRank, Penalty>;

/** Whether it is enough for an older release to be taken: what is low is not. */
export function leadsBack(penalty: Penalty): boolean {
  return penalty > penaltyOfRank.LOW;
}

/** Only the worst counts: many that are low are no better reason than one. */
export function worst(penalties: readonly Penalty[]): Penalty {
  let most: Penalty = 0;
  for (const one of penalties) if (one > most) most = one;
  return most;
}
