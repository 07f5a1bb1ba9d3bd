import type { Runtime } from "../model/runtime.ts";
import type { Task, TaskResult } from "../model/task.ts";
import type { Services } from "../wiring.ts";
import type { Engine } from "../workflow/engine.ts";
import type { Bench } from "./bench.ts";
import { projectFrontier } from "./frontiers.ts";
import { openBench } from "./open-bench.ts";
import { ownProject } from "./own-project.ts";
import { Reach } from "./reach.ts";
import { type AdviceRunner, benchRunners } from "./runners.ts";
import { chooseRuntime, knownRuntimes } from "./runtime-choice.ts";

/** Interpreters come and go; looking for them takes a while. */
const lookForRuntimesMs = 60_000;
/** Groups that run at the same time share what one of them asks, within so long. */
const mostBenchMs = 5000;

/**
 * The engine of an investigator: tasks may be for any runtime and any index, so each group gets a
 * bench of its runtime.
 */
export function investigatorEngine(services: Services, rerun: AdviceRunner): Engine {
  const benches = new Benches(services);
  return {
    async run(tasks) {
      const results = new Map<Task, TaskResult>();
      for (const [wanted, own] of byRuntime(tasks)) {
        const place = await benches.open(wanted, own);
        const answers =
          "refusal" in place
            ? own.map(() => place.refusal)
            : await services.engine(benchRunners(place.bench, rerun)).run(own);
        for (const [position, task] of own.entries()) {
          const answer = answers[position];
          if (answer !== undefined) results.set(task, answer);
        }
        if (answers.some(({ ok }) => !ok)) benches.forget();
      }
      return tasks.map((task) => results.get(task) ?? notRun(task));
    },
  };
}

type Place = { readonly bench: Bench } | { readonly refusal: TaskResult };

class Benches {
  readonly #services: Services;
  readonly #open = new Map<string, { readonly bench: Bench; readonly at: number }>();
  readonly #reach: Reach;
  #runtimes:
    | { readonly all: readonly Runtime[]; readonly usual: Runtime; readonly at: number }
    | undefined;

  constructor(services: Services) {
    this.#services = services;
    this.#reach = new Reach(services);
  }

  /** A bench for a runtime, "" for the usual one, that reaches the indexes of the tasks. */
  async open(wanted: string, tasks: readonly Task[]): Promise<Place> {
    const { all, usual } = await this.#known();
    const found = wanted === "" ? usual : all.find(({ id }) => id === wanted);
    const { sources, directUrls, runtimes } = await this.#reach.of(tasks, found === undefined);
    const runtime = found ?? runtimes.find(({ id }) => id === wanted);
    const problem = wanted === "" ? undefined : obstacleOn(wanted, runtime);
    if (runtime === undefined || problem !== undefined) {
      const reason = problem ?? "there is no runtime";
      return { refusal: { ok: false, final: true, reason, cause: new Error(reason) } };
    }
    const { configuration, now } = this.#services;
    const before = this.#open.get(runtime.id);
    const age = before === undefined ? Number.POSITIVE_INFINITY : Math.abs(now() - before.at);
    const lasts = Math.min(mostBenchMs, configuration.freshnessMs);
    const project = ownProject([], sources.order);
    if (before !== undefined && age < lasts && before.bench.sources === sources) {
      const { bench } = before;
      const frontier = projectFrontier(bench, project);
      return { bench: { ...bench, directUrls, frontier, stack: undefined } };
    }
    const bench = openBench({ services: this.#services, runtime, sources, project, directUrls });
    this.#open.set(runtime.id, { bench, at: now() });
    return { bench };
  }

  /** A learner also remembers what failed. */
  forget(): void {
    this.#open.clear();
    this.#reach.forget();
  }

  async #known() {
    const { now } = this.#services;
    const before = this.#runtimes;
    if (before !== undefined && Math.abs(now() - before.at) < lookForRuntimesMs) return before;
    const all = await knownRuntimes(this.#services);
    const usual = await chooseRuntime(this.#services, { written: {} });
    this.#runtimes = { all, usual, at: now() };
    return this.#runtimes;
  }
}

/** Why nothing can be installed on a runtime here, however often it is tried. */
function obstacleOn(wanted: string, runtime: Runtime | undefined): string | undefined {
  if (runtime === undefined)
    return `no runtime is called \`${wanted}\` here; \`thoth runtimes\` lists those there are`;
  if (runtime.interpreter !== undefined) return undefined;
  return `\`${wanted}\` has no interpreter on this machine, so nothing can be installed for it`;
}

function notRun(task: Task): TaskResult {
  const reason = `${task.kind} was not run`;
  return { ok: false, reason, cause: new Error(reason) };
}

function byRuntime(tasks: readonly Task[]): ReadonlyMap<string, readonly Task[]> {
  const groups = new Map<string, Task[]>();
  for (const task of tasks) {
    const id = task.kind === "install" ? task.runtime : "";
    const group = groups.get(id);
    if (group === undefined) groups.set(id, [task]);
    else group.push(task);
  }
  return groups;
}
