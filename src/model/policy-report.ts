import type { AdvisoryRank } from "./advisory.ts";
import type { FailOn } from "./policy.ts";

/** A release that the cool-down keeps out of a stack that could have it otherwise. */
export interface HeldBack {
  readonly name: string;
  /** The version that the stack has. */
  readonly locked: string;
  /** The newest that is held back. */
  readonly available: string;
  /** ISO 8601; absent: its index tells no time of upload. */
  readonly released?: string;
  /** When it is old enough, ISO 8601; absent with `released`. */
  readonly eligible?: string;
}

/** An advisory against a pin that somebody accepted. */
export interface IgnoredAdvisory {
  readonly id: string;
  readonly package: string;
  readonly version: string;
  readonly reason: string;
  /** Last day on which that counts, ISO date; absent: for good. */
  readonly until?: string;
  /** `thoth.toml:12`. */
  readonly where: string;
}

/** Advisories of the stack for which the command fails. */
export interface FailOnReport {
  readonly severity: FailOn;
  /** False: the store holds no advisories, so that nobody knows. */
  readonly known: boolean;
  /** Those that are enough, by pin. */
  readonly advisories: readonly {
    readonly id: string;
    readonly package: string;
    readonly version: string;
    readonly rank: AdvisoryRank;
  }[];
}

/** What the policy of a project made of an advice. */
export interface PolicyReport {
  readonly heldBack: readonly HeldBack[];
  readonly ignored: readonly IgnoredAdvisory[];
  /** Absent: no severity is named. */
  readonly failOn?: FailOnReport;
}
