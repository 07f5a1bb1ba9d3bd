import type { AdvisoryMatch } from "../../model/advisory.ts";
import { advisoryNames, vulnerabilities } from "../advisory-text.ts";
import { type Penalty, penaltyOfRank, worst } from "../penalty.ts";
import type { Step } from "../unit.ts";

/**
 * Objects to releases that vulnerabilities are known of, by the rank of the worst
 * (docs/resolver.md#what-speaks-against-a-release).
 */
export const advisoryPenalty: Step = {
  kind: "step",
  name: "advisory",
  objects({ advisories }) {
    if (advisories.length === 0) return undefined;
    const known = vulnerabilities(advisories);
    if (known.length === 0) return undefined;
    return { penalty: penaltyOf(known), reason: `is affected by ${advisoryNames(known)}` };
  },
  atLeast: (advisories) => penaltyOf(vulnerabilities(advisories)),
};

function penaltyOf(advisories: readonly AdvisoryMatch[]): Penalty {
  return worst(advisories.map(({ severity }) => penaltyOfRank[severity.rank]));
}
