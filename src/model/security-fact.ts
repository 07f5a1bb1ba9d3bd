import type { Finding } from "./finding.ts";

/** What one tool counted in a file. */
export interface Indicators {
  /** Keys `SEVERITY.HIGH__CONFIDENCE.LOW` etc.: 3 severities × 4 confidences. */
  readonly counts: Readonly<Record<string, number>>;
  readonly filesAnalyzed: number;
  /** Tests, which are left out. */
  readonly filesFiltered: number;
  readonly filesWithFindings: number;
  readonly linesOfCode: number;
}

/** Why a file could not be scanned. */
export type ScanFailure = "bad-archive" | "too-large" | "timeout" | "tool-failed" | "vanished";

/**
 * Security indicators of one file of a release. `no-source-distribution` and a release without any
 * file stand under the name that a source distribution would have: `sourceFilename`.
 */
export interface SecurityFact extends Indicators {
  readonly outcome: "scanned" | "no-source-distribution" | "failed";
  readonly failure?: ScanFailure;
  /** What could not be read or done, foreign text made safe. */
  readonly detail?: string;
  readonly filename: string;
  readonly sha256?: string;
  /** e.g. {"thoth-scan": "1", "sandbox": "bubblewrap 0.8.0", "bandit": "1.9.4"}. */
  readonly tools: Readonly<Record<string, string>>;
  /** What other tools counted, by their name; the counts beside it are Thoth's own. */
  readonly opinions?: Readonly<Record<string, Indicators>>;
  /** The worst of all tools, worst first. */
  readonly findings: readonly Finding[];
  readonly findingsLeftOut: number;
  /** Every finding with an alarm; those that block first. */
  readonly alarms: readonly Finding[];
  /** Files that run when it is installed or imported and that were not looked at whole; absent: none. */
  readonly unseen?: number;
  /** 0 (best) to 1 (worst), see docs/security-indicators.md; present where it was scanned. */
  readonly score?: number;
  /** From then on it is worth another try; absent: never while the file is the same. */
  readonly expires?: string;
  readonly observedAt: string;
}
