import type { AdvisoryMatch } from "../model/advisory.ts";

const mostNames = 3;

/** Names of advisories, the worst first: `PYSEC-2021-66, PYSEC-2019-217 and 2 more`. */
export function advisoryNames(advisories: readonly AdvisoryMatch[]): string {
  const shown = advisories.slice(0, mostNames).map(({ id }) => id);
  const hidden = advisories.length - shown.length;
  return shown.join(", ") + (hidden > 0 ? ` and ${hidden} more` : "");
}

/** Those that tell of vulnerabilities. */
export function vulnerabilities(advisories: readonly AdvisoryMatch[]): readonly AdvisoryMatch[] {
  return advisories.filter(({ kind }) => kind === "vulnerability");
}
