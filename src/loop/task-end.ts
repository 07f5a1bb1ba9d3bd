import { failedByItself } from "../model/knowledge.ts";
import type { Task, TaskResult } from "../model/task.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { ThothError } from "../util/errors.ts";
import type { TaskEnd, TaskReport } from "../workflow/task-report.ts";

/** How tasks ended that this process ran, for whoever waits for it elsewhere. */
export function reportOf(
  tasks: readonly Task[],
  results: readonly TaskResult[],
  store: KnowledgeStore,
): TaskReport {
  const ends = tasks.map((task, position) => endOf(task, results[position], store));
  const worst = results.find((result) => !result.ok);
  if (worst === undefined || worst.ok) return { ends, reason: "" };
  const { reason, cause } = worst;
  return { ends, reason, code: cause instanceof ThothError ? cause.code : undefined };
}

function endOf(task: Task, result: TaskResult | undefined, store: KnowledgeStore): TaskEnd {
  if (result?.ok !== true) return result?.final === true ? "unfit" : "retry";
  return isNever(task, store) ? "never" : "done";
}

/** Whether what was learnt is that it can't be had. */
function isNever(task: Task, store: KnowledgeStore): boolean {
  if (task.kind === "install") {
    return failedByItself(store.installed(task.release, task.runtime));
  }
  return (
    task.kind === "learn-releases" && store.releases(task.name, task.index)?.absent !== undefined
  );
}
