import pLimit from "p-limit";
import { type Consultation, consult } from "../adviser/advise.ts";
import { gapMessage } from "../investigator/gaps.ts";
import { reactionTo } from "../investigator/handlers.ts";
import { investigate } from "../investigator/investigator.ts";
import { messageKey } from "../messaging/message-fields.ts";
import { type Gap, gapKey } from "../model/gap.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { Message, MessageType } from "../model/message.ts";
import type { Project } from "../model/project.ts";
import { indexUrl } from "../model/release.ts";
import type { Engine } from "../workflow/engine.ts";
import type { Bench } from "./bench.ts";
import type { RunTrigger } from "./run-trigger.ts";

/** How far learning may go. */
export interface LearningOptions {
  readonly verify: boolean;
  /** Nothing is asked, fetched or run: advice from what is known. */
  readonly offline: boolean;
  /** Lists of releases older than this are confirmed before they count, ms. */
  readonly freshnessMs: number;
  /** Has the advice run again should this process die in between; undefined if nothing should. */
  readonly trigger: RunTrigger | undefined;
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
    recommendationType: services.configuration.recommendationType,
  };
  const verify = options.verify && runtime.interpreter !== undefined;
  const startedAt = services.now();
  let asked = "";
  let alone = false;
  let failure: unknown;
  for (let rounds = 1; ; rounds += 1) {
    services.signal.throwIfAborted();
    const consultation = consult(context, { verify });
    const { advice } = consultation;
    if (options.offline) return { ...consultation, rounds, failure };
    if (advice.outcome !== "incomplete") {
      // What this run itself confirmed is current, however short the freshness
      const limit = Math.min(startedAt, services.now() - options.freshnessMs);
      const stale = staleLists(consultation.consulted, limit);
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
  const own = messagesOf(gaps);
  await queue.publish(own, { priority: 0 });
  await options.trigger?.publish(queue);
  const keys = new Set(own.map(messageKey));
  const { failures } = await investigate({
    queue,
    engine,
    signal: services.signal,
    flush: () => services.store.flush(),
    accept: (message) => keys.has(messageKey(message)) || isFollowUp(message, bench),
  });
  return failures[0]?.cause;
}

/**
 * What learning here gives rise to. Questions of other runs may be for another runtime or need
 * credentials that are not at hand, and triggers are for who outlives their run: both are left to
 * `thoth investigate`.
 */
function isFollowUp(message: Message, { sources }: Bench): boolean {
  if (!followUps.has(message.type)) return false;
  return "index_url" in message && sources.byUrl.has(indexUrl(message.index_url));
}

const followUps: ReadonlySet<MessageType> = new Set<MessageType>([
  "solved_package",
  "si_unanalyzed_package",
  "update_provides_source_distro",
  "missing_version",
  "missing_package",
]);

async function workAlone(bench: Bench, engine: Engine, gaps: readonly Gap[]): Promise<unknown> {
  const reactions = messagesOf(gaps).map((message) => reactionTo(message.type, message));
  const tasks = reactions.flatMap((reaction) => (reaction.kind === "park" ? [] : [reaction]));
  const results = await engine.run(tasks);
  await bench.services.store.flush();
  for (const result of results) if (!result.ok) return result.cause;
  return undefined;
}

function messagesOf(gaps: readonly Gap[]): readonly Message[] {
  return [...new Map(gaps.map((gap) => [gapKey(gap), gapMessage(gap)])).values()];
}

function counted(gaps: readonly Gap[]): string {
  return gaps.length === 1 ? "1 fact" : `${gaps.length} facts`;
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
