import type { Advice, Conflict, Justification, Score } from "./advice.ts";
import type { AdvisoryDatabase } from "./advisory.ts";
import type { Estimate } from "./estimate.ts";
import type { ReportedUnit } from "./pipeline-report.ts";
import type { PolicyReport } from "./policy-report.ts";
import type { RecommendationType } from "./recommendation.ts";

/** Whether a pin was installed and imported on the runtime, for people. */
export type Verification =
  | { readonly state: "ok" }
  /** It failed in a way that does not exclude it, e.g. a module that asks for settings. */
  | { readonly state: "failed"; readonly reason: string }
  /** Nobody tried, or it could not be tried here; the reason says which. */
  | { readonly state: "unknown"; readonly reason: string };

/** One release of the stack, or one that left it (`change: "removed"`). */
export interface ReportedPin {
  readonly name: string;
  /** The chosen version; of a removed one the version it had. */
  readonly version: string;
  /** The version in the old lock, where it is another one. */
  readonly previous?: string;
  readonly change: "added" | "updated" | "removed" | "kept";
  /** Named by the Pipfile itself. */
  readonly direct: boolean;
  /** Categories that need it: "packages", "dev-packages", …; empty for a removed one. */
  readonly categories: readonly string[];
  /** The newest version that the index lists for the runtime; absent where unknown. */
  readonly newest?: string;
  /** Why `version` is not `newest`: "flask 2.3.3 needs <3". */
  readonly whyNotNewest?: string;
  /** "Pipfile:7" or "flask==3.0.3". */
  readonly requiredBy: readonly string[];
  readonly verified: Verification;
}

/** What became of the lock file. */
export type LockResult =
  | "written"
  /** It already said this, byte for byte. */
  | "unchanged"
  /** `--dry-run`: nothing was written. */
  | "dry-run"
  /** `--check` or `--locked`: it differs. */
  | "would-change"
  /** There is no stack to write. */
  | "not-written";

/** The part of a conflict that people and programs are told. */
export type ReportedConflict = Pick<
  Conflict,
  "message" | "lines" | "story" | "fixes" | "remedies" | "untried"
>;

/** The run that goes on with an advice once the facts that it lacks are learnt. */
export interface ReportedRun {
  readonly id: string;
  readonly estimate: Estimate;
}

/** Another stack, told by what sets it apart. */
export interface OtherStack {
  readonly score: Score;
  /** Sorted by name. `version` null: it lacks the package; `here` null: the advised stack does. */
  readonly differences: readonly {
    readonly name: string;
    readonly version: string | null;
    readonly here: string | null;
  }[];
}

/** All that a report says about one run of `thoth advise`. Times are milliseconds. */
export interface AdviceReport {
  readonly outcome: Advice["outcome"];
  /** Paths as the user knows them, relative to where the command ran. */
  readonly project: { readonly manifest: string; readonly lock: string };
  readonly runtime: { readonly id: string; readonly python: string };
  /** The stack, sorted by name; with outcome "incomplete" the best so far; else only what is known. */
  readonly pins: readonly ReportedPin[];
  readonly lock: LockResult;
  /** Whether pins were asked to be installed and imported (`--verify`). */
  readonly verify: "all" | "none";
  readonly recommendationType: RecommendationType;
  /** Present where there is a stack. `locked`: of the lock that was there, by the same measure; null: nobody knows. */
  readonly score?: Score & {
    readonly locked: number | null;
    readonly stopped: boolean;
    /** All that the search for a better one asked for was known. */
    readonly complete: boolean;
  };
  /** The next best stacks, as many as were asked for: their scores, and where they differ from this one. */
  readonly others?: readonly OtherStack[];
  /** What there is to be said of the stack; those of type WARNING are among the warnings, too. */
  readonly justifications: readonly Justification[];
  readonly warnings: readonly { readonly message: string; readonly hint?: string }[];
  /** Present exactly where the outcome is "unsatisfiable". */
  readonly conflict?: ReportedConflict;
  /** Facts that are missing, a phrase each: "releases of flask (needed by Pipfile:7)". */
  readonly gaps: readonly string[];
  /** What is said of the inputs, whatever the outcome; those of type WARNING are among the warnings, too. */
  readonly notes?: readonly Justification[];
  /** What each unit did, of the releases that were looked at; present where every reason is told. */
  readonly pipeline?: readonly ReportedUnit[];
  /** Present where nobody waited for what is missing. */
  readonly run?: ReportedRun;
  /** What the project's policy made of it; absent where it has none. */
  readonly policy?: PolicyReport;
  readonly knowledge: {
    readonly revision: string;
    /** Age of the oldest release list that the advice stands on; absent where it used none. */
    readonly oldestMs?: number;
    /** The advisories that were heeded; null: none are imported, so nobody knows which apply. */
    readonly advisories: Pick<AdvisoryDatabase, "newest" | "importedAt"> | null;
    readonly offline: boolean;
    /** ISO date of `--as-of`. */
    readonly asOf?: string;
  };
  readonly startedAt: string;
  readonly durationMs: number;
}
