import type { AdvisoryRank } from "../model/advisory.ts";
import type { Audit, AuditedPin } from "../model/audit.ts";

/** The worst first; what says nothing of how bad it is may be the worst, but nobody knows. */
export const advisoryRanks: readonly AdvisoryRank[] = [
  "CRITICAL",
  "HIGH",
  "MEDIUM",
  "LOW",
  "UNKNOWN",
  "NONE",
];

/** An audit in numbers. */
export interface AuditSummary {
  readonly verdict: "affected" | "nothing-known" | "unknown";
  readonly pins: number;
  readonly affected: number;
  readonly nothingKnown: number;
  readonly unknown: number;
  readonly findings: number;
  readonly malware: number;
  /** Findings by rank, malware left out. */
  readonly ranks: Readonly<Record<AdvisoryRank, number>>;
}

export function auditSummary({ pins }: Pick<Audit, "pins">): AuditSummary {
  const count = (verdict: AuditedPin["verdict"]) =>
    pins.filter((one) => one.verdict === verdict).length;
  const findings = pins.flatMap((one) => one.findings);
  const ofRank = (rank: AdvisoryRank) =>
    findings.filter(
      ({ advisory }) => advisory.kind !== "malware" && advisory.severity.rank === rank,
    ).length;
  const [affected, unknown] = [count("affected"), count("unknown")];
  return {
    verdict: affected > 0 ? "affected" : unknown > 0 ? "unknown" : "nothing-known",
    pins: pins.length,
    affected,
    nothingKnown: count("nothing-known"),
    unknown,
    findings: findings.length,
    malware: findings.filter(({ advisory }) => advisory.kind === "malware").length,
    ranks: {
      CRITICAL: ofRank("CRITICAL"),
      HIGH: ofRank("HIGH"),
      MEDIUM: ofRank("MEDIUM"),
      LOW: ofRank("LOW"),
      UNKNOWN: ofRank("UNKNOWN"),
      NONE: ofRank("NONE"),
    },
  };
}
