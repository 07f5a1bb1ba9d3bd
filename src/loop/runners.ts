import { named, sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import { sourceFilename } from "../model/knowledge.ts";
import type { AdviserTrigger, Message } from "../model/message.ts";
import { releaseText } from "../model/release.ts";
import { done, type Task, type TaskResult } from "../model/task.ts";
import type { Frontier } from "../solver/frontier.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { Runners } from "../workflow/engine.ts";
import { affectedTriggers, causeOf, missingPackage } from "./affected.ts";
import type { Bench } from "./bench.ts";
import { checkTriggered } from "./check-project.ts";
import { installReleases } from "./installs.ts";
import { startMetadata, startReleases } from "./learn-gaps.ts";
import { learnSource } from "./learn-source.ts";
import { isNewToProjects, newReleaseTriggers } from "./new-releases.ts";
import { noteHashes } from "./note-hashes.ts";
import { noSourceDistribution, scanRelease } from "./scan.ts";
import { isUnscanned } from "./scan-files.ts";
import { solveEverywhere } from "./solve-everywhere.ts";
import { takeInspection } from "./take-inspection.ts";
import { releaseFacts, usedRuntimes } from "./used-runtimes.ts";

type TaskOf<Kind extends Task["kind"]> = Extract<Task, { readonly kind: Kind }>;

/** Has the advices go on that triggers ask for; results in their order. */
export type AdviceRunner = (triggers: readonly AdviserTrigger[]) => Promise<readonly TaskResult[]>;

/** Whoever learns for one advice leaves the others to the investigator. */
async function notHere(): Promise<never> {
  throw new Error("advice does not run advice");
}

/** What the embedded engine does for each kind of task, on one bench. */
export function benchRunners(bench: Bench, rerun: AdviceRunner = notHere): Runners {
  const { services } = bench;
  const { store } = services;
  return {
    "learn-releases": (tasks) => outcomes(startReleases(bench, tasks), bench.frontier),
    "learn-metadata": (tasks) => outcomes(startMetadata(bench, tasks), bench.frontier),
    "learn-source": each(({ name, key }) => silently(learnSource(bench, name, key))),
    install: async (tasks) => {
      const own = tasks.filter(({ runtime }) => runtime === bench.runtime.id);
      const releases = own.map(({ release }) => release);
      const thrown = await installReleases(bench, releases);
      return tasks.map((task): TaskResult => installed(bench, task, thrown));
    },
    "si-scan": each(async ({ release }) => (await scanRelease(bench, release)).follow),
    "note-vanished": each(async ({ release }) => {
      if (releaseFacts(store, release)?.vanished === undefined)
        store.putVanished(release, new Date(services.now()).toISOString());
      return affectedTriggers(services, causeOf("missing-version", release));
    }),
    "note-absent": each(async ({ name, index }) => {
      if (store.releases(name, index)?.absent === undefined)
        store.putAbsent(name, index, "the index no longer has it", services.now());
      return affectedTriggers(services, missingPackage(name, index));
    }),
    "note-source-distribution": each(async ({ release, value }) => {
      const known = store.security(release, sourceFilename(release));
      if (!value && known === undefined)
        store.putSecurity(release, noSourceDistribution(services, release));
      return [];
    }),
    "consider-release": each(async ({ release }) => {
      const { package_name, package_version } = named(release);
      const wanted = services.configuration.security;
      const scan = wanted && isUnscanned(store, release, services.now());
      return [
        ...(scan ? [createMessage("si_unanalyzed_package", sender, named(release))] : []),
        ...(isNewToProjects(services, release)
          ? [createMessage("unrevsolved_package", sender, { package_name, package_version })]
          : []),
      ];
    }),
    "check-provenance": each(({ trigger }) => silently(checkTriggered(trigger, services))),
    advise: (tasks) => rerun(tasks.map(({ trigger }) => trigger)),
    "solve-everywhere": async (tasks) => {
      const used = await usedRuntimes(services);
      return each<TaskOf<"solve-everywhere">>(({ release }) =>
        solveEverywhere(bench, release, used),
      )(tasks);
    },
    "note-hashes": async (tasks) => {
      const used = await usedRuntimes(services);
      return each<TaskOf<"note-hashes">>((task) => noteHashes(bench, task, used))(tasks);
    },
    "warn-projects": each(async ({ release }) =>
      affectedTriggers(services, causeOf("advisory", release)),
    ),
    "take-inspection": async (tasks) => tasks.map((task) => inspectionTaken(services, task)),
    revsolve: each(async ({ name, version }) => newReleaseTriggers(services, name, version)),
  };
}

function inspectionTaken(services: Services, task: TaskOf<"take-inspection">): TaskResult {
  try {
    return takeInspection(services, task);
  } catch (cause) {
    return failure(cause);
  }
}

function installed(
  bench: Bench,
  task: TaskOf<"install">,
  thrown: ReadonlyMap<string, unknown>,
): TaskResult {
  const key = releaseText(task.release);
  if (task.runtime === bench.runtime.id && thrown.has(key)) return failure(thrown.get(key));
  const fact = bench.services.store.installed(task.release, task.runtime);
  if (fact !== undefined) {
    const fields = { ...named(task.release), solver: task.runtime };
    return { ok: true, follow: [createMessage("solved_package", sender, fields)] };
  }
  const reason = `${task.release.name} ${task.release.version} was not tried on ${task.runtime}`;
  return { ok: false, reason, cause: new Error(reason) };
}

/** Work that gives rise to no messages. */
async function silently(work: Promise<void>): Promise<readonly Message[]> {
  await work;
  return [];
}

/** What came of work that was started together; a failure of one is that one's alone. */
async function outcomes(
  started: readonly Promise<void>[],
  frontier: Frontier,
): Promise<readonly TaskResult[]> {
  const settled = await Promise.allSettled(started);
  try {
    await frontier.settled();
  } catch (error) {
    // A guess that failed is no task; who needs it asks for it
    if (!(error instanceof ThothError)) throw error;
  }
  return settled.map((one) => (one.status === "fulfilled" ? done : failure(one.reason)));
}

/** A runner that does tasks one by one; a failure is that task's alone. */
function each<One>(run: (task: One) => Promise<readonly Message[]>) {
  return async (tasks: readonly One[]): Promise<readonly TaskResult[]> => {
    const results: TaskResult[] = [];
    for (const task of tasks) {
      try {
        results.push({ ok: true, follow: await run(task) });
      } catch (cause) {
        results.push(failure(cause));
      }
    }
    return results;
  };
}

function failure(cause: unknown): TaskResult {
  return { ok: false, reason: cause instanceof Error ? cause.message : String(cause), cause };
}
