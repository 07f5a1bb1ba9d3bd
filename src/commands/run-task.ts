import { writeFileSync } from "node:fs";
import { investigatorEngine } from "../loop/investigator-engine.ts";
import { reportOf } from "../loop/task-end.ts";
import { readTasks } from "../loop/task-input.ts";
import type { Task } from "../model/task.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { exitCodeOf, reportText, type TaskReport } from "../workflow/task-report.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { runContinuer } from "./continue-run.ts";
import { withServices } from "./with-services.ts";

/**
 * `thoth run-task`: runs tasks of an investigator in this process, whatever the engine is. What is
 * learnt goes to the knowledge, what follows to the queue, and how it ended into the exit code and
 * the file of `--report`.
 */
export async function runTask(
  { tasks: text, report }: { readonly tasks: string; readonly report: string | undefined },
  context: CommandContext,
): Promise<CommandResult> {
  const tasks = readTasks(text);
  return withServices(context, context.workingDirectory, async (services) => {
    const told = await run(tasks, services, context);
    if (report !== undefined) leave(report, reportText(told));
    const { ends, reason } = told;
    const counts = ends.map((end, position) => `${tasks[position]?.kind}: ${end}\n`).join("");
    const stderr = reason === "" ? "" : `${reason}\n`;
    return { stdout: counts, stderr, exitCode: exitCodeOf(ends) };
  });
}

async function run(
  tasks: readonly Task[],
  services: Services,
  context: CommandContext,
): Promise<TaskReport> {
  const { store, signal } = services;
  const results = await investigatorEngine(services, runContinuer(services, context)).run(tasks);
  signal.throwIfAborted();
  const told = reportOf(tasks, results, store);
  await store.flush();
  const follow = results.flatMap((result) => (result.ok ? result.follow : []));
  // Only what is known for all may be followed up
  if (follow.length > 0) await services.queue().publish(follow, { priority: 1 });
  return told;
}

function leave(path: string, text: string): void {
  try {
    writeFileSync(path, text);
  } catch (cause) {
    throw new ThothError("usage", `--report: \`${path}\` cannot be written`, { cause });
  }
}
