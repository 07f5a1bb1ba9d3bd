import type { AdviceReport, ReportedConflict, ReportedRun } from "../model/advice-report.ts";
import { adviceCounts } from "./advice-counts.ts";
import { jsonDocument } from "./json-document.ts";

/**
 * One advice as JSON (`schemas/thoth.advice.schema.json`). Keys are sorted and times stand only
 * under `meta`, so that two runs on the same knowledge differ nowhere else.
 */
export function adviceJson(report: AdviceReport, thothVersion: string): string {
  const { project, runtime, pins, lock, verify, warnings, gaps, conflict, outcome, run } = report;
  const { recommendationType, justifications, policy, notes, pipeline } = report;
  const { oldestMs, ...knowledge } = report.knowledge;
  return jsonDocument({
    schema: "thoth.advice",
    version: "1.4",
    outcome,
    project,
    runtime,
    pins,
    lock,
    verify,
    recommendationType,
    score: report.score,
    others: report.others,
    justifications,
    warnings,
    gaps,
    conflict: conflict === undefined ? undefined : told(conflict),
    policy,
    notes,
    pipeline,
    knowledge,
    counts: adviceCounts(report),
    meta: {
      thothVersion,
      startedAt: report.startedAt,
      durationMs: Math.round(report.durationMs),
      run: run === undefined ? undefined : runMembers(run),
      knowledgeOldestMs: oldestMs === undefined ? undefined : Math.round(oldestMs),
    },
  });
}

function runMembers({ id, estimate }: ReportedRun) {
  const { facts, further, ahead, ms, unknown } = estimate;
  return {
    id,
    facts,
    further,
    ahead,
    estimateMs: ms === undefined ? undefined : Math.round(ms),
    unknown,
  };
}

// Only what the schema names: a conflict as the adviser gives it says more.
function told(conflict: ReportedConflict): ReportedConflict {
  const { message, lines, story, fixes, remedies, untried } = conflict;
  return {
    ...{ message, lines, story, fixes },
    ...(remedies === undefined ? {} : { remedies }),
    ...(untried === undefined ? {} : { untried }),
  };
}
