import type { AdvisoryMatch, AdvisorySeverity } from "../../model/advisory.ts";
import { advisoryNames, reaches, vulnerabilities } from "../advisory-text.ts";
import { combined } from "../penalty.ts";
import type { Step } from "../unit.ts";

/** Where an advisory gives no vector: the middle of the scale, since unknown is not harmless. */
const unknownScore = 5;
const leastScore = 0.1;

/**
 * Objects to releases that vulnerabilities are known of, by their CVSS base scores: one weighs a
 * tenth of its score, several what is left of each (docs/resolver.md#what-speaks-against-a-release).
 */
export const advisoryPenalty: Step = {
  kind: "step",
  name: "advisory",
  objects({ advisories }) {
    if (advisories.length === 0) return undefined;
    const known = vulnerabilities(advisories);
    if (known.length === 0) return undefined;
    return { weight: weightOfAll(known), reason: `is affected by ${advisoryNames(known)}` };
  },
  atLeast(advisories, older) {
    return weightOfAll(vulnerabilities(advisories).filter((one) => reaches(one, older)));
  },
};

function weightOfAll(advisories: readonly AdvisoryMatch[]): number {
  return combined(advisories.map(({ severity }) => weightOf(severity)));
}

/** A score of 10 weighs a little less than everything, so that two weigh more than one. */
function weightOf({ score = unknownScore }: AdvisorySeverity): number {
  return 0.099 * Math.min(10, Math.max(leastScore, score));
}
