import type { Task, TaskResult } from "../model/task.ts";

/** Where tasks run. Results in the order of the tasks; a task that fails spoils no other. */
export interface Engine {
  run(tasks: readonly Task[]): Promise<readonly TaskResult[]>;
  /** Tasks that it was given and did not start yet; an engine in this process starts all at once. */
  pending?(): Promise<number>;
}

type TaskOf<Kind extends Task["kind"]> = Extract<Task, { readonly kind: Kind }>;

/** Runs all tasks of one kind that arrive together; many are cheaper at once than one by one. */
export type Runners = {
  readonly [Kind in Task["kind"]]: (
    tasks: readonly TaskOf<Kind>[],
  ) => Promise<readonly TaskResult[]>;
};
