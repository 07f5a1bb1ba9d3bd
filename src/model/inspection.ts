import type { FailureClass } from "./knowledge.ts";

/** A release of a lock as it was installed. */
export interface InspectedPin {
  readonly name: string;
  readonly version: string;
  readonly index_url: string;
  /** The index's file: a wheel, or the source distribution that one was built of. */
  readonly filename: string;
  readonly sha256: string;
}

/** A release of a lock that could not be installed. */
export interface RefusedPin {
  readonly name: string;
  readonly version: string;
  readonly failure: FailureClass;
  readonly detail: string;
}

/** One run of the script, in a process of its own. */
export interface InspectionJob {
  /** null: a signal ended it. */
  readonly exit_code: number | null;
  readonly signal: number | null;
  /** It took longer than a run may, and was ended. */
  readonly timed_out: boolean;
  readonly wall_seconds: number;
  /** Of the process and those that it waited for, named as in getrusage(2); ru_maxrss in KiB. */
  readonly usage: Readonly<Record<string, number>>;
  /** What it printed, cut at a limit: the value where that is a JSON object or list. */
  readonly stdout: unknown;
  readonly stdout_cut: boolean;
  /** The telling end. */
  readonly stderr: string;
}

/** What `thoth inspect` leaves: a script run in a stack and measured, in the original's terms. */
export interface Inspection {
  readonly schema: "thoth.inspection";
  readonly version: string;
  /** A UUID. */
  readonly inspection_id: string;
  /** ISO 8601, UTC. */
  readonly created: string;
  readonly runtime: { readonly id: string; readonly python: string };
  readonly os: { readonly name: string; readonly version: string; readonly kernel: string };
  readonly hardware: {
    readonly cpu_model: string;
    readonly cpu_count: number;
    readonly memory_bytes: number;
  };
  /** What each run might use. */
  readonly limits: { readonly memory_bytes: number; readonly seconds: number };
  readonly tools: Readonly<Record<string, string>>;
  readonly script: { readonly name: string; readonly sha256: string };
  readonly requirements_locked: {
    /** Of the lock's bytes. */
    readonly sha256: string;
    /** Whether the lock was made of the Pipfile beside it. */
    readonly current: boolean;
    readonly pins: readonly InspectedPin[];
    /** From git, a path or an address: no hash vouches for these, so they were not installed. */
    readonly left_out: readonly string[];
  };
  /** Not empty: the script was not run. */
  readonly refused: readonly RefusedPin[];
  readonly jobs: readonly InspectionJob[];
  /** What ended the inspection before its time. */
  readonly problem: string | null;
}

/** Whether the stack was installed and every run of the script ended well. */
export function isSuccess({ jobs, problem }: Pick<Inspection, "jobs" | "problem">): boolean {
  return problem === null && jobs.length > 0 && jobs.every(({ exit_code }) => exit_code === 0);
}
