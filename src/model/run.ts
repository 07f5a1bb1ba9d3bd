import type { Advice } from "./advice.ts";
import type { LockResult } from "./advice-report.ts";
import type { Message, TriggerCause } from "./message.ts";
import type { RecommendationType } from "./recommendation.ts";
import type { RequirementsFormat } from "./requirements-format.ts";

/** What the question of a run has beside its project, as `thoth advise` was asked. */
export interface RunQuestion {
  /** Absolute directory of the project. */
  readonly project: string;
  /** Name of the runtime; null: the project's default. */
  readonly runtime: string | null;
  /** "3.11"; null: not asked for. */
  readonly python: string | null;
  readonly verify: "all" | "none" | null;
  /** Absent: not asked for. */
  readonly recommendationType?: RecommendationType;
  readonly dev: boolean;
  /** Names whose old pins are given up; "all" for every name. */
  readonly upgrade: readonly string[] | "all";
  /** Files that were named, absolute paths; absent: those that the project has. */
  readonly inputs?: RunInputs;
}

/** Which files say what is needed, in place of the usual ones or beside them. */
export interface RunInputs {
  readonly input?: string | undefined;
  readonly requirementsFormat?: RequirementsFormat | undefined;
  readonly constraints: readonly string[];
}

/** One advice that outlives the process which asked for it, since it waits for facts. */
export interface AdviceRun extends RunQuestion {
  /** UUID; the `re_run_adviser_id` of its triggers. */
  readonly id: string;
  /** asked: its lock goes into the project; watched: an event asked, the lock is a proposal. */
  readonly purpose: "asked" | "watched";
  readonly causes: readonly TriggerCause[];
  readonly state: "waiting" | "done" | "failed";
  /** What asks for the facts that it lacked last; it goes on once none of it is unsettled. */
  readonly waitingFor: readonly Message[];
  /** Installations that are likely to be asked for after that. */
  readonly further: number;
  /** How often it was advised. */
  readonly passes: number;
  readonly outcome?: Advice["outcome"];
  readonly lock?: LockResult;
  /** Lines of the Pipfile that count, and what they came to; of one that ended with a stack. */
  readonly size?: { readonly lines: number; readonly pins: number };
  /** Why it failed, or what its missing facts failed on. */
  readonly problem?: string;
  /** ISO 8601. */
  readonly startedAt: string;
  readonly updatedAt: string;
}
