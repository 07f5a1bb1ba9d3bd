import { basename, join } from "node:path";
import type { Consultation } from "../adviser/advise.ts";
import type { AdviceQuestion } from "../loop/advice-question.ts";
import { leaveReport } from "../loop/leave-report.ts";
import type { AdviceReport } from "../model/advice-report.ts";
import type { AdviceRun } from "../model/run.ts";
import { adviceJson } from "../reports/advice-json.ts";
import { storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { programVersion } from "../util/program.ts";
import { adviceReport } from "./advice-report.ts";
import { adviceWarnings } from "./advice-warnings.ts";
import { policyOutcome } from "./policy-report.ts";
import { type SettledLock, settleLock } from "./settle-lock.ts";

/**
 * Acts upon the last advice of a run: one that somebody asked for has its lock written into the
 * project, one on a watched project leaves a report. Repeatable, should the process die before
 * the run is recorded as done.
 */
export async function finishRun(
  run: AdviceRun,
  question: AdviceQuestion,
  known: Consultation,
): Promise<AdviceRun> {
  const { services } = question;
  const { text, ...settled } = settle(run, question, known);
  const report = reportOf(question, await withFixes(question, known), settled.lock);
  const json = adviceJson(report, programVersion);
  const left =
    run.purpose === "asked"
      ? leaveAnswer(run, question, json)
      : await leaveReport(services, {
          runId: run.id,
          folder: services.runs.folder(run.id),
          project: run.project,
          files: { manifest: question.manifest.pipfilePath, lock: question.manifest.lockPath },
          causes: run.causes,
          report,
          json,
          lockText: text === "" ? undefined : text,
          pipfileText: question.manifest.text,
          oldLockText: question.manifest.lockText,
        });
  const problem = left?.problem ?? settled.problem ?? run.problem;
  return {
    ...run,
    state: "done",
    waitingFor: [],
    further: 0,
    ...sizeOf(question, known),
    passes: run.passes + 1,
    outcome: known.advice.outcome,
    lock: left?.lock ?? settled.lock,
    ...(problem === undefined ? {} : { problem }),
    updatedAt: new Date(services.now()).toISOString(),
  };
}

/** Nobody waits for it, so changes that would end a conflict may take learning. */
async function withFixes(question: AdviceQuestion, known: Consultation): Promise<Consultation> {
  const { advice } = known;
  if (advice.outcome !== "unsatisfiable") return known;
  const { offerFixes } = await import("../loop/offer-fixes.ts");
  const learning = !question.services.configuration.offline;
  const conflict = await offerFixes(question, advice.conflict, learning);
  return { ...known, advice: { ...advice, conflict } };
}

function sizeOf({ project }: AdviceQuestion, { advice }: Consultation): Pick<AdviceRun, "size"> {
  if (advice.outcome !== "locked") return {};
  return { size: { lines: project.requirements.length, pins: advice.product.pins.size } };
}

interface Settled extends SettledLock {
  readonly problem?: string;
}

/** A lock that may not be written is the end of a run, not of the investigator's work. */
function settle(run: AdviceRun, question: AdviceQuestion, { advice }: Consultation): Settled {
  try {
    return settleLock(question, advice, run.purpose === "asked" ? "write" : "dry-run");
  } catch (error) {
    if (!(error instanceof ThothError && error.code === "store-unwritable")) throw error;
    return {
      ...settleLock(question, advice, "dry-run"),
      lock: "not-written",
      problem: error.message,
    };
  }
}

function reportOf(
  question: AdviceQuestion,
  { advice, consulted, notes, pipeline, lockScore }: Consultation,
  lock: AdviceReport["lock"],
): AdviceReport {
  const { services, manifest, runtime } = question;
  const { verify, recommendationType, offline } = services.configuration;
  const now = services.now();
  const policy = policyOutcome(question, advice, { consulted, failOn: undefined });
  return adviceReport({
    ...{ manifest, advice, runtime, lock, consulted, verify, offline, now, startedAt: now },
    recommendationType,
    shown: { manifest: basename(manifest.pipfilePath), lock: basename(manifest.lockPath) },
    knowledge: services.store,
    everyReason: true,
    warnings: [...adviceWarnings(question), ...policy.warnings],
    policy: policy.report,
    ...{ notes, pipeline, lockScore },
    asOf: services.configuration.asOf,
  });
}

function leaveAnswer({ id }: AdviceRun, { services }: AdviceQuestion, json: string): undefined {
  const path = join(services.runs.folder(id), "advice.json");
  try {
    writeAtomic(path, json);
  } catch (error) {
    throw storageError(error, path, "store-unwritable");
  }
}
