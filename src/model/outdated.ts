/** How one locked package stands against what there is. */
export interface OutdatedPackage {
  readonly name: string;
  /** Version of the lock; absent: there is none. */
  readonly current?: string;
  /** What `thoth advise --upgrade` would lock; absent: unknown, or the package would leave. */
  readonly wanted?: string;
  /** The newest final release that the index lists; absent: unknown. */
  readonly latest?: string;
  /** Named by the Pipfile itself. */
  readonly direct: boolean;
  /** What advice would make of it; absent: nobody can say. */
  readonly change?: "updated" | "downgraded" | "added" | "removed" | "kept";
  /** Advice would take a newer release. */
  readonly outdated: boolean;
  /** What keeps `wanted` from being `latest`; absent: nothing does, or it is unknown. */
  readonly blockedBy?: string;
  /** When the newest release is old enough that only the cool-down keeps out, ISO 8601. */
  readonly coolDownUntil?: string;
  /** Whether `wanted` was installed and imported on the runtime. */
  readonly installed: "ok" | "failed" | "unknown";
  /** Advisories against `current`, the worst first; absent: none are imported, so nobody knows. */
  readonly advisories?: readonly string[];
}

/** How the packages of one project stand. */
export interface OutdatedProject {
  /** As the user would type it. */
  readonly directory: string;
  readonly runtime: string;
  /** "unsatisfiable": no stack fits, so that nobody can say what is wanted. */
  readonly outcome: "locked" | "unsatisfiable" | "incomplete";
  /** Why there is no stack. */
  readonly conflict?: string;
  /** Facts that are missing, a phrase each. */
  readonly gaps: readonly string[];
  readonly packages: readonly OutdatedPackage[];
  /** Packages from git, paths and addresses, which no index lists. */
  readonly fromSources: readonly string[];
}

/** One package that projects lock at different versions. */
export interface VersionSkew {
  readonly name: string;
  /** Newest first. */
  readonly versions: readonly {
    readonly version: string;
    readonly directories: readonly string[];
  }[];
}

export interface OutdatedReport {
  readonly projects: readonly OutdatedProject[];
  readonly skew: readonly VersionSkew[];
  /** ISO 8601, of `--as-of`. */
  readonly asOf?: string;
}
