import type { Runtime } from "../model/runtime.ts";
import type { Task, TaskResult } from "../model/task.ts";
import type { Services } from "../wiring.ts";
import type { Engine } from "../workflow/engine.ts";
import type { Bench } from "./bench.ts";
import { projectFrontier } from "./frontiers.ts";
import { openBench } from "./open-bench.ts";
import { ownProject } from "./own-project.ts";
import { indexOf, Reach } from "./reach.ts";
import { type AdviceRunner, benchRunners } from "./runners.ts";
import { chooseRuntime, knownRuntimes } from "./runtime-choice.ts";

/** Interpreters come and go; looking for them takes a while. */
const lookForRuntimesMs = 60_000;
/** Groups that run at the same time share what one of them asks, within so long. */
const mostBenchMs = 5000;

/**
 * The engine of an investigator: tasks may be for any runtime and any index, so each group gets a
 * bench of its runtime that asks the indexes which belong to its own, and no others.
 */
export function investigatorEngine(services: Services, rerun: AdviceRunner): Engine {
  const benches = new Benches(services);
  return {
    async run(tasks) {
      const results = new Map<Task, TaskResult>();
      for (const own of groupsOf(tasks)) {
        const place = await benches.open(own);
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

  /** A bench for tasks of one runtime and one index. */
  async open(tasks: readonly [Task, ...Task[]]): Promise<Place> {
    const wanted = runtimeOf(tasks[0]);
    const { all, usual } = await this.#known();
    const found = wanted === "" ? usual : all.find(({ id }) => id === wanted);
    const { sources, directUrls, runtimes } = await this.#reach.of(tasks[0], found === undefined);
    const runtime = found ?? runtimes.find(({ id }) => id === wanted);
    const problem = wanted === "" ? undefined : obstacleOn(wanted, runtime);
    if (runtime === undefined || problem !== undefined) {
      const reason = problem ?? "there is no runtime";
      return { refusal: { ok: false, final: true, reason, cause: new Error(reason) } };
    }
    const { configuration, now } = this.#services;
    const key = [runtime.id, ...sources.order].join(" ");
    const before = this.#open.get(key);
    const age = before === undefined ? Number.POSITIVE_INFINITY : Math.abs(now() - before.at);
    const lasts = Math.min(mostBenchMs, configuration.freshnessMs);
    const project = ownProject([], sources.order);
    if (before !== undefined && age < lasts && before.bench.sources === sources) {
      const { bench } = before;
      const frontier = projectFrontier(bench, project);
      return { bench: { ...bench, directUrls, frontier, stack: undefined } };
    }
    const bench = openBench({ services: this.#services, runtime, sources, project, directUrls });
    this.#open.set(key, { bench, at: now() });
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

/** Tasks for one runtime and one index, together. */
function groupsOf(tasks: readonly Task[]): Iterable<readonly [Task, ...Task[]]> {
  const groups = new Map<string, [Task, ...Task[]]>();
  for (const task of tasks) {
    const key = `${runtimeOf(task)} ${indexOf(task) ?? ""}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [task]);
    else group.push(task);
  }
  return groups.values();
}

/** "" where the usual runtime will do. */
function runtimeOf(task: Task): string {
  return task.kind === "install" ? task.runtime : "";
}
