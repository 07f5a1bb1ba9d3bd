/** How one package of a lock is pinned. */
export interface ComparedPin {
  /** Version, or commit of a git entry; "" where the lock names neither. */
  readonly version: string;
  readonly hashes: readonly string[];
  /** Markers, extras, index and whatever else the entry says. */
  readonly others: Readonly<Record<string, string>>;
  /** Names of the categories of the Pipfile that have it. */
  readonly categories: readonly string[];
}

/** One side of a comparison. */
export interface ComparedLock {
  /** As the user named it. */
  readonly name: string;
  readonly pins: ReadonlyMap<string, ComparedPin>;
  /** What a run had to say of its picks, by package. */
  readonly reasons: ReadonlyMap<string, string>;
  /** Only versions are known of it: a run that left no lock. */
  readonly versionsOnly: boolean;
}

/** What became of one package. */
export interface PinChange {
  readonly name: string;
  readonly change: "added" | "removed" | "updated" | "downgraded" | "hashes" | "details";
  readonly from?: string;
  readonly to?: string;
  /** Hashes that came and went; of `hashes` and version changes. */
  readonly hashes?: { readonly added: number; readonly removed: number };
  /** What else differs: `markers: "a" -> "b"`. */
  readonly details: readonly string[];
  readonly categories: readonly string[];
  readonly reason?: string;
}

export interface LockDiff {
  readonly before: string;
  readonly after: string;
  /** By name. */
  readonly changes: readonly PinChange[];
  readonly unchanged: number;
}
