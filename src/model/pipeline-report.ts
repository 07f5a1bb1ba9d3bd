/** What one unit of the pipeline did in one advice, for reports. */
export interface ReportedUnit {
  readonly name: string;
  readonly kind: "boot" | "pseudonym" | "sieve" | "step" | "stride" | "wrap";
  /** `on`: it took part; `idle`: this advice had nothing for it; `blocked`: switched off. */
  readonly state: "on" | "idle" | "blocked";
  /** Of one that is not on: "by --block-unit", "only with advice of type `security`". */
  readonly reason?: string;
  /**
   * Releases that a sieve dropped or a step objects to, of those that the search looked at; else
   * what it said.
   */
  readonly count: number;
  /** The packages that these are of, most first. */
  readonly packages: readonly {
    readonly name: string;
    readonly count: number;
    /** The newest of the releases, a handful. */
    readonly examples: readonly string[];
  }[];
}
