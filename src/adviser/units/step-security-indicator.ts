import { penaltyOfRank } from "../penalty.ts";
import type { Step } from "../unit.ts";
import { alarmText, scans } from "./scan-alarms.ts";

/**
 * Objects to releases of which a scan warns, as to those with a vulnerability of medium rank: what is
 * suspected weighs no more than that, however often. Lint alone says nothing here: else the release
 * with the least of it would be advised, however old.
 */
export const indicatorPenalty: Step = {
  kind: "step",
  name: "security-indicator",
  only: "advice of type `stable`, `performance` or `security`",
  includes: ({ recommendationType: type }) => type !== "latest" && type !== "testing",
  objects(candidate, context) {
    const alarm = alarmText(scans(candidate, context), "warn");
    if (alarm === undefined) return undefined;
    const reason = `has code that its scan warns of: ${alarm}`;
    return { penalty: penaltyOfRank.MEDIUM, reason };
  },
};
