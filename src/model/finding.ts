/** How bad a finding is, or how sure the scanner is of it; bandit's words. */
export type Rank = "HIGH" | "MEDIUM" | "LOW" | "UNDEFINED";

/** One finding behind the numbers of a SecurityFact. */
export interface Finding {
  readonly tool: "thoth" | "bandit" | "ruff";
  /**
   * When the code runs: while it is installed (setup.py, a build backend in the tree, .pth), when it
   * is imported (module level of what is installed) or only when something calls it.
   */
  readonly runs: "install" | "import" | "call";
  /** What it means for advice: block refuses the release, warn counts against it. Lint has none. */
  readonly alarm?: "block" | "warn";
  readonly severity: Rank;
  readonly confidence: Rank;
  /** e.g. "B602". */
  readonly rule: string;
  readonly text: string;
  /** Path inside the distribution, as its archive spells it: foreign text. */
  readonly path: string;
  readonly line: number;
}
