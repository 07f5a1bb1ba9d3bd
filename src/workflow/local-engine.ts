import type { Task, TaskResult } from "../model/task.ts";
import type { Engine, Runners } from "./engine.ts";

/** Is told when a batch begins; its answer, how many tasks of it succeeded. */
export type OnBatch = (kind: Task["kind"]) => (succeeded: number) => void;

/** The embedded engine: runs tasks in this process, all of a kind together, the kinds in parallel. */
export function localEngine(runners: Runners, onBatch: OnBatch = () => () => {}): Engine {
  return {
    async run(tasks) {
      const groups = new Map<Task["kind"], number[]>();
      for (const [position, task] of tasks.entries()) {
        const group = groups.get(task.kind);
        if (group === undefined) groups.set(task.kind, [position]);
        else group.push(position);
      }
      const results = new Map<number, TaskResult>();
      await Promise.all(
        [...groups].map(async ([kind, positions]) => {
          const some = positions.flatMap((position) => tasks[position] ?? []);
          const ended = onBatch(kind);
          const answers = await runKind(runners, kind, some);
          ended(answers.filter(({ ok }) => ok).length);
          for (const [at, position] of positions.entries()) {
            results.set(position, answers[at] ?? unanswered(kind));
          }
        }),
      );
      return tasks.map((task, position) => results.get(position) ?? unanswered(task.kind));
    },
  };
}

async function runKind<Kind extends Task["kind"]>(
  runners: Runners,
  kind: Kind,
  tasks: readonly Task[],
): Promise<readonly TaskResult[]> {
  type Own = Extract<Task, { readonly kind: Kind }>;
  const own = tasks.filter((task): task is Own => task.kind === kind);
  try {
    return await runners[kind](own);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    return own.map(() => ({ ok: false, reason, cause }));
  }
}

function unanswered(kind: string): TaskResult {
  const reason = `the runner of ${kind} gave no answer`;
  return { ok: false, reason, cause: new Error(reason) };
}
