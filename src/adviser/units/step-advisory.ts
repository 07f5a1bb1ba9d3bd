import type { AdvisoryMatch } from "../../model/advisory.ts";
import { advisoryNames, vulnerabilities } from "../advisory-text.ts";
import { leadsBack, penaltyOfRank, worst } from "../penalty.ts";
import type { Objection, Step } from "../unit.ts";

/**
 * Objects to releases that vulnerabilities are known of, by the rank of the worst
 * (docs/resolver.md#what-speaks-against-a-release).
 */
export const advisoryPenalty: Step = {
  kind: "step",
  name: "advisory",
  includes: ({ recommendationType: type }) => type === "stable" || type === "performance",
  objects({ advisories }) {
    if (advisories.length === 0) return undefined;
    const known = vulnerabilities(advisories);
    if (known.length === 0) return undefined;
    return { ...weightOf(known), reason: `is affected by ${advisoryNames(known)}` };
  },
  atLeast: (advisories) => weightOf(vulnerabilities(advisories)),
};

function weightOf(advisories: readonly AdvisoryMatch[]): Pick<Objection, "penalty" | "count"> {
  const penalties = advisories.map(({ severity }) => penaltyOfRank[severity.rank]);
  return { penalty: worst(penalties), count: penalties.filter(leadsBack).length };
}
