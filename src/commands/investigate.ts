import { type Investigation, investigate } from "../investigator/investigator.ts";
import { indexSources } from "../loop/index-sources.ts";
import { openBench } from "../loop/open-bench.ts";
import { ownProject } from "../loop/own-project.ts";
import { benchRunners } from "../loop/runners.ts";
import { chooseRuntime, knownRuntimes } from "../loop/runtime-choice.ts";
import { withIndexes } from "../loop/standalone.ts";
import type { AdviserTrigger, Message } from "../model/message.ts";
import type { Task, TaskResult } from "../model/task.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderInvestigation } from "../reports/results.ts";
import { pause } from "../util/pause.ts";
import type { Services } from "../wiring.ts";
import type { Engine } from "../workflow/engine.ts";
import { adviseProject } from "./advise.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

/** How often `--follow` looks into an empty queue, ms. */
const lookAgainMs = 500;

/** `thoth investigate`: handles what waits, for all projects; `follow` goes on until stopped. */
export async function runInvestigate(
  follow: boolean,
  context: CommandContext,
): Promise<CommandResult> {
  const startedAt = Date.now();
  return withServices(context, context.workingDirectory, async (services) => {
    const engine = investigatorEngine(services, context);
    let total: Investigation = { handled: 0, failures: [] };
    do {
      const { queue, signal, store } = services;
      const drained = await investigate({
        queue: queue(),
        engine,
        signal,
        flush: () => store.flush(),
      });
      total = {
        handled: total.handled + drained.handled,
        failures: [...total.failures, ...drained.failures],
      };
      if (follow && drained.handled === 0) await pause(lookAgainMs, signal);
    } while (follow && !services.signal.aborted);
    return reported(total, services, context, Date.now() - startedAt);
  });
}

async function reported(
  total: Investigation,
  services: Services,
  context: CommandContext,
  durationMs: number,
): Promise<CommandResult> {
  const { ready, leased } = await services.queue().stats();
  const dead = (await services.queue().deadLetters()).map(({ message, reason }) => ({
    message: nameOf(message),
    reason,
  }));
  const result = {
    handled: total.handled,
    retried: total.failures.length,
    dead,
    waiting: ready + leased,
    durationMs,
  };
  const stdout = context.json
    ? jsonDocument({ schema: "thoth.investigation", version: "1.0", ...result })
    : renderInvestigation(result, { columns: context.columns, color: context.color.stdout });
  return { stdout, stderr: "", exitCode: total.failures.length > 0 ? 3 : 0 };
}

function nameOf(message: Message): string {
  return "package_name" in message ? `${message.type} ${message.package_name}` : message.type;
}

/** Messages may be for any runtime and any index: a bench for each that tasks need. */
function investigatorEngine(services: Services, context: CommandContext): Engine {
  const rerun = async ({ project, runtime, dev, re_run_adviser_id }: AdviserTrigger) => {
    const flags = {
      directory: project,
      check: false,
      dryRun: false,
      upgrade: false,
      upgradePackages: [],
      dev,
      triggeredBy: re_run_adviser_id ?? undefined,
    };
    const own = runtime === null ? context : { ...context, flags: { ...context.flags, runtime } };
    await adviseProject(flags, own);
  };
  return {
    async run(tasks: readonly Task[]): Promise<readonly TaskResult[]> {
      const sources = withIndexes(await indexSources([], services), tasks.flatMap(indexOf));
      const runtimes = await knownRuntimes(services);
      const fallback = await chooseRuntime(services, { written: {} });
      const results = new Map<Task, TaskResult>();
      for (const [id, own] of byRuntime(tasks)) {
        const runtime = runtimes.find((one) => one.id === id) ?? fallback;
        const project = ownProject([], sources.order);
        const bench = openBench({ services, runtime, sources, project });
        const answers = await services.engine(benchRunners(bench, rerun)).run(own);
        for (const [position, task] of own.entries()) {
          const answer = answers[position];
          if (answer !== undefined) results.set(task, answer);
        }
      }
      return tasks.map((task) => results.get(task) ?? notRun(task));
    },
  };
}

function notRun(task: Task): TaskResult {
  const reason = `${task.kind} was not run`;
  return { ok: false, reason, cause: new Error(reason) };
}

function indexOf(task: Task): readonly string[] {
  if ("release" in task) return [task.release.index];
  return "index" in task ? [task.index] : [];
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
