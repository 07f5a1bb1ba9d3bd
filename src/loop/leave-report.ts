import { existsSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";
import type { AdviceReport, LockResult } from "../model/advice-report.ts";
import type { TriggerCause } from "../model/message.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import { adviceMarkdown } from "../reports/advice-markdown.ts";
import { errorCode, removeFile, storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";
import type { Services } from "../wiring.ts";
import { handOver } from "./hand-over.ts";

/** A finished advice on a watched project. */
export interface WatchedAdvice {
  readonly runId: string;
  /** The folder of the run. */
  readonly folder: string;
  readonly project: string;
  /** Absolute paths of what was read: what says what is needed, and the lock. */
  readonly files: { readonly manifest: string; readonly lock: string };
  readonly causes: readonly TriggerCause[];
  /** Its `lock` is "unchanged", "not-written", or "dry-run" where `lockText` is another one. */
  readonly report: AdviceReport;
  /** The same as `thoth advise --json` prints it. */
  readonly json: string;
  /** The whole new lock; undefined where there is no stack. */
  readonly lockText: string | undefined;
  /** What was read: the project is not written over what it was changed to meanwhile. */
  readonly pipfileText: string;
  readonly oldLockText: string | undefined;
}

/** What became of it, for the record of the run. */
export interface LeftReport {
  readonly lock: LockResult;
  /** The lock is right as it is: no report was left, nobody was told. */
  readonly nothingToDo: boolean;
  readonly problem?: string;
}

/** Name of the report in the folder of a run. */
export const reportFile = "report.md";

/**
 * Leaves `report.md`, the lock by its own name and `advice.json` in the folder of a run, writes the lock
 * into the project if it is watched with `--write`, and runs the command of `--exec`. To be called
 * again, with the same run, if the process dies before the run is recorded as done: the command
 * runs at least once. A command that fails is recorded and not run again.
 */
export async function leaveReport(
  services: Pick<Services, "projects" | "environment" | "signal">,
  advice: WatchedAdvice,
): Promise<LeftReport> {
  const watched = services.projects.all().find(({ directory }) => directory === advice.project);
  const report = join(advice.folder, reportFile);
  // Died after the lock was written: the report of then is the one to hand over
  const again = advice.report.lock === "unchanged" && existsSync(report);
  if (!again && nothingToDo(advice)) return { lock: "unchanged", nothingToDo: true };
  if (!again) writeReport(advice);
  const written = watched === undefined ? undefined : writeLock(watched, advice);
  const lock = again ? lockOfThen(watched, advice) : (written?.lock ?? advice.report.lock);
  const failure = await handOver(services, watched?.exec ?? null, {
    folder: advice.folder,
    lock: join(advice.folder, basename(advice.files.lock)),
    project: advice.project,
    runId: advice.runId,
    outcome: advice.report.outcome,
  });
  const problems = [written?.problem, failure].filter((one) => one !== undefined);
  const problem = problems.length === 0 ? {} : { problem: problems.join("; ") };
  return { lock, nothingToDo: false, ...problem };
}

/** A lock that stays is no news, unless it stays at what an advisory names. */
function nothingToDo({ report, causes }: WatchedAdvice): boolean {
  if (report.outcome !== "locked" || report.lock !== "unchanged") return false;
  return !causes.some(
    ({ type, package_name, package_version }) =>
      type === "advisory" &&
      report.pins.some(
        ({ name, version }) =>
          name === package_name && (package_version === null || version === package_version),
      ),
  );
}

/** What became of the lock in the pass that died: it is right now, and was it before? */
function lockOfThen(watched: WatchedProject | undefined, { folder }: WatchedAdvice): LockResult {
  const told: unknown = JSON.parse(textOf(join(folder, "advice.json")) ?? "null");
  const differed = isRecord(told) && told["lock"] === "dry-run";
  return differed && watched?.write === true ? "written" : "unchanged";
}

function writeReport(advice: WatchedAdvice): void {
  const { folder, files: own, report, causes, json, lockText, pipfileText } = advice;
  const lock = basename(own.lock);
  // Of a pass that died before its run was done
  if (lockText === undefined) removeFile(join(folder, lock));
  const files = {
    "advice.json": json,
    ...(lockText === undefined ? {} : { [lock]: lockText }),
    // Last: where it lies, the rest is there
    [reportFile]: adviceMarkdown(report, { causes, pipfile: pipfileText }),
  };
  for (const [name, text] of Object.entries(files)) {
    const path = join(folder, name);
    storing(path, () => writeAtomic(path, text, { durable: true }));
  }
}

function writeLock(
  { write }: WatchedProject,
  { files, lockText, oldLockText, pipfileText }: WatchedAdvice,
): { readonly lock: LockResult; readonly problem?: string } | undefined {
  if (!write || lockText === undefined || lockText === oldLockText) return undefined;
  const path = files.lock;
  if (textOf(files.manifest) !== pipfileText || textOf(path) !== oldLockText) {
    const problem = "the project changed meanwhile: its lock was left alone";
    return { lock: "not-written", problem };
  }
  try {
    storing(path, () => writeAtomic(path, lockText, { durable: true }));
    return { lock: "written" };
  } catch (error) {
    // A project that may not be written stays so: trying again is of no use
    if (!(error instanceof ThothError && error.code === "store-unwritable")) throw error;
    return { lock: "not-written", problem: error.message };
  }
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function storing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw storageError(error, path, "store-unwritable");
  }
}
