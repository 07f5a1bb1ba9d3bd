import type { Rank } from "../model/finding.ts";

/** What of a finding counts for the score. */
export interface ScoredFinding {
  readonly severity: Rank;
  readonly confidence: Rank;
  /** Set where the finding means harm; else it is lint. */
  readonly alarm?: "block" | "warn";
}

/** Lint alone reaches this score and no more; a warning starts from it. */
export const lintCeiling = 0.5;

/**
 * One number for a scanned file, 0 (best) to 1 (worst), as docs/security-indicators.md derives it.
 * Lint: by its density, on a logarithmic scale, from 0 to 0.5. Warnings: from 0.5 up, each halving
 * what is left. Anything that blocks: 1. One finding more never lowers it; more lines of code never
 * raise it.
 */
export function indicatorScore(findings: readonly ScoredFinding[], linesOfCode: number): number {
  if (findings.some(({ alarm }) => alarm === "block")) return 1;
  const warnings = findings.filter(({ alarm }) => alarm === "warn").length;
  const lint = lintDensity(findings, linesOfCode);
  const share = Math.min(1, Math.log10(1 + lint) / Math.log10(1 + fullDensity));
  if (warnings === 0) return rounded(lintCeiling * share);
  return rounded(lintCeiling + warningRange * (1 - 2 ** -warnings) + lintRange * share);
}

/**
 * Weights of lint for a thousand lines of code; less than that counts as a thousand, since a single
 * finding in a short file says nothing about how it was written.
 */
export function lintDensity(findings: readonly ScoredFinding[], linesOfCode: number): number {
  let sum = 0;
  for (const { severity, confidence, alarm } of findings) {
    if (alarm === undefined) sum += severityWeight[severity] * confidenceWeight[confidence];
  }
  return (1000 * sum) / Math.max(1000, linesOfCode);
}

// The original's weights; it had none for UNDEFINED, which is taken for LOW.
const severityWeight = { HIGH: 100, MEDIUM: 10, LOW: 1, UNDEFINED: 1 } as const;
const confidenceWeight = { HIGH: 1, MEDIUM: 0.5, LOW: 0.1, UNDEFINED: 0.1 } as const;

/** Ten findings of the worst kind in a thousand lines; nothing is told apart beyond. */
const fullDensity = 1000;
const warningRange = 0.4;
const lintRange = 0.09;

function rounded(score: number): number {
  return Math.round(score * 1000) / 1000;
}
