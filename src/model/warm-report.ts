/** How `thoth warm` works: `plan` and `check` fetch no file and change nothing. */
export type WarmMode = "warm" | "plan" | "check";

/** Files that the runtime would install for one stack. */
export interface StackFiles {
  readonly wanted: number;
  /** Lying in the download cache. */
  readonly present: number;
  /** Of all of them, as far as the index tells sizes. */
  readonly bytes: number;
  /** What is not there, with the reason where there is one. */
  readonly missing: readonly string[];
}

/** What one project on one runtime can reach, and how much of that is known. */
export interface Coverage {
  /** As the user would type it. */
  readonly manifest: string;
  readonly runtime: string;
  readonly packages: number;
  /** Releases whose metadata is known; what proved unusable is not counted. */
  readonly known: number;
  /** Releases, lists and sources that are not. */
  readonly missing: readonly string[];
  /** Of the missing releases, those that come as source only. */
  readonly sources: number;
  /** What would have to be fetched for the missing ones, by the index's sizes and by experience. */
  readonly missingBytes: number;
  /** Releases within the ranges that `--latest` left out, of how many packages. */
  readonly leftOut: { readonly releases: number; readonly packages: number };
  /** Only with artifacts; undefined, too, while no stack is known. */
  readonly files: StackFiles | undefined;
  /** Why there are no files though artifacts were asked for. */
  readonly noStack: string | undefined;
}

/** What `thoth warm` did or found. */
export interface WarmReport {
  readonly mode: WarmMode;
  readonly depth: "ranges" | "lock";
  /** Most releases taken of each range that a release states; null: all. */
  readonly latest: number | null;
  /** Whether that holds for the ranges of the Pipfile, too, of which all is taken else. */
  readonly boundsPipfile: boolean;
  readonly coverage: readonly Coverage[];
  readonly overBudget: boolean;
  readonly wheelhouse:
    | { readonly folder: string; readonly files: number; readonly bytes: number }
    | undefined;
  readonly knowledge: { readonly revision: string; readonly oldestMs: number | undefined };
  readonly traffic: { readonly requests: number; readonly bytes: number };
  readonly durationMs: number;
}
