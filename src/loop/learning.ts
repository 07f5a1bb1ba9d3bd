import pLimit from "p-limit";
import { type Consultation, consult } from "../adviser/advise.ts";
import type { AdviceContext } from "../adviser/context.ts";
import { gapMessage } from "../investigator/gaps.ts";
import { reactionTo } from "../investigator/handlers.ts";
import { investigate } from "../investigator/investigator.ts";
import { messageKey } from "../messaging/message-fields.ts";
import type { Advice } from "../model/advice.ts";
import { type Gap, gapKey } from "../model/gap.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { Message, MessageType } from "../model/message.ts";
import type { Project } from "../model/project.ts";
import { indexUrl } from "../model/release.ts";
import type { Engine } from "../workflow/engine.ts";
import type { Bench } from "./bench.ts";
import { consultUntil, wantedGaps } from "./consulting.ts";
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
  /** How many different stacks; undefined: one. */
  readonly count?: number;
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
  const learning = new Learning(bench, engine, project, options);
  for (;;) {
    const learnt = await learning.round();
    if (learnt !== undefined) return learnt;
  }
}

class Learning {
  private readonly bench: Bench;
  private readonly engine: Engine;
  private readonly options: LearningOptions;
  private readonly context: AdviceContext;
  private readonly verify: boolean;
  private readonly startedAt: number;
  private rounds = 0;
  private failure: unknown;
  /** What the round before asked for. */
  private asked = "";
  /** The same gaps again: another process holds the messages, so do the work here, too. */
  private alone = false;
  /** What is missing to tell whether there is a better stack can't be learnt. */
  private content = false;

  constructor(bench: Bench, engine: Engine, project: Project, options: LearningOptions) {
    this.bench = bench;
    this.engine = engine;
    this.options = options;
    const { services, runtime, ranks } = bench;
    const { recommendationType } = services.configuration;
    const heeded = { heedFailures: options.verify, recommendationType };
    this.context = { project, runtime, ranks, knowledge: services.store, ...heeded };
    this.verify = options.verify && runtime.interpreter !== undefined;
    this.startedAt = services.now();
  }

  /** Advises, and learns what that lacks; undefined: then advise again. */
  async round(): Promise<Learnt | undefined> {
    const { signal } = this.bench.services;
    const { verify, content, failure } = this;
    signal.throwIfAborted();
    this.rounds += 1;
    const asking = { verify, content, count: this.options.count ?? 1 };
    const consultation = await consultUntil(this.context, asking, signal);
    const learnt = { ...consultation, rounds: this.rounds, failure };
    if (this.options.offline) return learnt;
    const { advice } = consultation;
    const gaps = content && advice.outcome === "locked" ? [] : wantedGaps(advice);
    if (gaps.length === 0)
      return isStopped(advice) || (await this.isCurrent(consultation)) ? learnt : undefined;
    return this.goesOn(gaps, advice) ? this.learn(gaps, advice) : learnt;
  }

  /** Whether the lists that advice stands on are current; those that are not are confirmed. */
  private async isCurrent({ consulted }: Consultation): Promise<boolean> {
    // What this run itself confirmed is current, however short the freshness
    const fresh = this.bench.services.now() - this.options.freshnessMs;
    const stale = staleLists(consulted, Math.min(this.startedAt, fresh));
    if (stale.length > 0) await confirm(this.bench, stale);
    return stale.length === 0;
  }

  /** Whether to ask for these: again only once, and by other means. */
  private goesOn(gaps: readonly Gap[], { outcome }: Advice): boolean {
    const keys = gaps.map(gapKey).sort().join("\n");
    const again = keys === this.asked;
    if (again && (this.alone || this.failure !== undefined)) {
      if (outcome !== "locked") return false;
      this.content = true;
    }
    this.alone = again;
    this.asked = keys;
    return true;
  }

  private async learn(gaps: readonly Gap[], advice: Advice): Promise<Learnt | undefined> {
    if (this.content) return undefined;
    if (advice.outcome === "incomplete") this.bench.stack = advice.best;
    try {
      const ask = this.alone ? workAlone : askInvestigator;
      this.failure = await ask(this.bench, this.engine, gaps, this.options);
      return undefined;
    } catch (error) {
      const { aborted } = this.bench.services.signal;
      const best = aborted ? bestSoFar(this.context, this.verify) : undefined;
      if (best === undefined) throw error;
      return { ...best, rounds: this.rounds, failure: this.failure };
    }
  }
}

/** The stack that is at hand once the time is over; undefined: facts are missing for any. */
function bestSoFar(context: AdviceContext, verify: boolean): Consultation | undefined {
  const consultation = consult(context, { verify, content: true, stop: () => true });
  const { advice } = consultation;
  if (advice.outcome !== "locked") return undefined;
  return { ...consultation, advice: { ...advice, stopped: true } };
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

function isStopped(advice: Advice): boolean {
  return advice.outcome === "locked" && advice.stopped === true;
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
