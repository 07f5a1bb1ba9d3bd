import type { AdvisoryMatch } from "../../model/advisory.ts";
import { compareVersions, parseVersion, type Version } from "../../python/version.ts";
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
  only: "advice of type `stable` or `performance`",
  includes: ({ recommendationType: type }) => type === "stable" || type === "performance",
  objects({ advisories, release }) {
    if (advisories.length === 0) return undefined;
    const known = vulnerabilities(advisories);
    if (known.length === 0) return undefined;
    const reason = `is affected by ${advisoryNames(known)}`;
    return { ...weightOf(known, release.version), reason };
  },
  atLeast: (advisories, version) => weightOf(vulnerabilities(advisories), version),
};

/** What nothing mends is no reason to prefer an older release of which less is on record. */
function weightOf(
  advisories: readonly AdvisoryMatch[],
  text: string | undefined,
): Pick<Objection, "penalty" | "count"> {
  const version = text === undefined ? undefined : parseVersion(text);
  const penalties = advisories.map(({ severity }) => penaltyOfRank[severity.rank]);
  const mended = advisories.filter(
    (one, position) => leadsBack(penalties[position] ?? 0) && isMended(one, version),
  );
  return { penalty: worst(penalties), count: mended.length };
}

function isMended({ fixed }: AdvisoryMatch, version: Version | undefined): boolean {
  if (version === undefined) return false;
  return fixed.some((text) => {
    const fix = parseVersion(text);
    return fix !== undefined && compareVersions(fix, version) > 0;
  });
}
