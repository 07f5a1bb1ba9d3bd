import type { Step } from "../unit.ts";
import { alarmText, scans } from "./scan-alarms.ts";

/** Rates where a fact has no score: as one warning without any lint. */
const usualScore = 0.7;

/**
 * Objects to releases of which a scan warns, by half of their score (docs/security-indicators.md):
 * what a scan suspects never outweighs a vulnerability that rates 5 or more. Lint alone says nothing
 * here: else the release with the least of it would be advised, however old.
 */
export const indicatorPenalty: Step = {
  kind: "step",
  name: "security-indicator",
  objects(candidate, context) {
    const facts = scans(candidate, context);
    if (facts.length === 0) return undefined;
    const alarm = alarmText(facts, "warn");
    if (alarm === undefined) return undefined;
    const weight = Math.max(...facts.map(({ score = usualScore }) => score)) / 2;
    return { weight, reason: `has code that its scan warns of: ${alarm}` };
  },
};
