import type { TaskResult } from "../model/task.ts";
import { type ErrorCode, errorCodes, ThothError } from "../util/errors.ts";
import { isRecord, parsedJson } from "../util/json.ts";
import { safeText } from "../util/terminal-text.ts";

/**
 * What became of one task in a process of its own: done; never to be done, which knowledge says by
 * now; not to be done there, e.g. for want of a runtime; to be tried again.
 */
export type TaskEnd = "done" | "never" | "unfit" | "retry";

/** How the tasks of one `thoth run-task` ended, in their order. */
export interface TaskReport {
  readonly ends: readonly TaskEnd[];
  /** Of those that are not done; the first stands for all. */
  readonly reason: string;
  /** Its error's code: an index that is away is nobody's fault, wherever it is asked. */
  readonly code?: ErrorCode | undefined;
}

const letters: Readonly<Record<TaskEnd, string>> = {
  done: "d",
  never: "n",
  unfit: "x",
  retry: "r",
};

/** Exit codes of `thoth run-task`, by what weighs most. Those above 64 are of sysexits.h. */
const exitCodes: Readonly<Record<TaskEnd, number>> = { retry: 75, unfit: 66, never: 65, done: 0 };

/** EX_DATAERR: what was asked for can never be learnt, and knowledge says so. */
export const neverCode = exitCodes.never;
/** EX_NOINPUT: this image can't do it, however often it is tried. */
export const unfitCode = exitCodes.unfit;

const mark = "thoth-tasks:";
/** Kubernetes keeps 4096 bytes of what a container leaves. */
const mostReason = 500;

/** The exit code that says most of how tasks ended. */
export function exitCodeOf(ends: readonly TaskEnd[]): number {
  return Math.max(0, ...ends.map((end) => exitCodes[end]));
}

/** A report as the line that a container leaves for its pod's status. */
export function reportText({ ends, reason, code }: TaskReport): string {
  const outcomes = ends.map((end) => letters[end]).join("");
  const said = { outcomes, reason: safeText(reason).slice(0, mostReason), code };
  return `${mark}${JSON.stringify(said)}`;
}

/** The report in what a pod's status says; undefined where there is none. */
export function reportIn(message: string): TaskReport | undefined {
  const at = message.indexOf(mark);
  const parsed = at < 0 ? undefined : parsedJson(message.slice(at + mark.length).trim());
  if (!isRecord(parsed) || typeof parsed["outcomes"] !== "string") return undefined;
  const ends = [...parsed["outcomes"]].flatMap((letter) => endOf(letter) ?? []);
  if (ends.length !== parsed["outcomes"].length) return undefined;
  const { reason, code } = parsed;
  return {
    ends,
    reason: typeof reason === "string" ? reason : "",
    code: isErrorCode(code) ? code : undefined,
  };
}

/** What a task's end means to whoever sent its message; what follows was published where it ran. */
export function resultOf(end: TaskEnd, { reason, code }: Omit<TaskReport, "ends">): TaskResult {
  if (end === "done" || end === "never") return { ok: true, follow: [] };
  const cause = code === undefined ? new Error(reason) : new ThothError(code, reason);
  const result = { ok: false, reason, cause } as const;
  return end === "unfit" ? { ...result, final: true } : result;
}

function isErrorCode(value: unknown): value is ErrorCode {
  return typeof value === "string" && Object.hasOwn(errorCodes, value);
}

function endOf(letter: string): TaskEnd | undefined {
  switch (letter) {
    case letters.done:
      return "done";
    case letters.never:
      return "never";
    case letters.unfit:
      return "unfit";
    case letters.retry:
      return "retry";
    default:
      return undefined;
  }
}
