import type { AdvisoryMatch } from "../../model/advisory.ts";
import { type HealthCheck, told, unknown } from "./subject.ts";

const mostNamed = 3;

/** What is known against the version in use, else against the newest. */
export const advisoryChecks: HealthCheck = ({ history, used, advisories }) => {
  const version = used ?? history.latest?.version;
  if (version === undefined) return [unknown("advisories", "there is no release to speak of")];
  const known = advisories(version);
  if (known === undefined) {
    const reason = "no advisories were imported (`thoth advisories update`)";
    return [unknown("advisories", reason)];
  }
  const count = known.length;
  const score = Math.max(0, 10 - count);
  if (count === 0) {
    const reason = `none is known against ${version}`;
    return [told("advisories", "good", { value: 0, score, reason })];
  }
  const names = known.slice(0, mostNamed).map(({ id }) => id);
  const more = count > mostNamed ? ` and ${count - mostNamed} more` : "";
  const reason = `known against ${version}: ${names.join(", ")}${more}`;
  return [
    told("advisories", known.some(isGrave) ? "bad" : "weak", { value: count, score, reason }),
  ];
};

/** What nobody rated may be as grave as any. */
function isGrave({ kind, severity }: AdvisoryMatch): boolean {
  return kind === "malware" || ["CRITICAL", "HIGH", "UNKNOWN"].includes(severity.rank);
}
