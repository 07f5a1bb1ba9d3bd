import type { AdvisoryMatch } from "../../model/advisory.ts";
import type { Indicator, IndicatorId, Verdict } from "../../model/health.ts";
import type { PackageFact, ProjectStatus, RepositoryFact } from "../../model/package-fact.ts";
import type { ReleaseHistory } from "./history.ts";

/** What is known of a package, for the formulas. `undefined` means not known, never no. */
export interface HealthSubject {
  readonly history: ReleaseHistory;
  /** The version in use, normalised. */
  readonly used: string | undefined;
  readonly status: ProjectStatus | undefined;
  /** The index tells which files have attestations (PEP 740). */
  readonly attests: boolean | undefined;
  readonly about: PackageFact | undefined;
  readonly repository: RepositoryFact | undefined;
  readonly advisories: (version: string) => readonly AdvisoryMatch[] | undefined;
  /** ms since the epoch. */
  readonly now: number;
}

/** A group of indicators; those that have no object (no version in use) are left out. */
export type HealthCheck = (subject: HealthSubject) => readonly Indicator[];

export const dayMs = 86_400_000;
export const yearMs = 365.2425 * dayMs;

export function unknown(id: IndicatorId, reason: string): Indicator {
  return { id, verdict: "unknown", reason };
}

export function told(
  id: IndicatorId,
  verdict: Exclude<Verdict, "unknown">,
  outcome: { readonly value: number | string; readonly score?: number; readonly reason: string },
): Indicator {
  const { value, score, reason } = outcome;
  return {
    id,
    verdict,
    value: typeof value === "number" ? rounded(value) : value,
    ...(score === undefined ? {} : { score: Math.round(score * 10) / 10 }),
    reason,
  };
}

export function rounded(value: number): number {
  return Math.round(value * 100) / 100;
}

/** How close `value` comes to `most` on a logarithmic scale, 0 to 10 (criticality_score). */
export function logarithmic(value: number, most: number): number {
  return (10 * Math.log(1 + value)) / Math.log(1 + Math.max(value, most));
}

/** `3 days`, `2.4 years`. */
export function spanText(ms: number): string {
  const days = Math.floor(ms / dayMs);
  if (days < 366) return `${days} ${days === 1 ? "day" : "days"}`;
  return `${(ms / yearMs).toFixed(1)} years`;
}
