/** How one thing was found: it works, it does so with a drawback, nobody can say, or it does not. */
export type Condition = "works" | "warning" | "unknown" | "broken";

/** One thing that a check found out. Texts may hold foreign text: reports make it safe. */
export interface Finding {
  readonly condition: Condition;
  readonly text: string;
  /** How to mend it; a way that works. */
  readonly hint?: string | undefined;
  /** The same in numbers and names, for programs. */
  readonly facts?: Readonly<Record<string, string | number | boolean>>;
}

/** What became of one check. */
export interface CheckReport {
  readonly name: string;
  /** None: what it looks at is not configured. */
  readonly findings: readonly Finding[];
  readonly ms: number;
}
