import type { AdvisoryMatch } from "../model/advisory.ts";
import type { FailOn } from "../model/policy.ts";

const ranks: readonly string[] = ["none", "low", "medium", "high", "critical"];

/**
 * Whether an advisory is enough for a command to fail. What does not say how bad it is may be as
 * bad as can be; malware always is.
 */
export function fails({ kind, severity }: AdvisoryMatch, failOn: FailOn): boolean {
  if (kind === "malware" || failOn === "any") return true;
  if (failOn === "none") return false;
  const rank = severity.rank === "UNKNOWN" ? "critical" : severity.rank.toLowerCase();
  return ranks.indexOf(rank) >= ranks.indexOf(failOn);
}
