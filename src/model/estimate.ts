/** How long somebody waits for facts, as far as it can be said. */
export interface Estimate {
  /** Facts that are waited for and not settled. */
  readonly facts: number;
  /** Installations that are likely to be asked for after these. */
  readonly further: number;
  /** Messages of others that are handled before the last of them. */
  readonly ahead: number;
  /** Absent where it can't be said. */
  readonly ms?: number;
  /** Why it can't be said, a phrase; absent where it can. */
  readonly unknown?: string;
}
