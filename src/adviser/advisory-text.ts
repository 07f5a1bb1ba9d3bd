import type { AdvisoryMatch } from "../model/advisory.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";

const first: AdvisoryMatch["since"] = "0";

/** Whether an advisory of a release applies to all older ones, too. */
export function reachesAll({ since }: AdvisoryMatch): boolean {
  return since === first;
}

/** Whether an advisory of a newer release applies to this one, too, as far as the newer one tells. */
export function reaches({ since }: AdvisoryMatch, older: Version): boolean {
  if (since === undefined) return false;
  if (since === first) return true;
  const from = parseVersion(since);
  return from !== undefined && compareVersions(from, older) <= 0;
}

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
