import pLimit from "p-limit";
import { type Consultation, consult } from "../adviser/advise.ts";
import { gapMessage } from "../investigator/gaps.ts";
import { taskOf } from "../investigator/handlers.ts";
import { investigate } from "../investigator/investigator.ts";
import type { MessageQueue } from "../messaging/queue.ts";
import { type Gap, gapKey } from "../model/gap.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { Message } from "../model/message.ts";
import type { Project } from "../model/project.ts";
import type { Engine } from "../workflow/engine.ts";
import type { Bench } from "./bench.ts";

/** How far learning may go. */
export interface LearningOptions {
  readonly verify: boolean;
  /** Nothing is asked, fetched or run: advice from what is known. */
  readonly offline: boolean;
  /** Lists of releases older than this are confirmed before they count, ms. */
  readonly freshnessMs: number;
  /** The message that has the advice run again should this process die in between. */
  readonly trigger: Message;
}

/** The last consultation, and how it came about. */
export interface Learnt extends Consultation {
  readonly rounds: number;
  /** What the gaps that are left failed on; undefined if nothing failed. */
  readonly failure: unknown;
}

/**
 * The heart of Thoth: advise; where knowledge is missing, publish messages, have the investigator
 * handle them, and advise again, until nothing is missing or a round teaches nothing new.
 */
export async function adviseAndLearn(
  bench: Bench,
  engine: Engine,
  project: Project,
  options: LearningOptions,
): Promise<Learnt> {
  const { services, runtime, ranks } = bench;
  const context = {
    project,
    runtime,
    ranks,
    knowledge: services.store,
    heedFailures: options.verify,
  };
  const verify = options.verify && runtime.interpreter !== undefined;
  let asked = "";
  let alone = false;
  let failure: unknown;
  for (let rounds = 1; ; rounds += 1) {
    services.signal.throwIfAborted();
    const consultation = consult(context, { verify });
    const { advice } = consultation;
    if (options.offline) return { ...consultation, rounds, failure };
    if (advice.outcome !== "incomplete") {
      const stale = staleLists(consultation.consulted, services.now() - options.freshnessMs);
      if (stale.length === 0) return { ...consultation, rounds, failure };
      await confirm(bench, stale);
      continue;
    }
    const keys = advice.gaps.map(gapKey).sort().join("\n");
    if (keys === asked && (alone || failure !== undefined)) {
      return { ...consultation, rounds, failure };
    }
    // The same gaps again: another process holds the messages, so do the work here, too
    alone = keys === asked;
    asked = keys;
    bench.stack = advice.best;
    const ask = alone ? workAlone : askInvestigator;
    failure = await ask(bench, engine, advice.gaps, options);
  }
}

/** Messages for all gaps at once; returns what went wrong with those that failed. */
async function askInvestigator(
  bench: Bench,
  engine: Engine,
  gaps: readonly Gap[],
  options: LearningOptions,
): Promise<unknown> {
  const { services } = bench;
  const queue = services.queue();
  services.emit({ type: "stage", stage: stageOf(gaps), detail: counted(gaps) });
  await queue.publish([...messagesOf(gaps), options.trigger], { priority: 0 });
  const { failures } = await investigate({
    queue,
    engine,
    signal: services.signal,
    flush: () => services.store.flush(),
    // Advice is run again by who waits for it; a trigger is for `thoth investigate` if that died
    accept: ({ type }) => type !== "adviser_trigger",
  });
  return failures[0]?.cause;
}

async function workAlone(bench: Bench, engine: Engine, gaps: readonly Gap[]): Promise<unknown> {
  const tasks = messagesOf(gaps).map((message) => taskOf(message.type, message));
  const results = await engine.run(tasks);
  await bench.services.store.flush();
  for (const result of results) if (!result.ok) return result.cause;
  return undefined;
}

/** Takes back the trigger of a run that came to its end here. */
export async function endRun(queue: MessageQueue, trigger: Message): Promise<void> {
  const own = await queue.claim(1, { accept: (message) => isSame(message, trigger) });
  await queue.ack(own.map(({ id }) => id));
}

function messagesOf(gaps: readonly Gap[]): readonly Message[] {
  return [...new Map(gaps.map((gap) => [gapKey(gap), gapMessage(gap)])).values()];
}

function counted(gaps: readonly Gap[]): string {
  return gaps.length === 1 ? "1 fact" : `${gaps.length} facts`;
}

function isSame(message: Message, trigger: Message): boolean {
  return (
    message.type === "adviser_trigger" &&
    trigger.type === "adviser_trigger" &&
    message.re_run_adviser_id === trigger.re_run_adviser_id
  );
}

function stageOf(gaps: readonly Gap[]): string {
  return gaps.every(({ missing }) => missing === "installed") ? "verifying" : "learning";
}

function staleLists(lists: readonly ReleaseList[], limit: number): readonly ReleaseList[] {
  return lists.filter(({ checkedAt }) => checkedAt < limit);
}

/** Asks the index whether what is known of these packages still holds, all in one round. */
async function confirm(bench: Bench, lists: readonly ReleaseList[]): Promise<void> {
  bench.services.emit({ type: "stage", stage: "confirming", detail: `${lists.length} packages` });
  await pLimit(64).map(lists, ({ name, index }) => bench.learner.releases(name, index));
  await bench.services.store.flush();
}
