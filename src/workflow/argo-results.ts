import type { TaskResult } from "../model/task.ts";
import { ThothError } from "../util/errors.ts";
import { safeText } from "../util/terminal-text.ts";
import type { Ending } from "./argo-watch.ts";
import { neverCode, reportIn, resultOf, unfitCode } from "./task-report.ts";

/**
 * What the end of a workflow means for each of its tasks. "gone": it says nothing of them, since
 * somebody or a time limit deleted it. "unclear": it was killed, and nobody knows by which task.
 */
export function resultsOf(
  ending: Ending,
  { name, tasks }: { readonly name: string; readonly tasks: number },
): readonly TaskResult[] | "gone" | "unclear" {
  const all = (result: TaskResult) => Array.from({ length: tasks }, () => result);
  switch (ending.state) {
    case "gone":
      return "gone";
    case "succeeded":
      return all({ ok: true, follow: [] });
    case "refused": {
      const message = `Argo refuses the workflow \`${name}\`: ${safeText(ending.told)}`;
      const hint =
        "apply templates and limits of this version of Thoth: `kubectl apply -k deploy/argo`";
      return all(failure(new ThothError("cluster-refused", message, { hint })));
    }
    case "ended": {
      if (ending.by === "deadline" && tasks > 1) return "unclear";
      const by = ending.by === "deadline" ? "its deadline" : "somebody";
      return all(failure(new Error(`the workflow \`${name}\` was ended by ${by}`)));
    }
    case "failed":
      return failed(ending, { name, tasks }, all);
  }
}

function failed(
  { exitCode, told }: Extract<Ending, { readonly state: "failed" }>,
  { name, tasks }: { readonly name: string; readonly tasks: number },
  all: (result: TaskResult) => readonly TaskResult[],
): readonly TaskResult[] | "unclear" {
  const report = reportIn(told);
  if (report !== undefined && report.ends.length === tasks)
    return report.ends.map((end) => resultOf(end, { ...report, reason: safeText(report.reason) }));
  if (exitCode === neverCode) return all(resultOf("never", { reason: "" }));
  const code = exitCode === undefined ? "" : `, exit code ${exitCode}`;
  const reason = `the workflow \`${name}\` failed${code}: ${safeText(told)}`;
  if (exitCode === unfitCode) return all(resultOf("unfit", { reason }));
  return tasks > 1 ? "unclear" : all(resultOf("retry", { reason }));
}

/** The result of a task that something thrown ended. */
export function failure(cause: unknown): TaskResult {
  return { ok: false, reason: cause instanceof Error ? cause.message : String(cause), cause };
}
