/** How bad a finding is, or how sure the scanner is of it; bandit's words. */
export type Rank = "HIGH" | "MEDIUM" | "LOW" | "UNDEFINED";

/** One finding behind the numbers of a SecurityFact. */
export interface Finding {
  readonly severity: Rank;
  readonly confidence: Rank;
  /** e.g. "B602". */
  readonly rule: string;
  readonly text: string;
  /** Path inside the distribution, as its archive spells it: foreign text. */
  readonly path: string;
  readonly line: number;
}
