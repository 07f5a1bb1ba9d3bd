import { gapMessage } from "../investigator/gaps.ts";
import { investigate } from "../investigator/investigator.ts";
import { messageKey } from "../messaging/message-fields.ts";
import type { Event } from "../model/event.ts";
import { type Gap, gapKey } from "../model/gap.ts";
import { durationText } from "../reports/wording.ts";
import { Frontier } from "../solver/frontier.ts";
import type { Services } from "../wiring.ts";
import type { Engine } from "../workflow/engine.ts";
import type { Bench } from "./bench.ts";
import { learnGaps } from "./learn-gaps.ts";
import { type BenchOptions, openBench } from "./open-bench.ts";
import { benchRunners } from "./runners.ts";
import type { ByteBudget } from "./warm-budget.ts";

/** What is to be learnt ahead, as far as what is known now tells. */
export interface Ahead {
  /** What is missing to go on; nothing once all is known. */
  readonly look: () => Promise<readonly Gap[]>;
  /** How many releases are known. */
  readonly known: () => number;
}

/** How the warming of one runtime ended. */
export interface Warmed {
  /** What is still unknown; nothing, if all went well. */
  readonly missing: readonly Gap[];
  /** The next fact would have exceeded the budget. */
  readonly overBudget: boolean;
}

/** Facts asked for together: what is learnt is on disk after each such batch. */
const batch = 512;
/** Builds take seconds each. */
const buildBatch = 8;
/** After who waits for advice, before refreshing. */
const priority = 5;

/**
 * The learning loop run ahead of advice: messages for every fact that is in reach, handled here by
 * the investigator, until all is known. A process that dies leaves its messages to
 * `thoth investigate`; the next one goes on from what is known. Throws what the index failed with.
 */
export async function warm(
  options: BenchOptions,
  ahead: Ahead,
  budget: ByteBudget,
): Promise<Warmed> {
  const { services } = options;
  const progress = new WarmProgress(services);
  const bench = warmBench(options, () => progress.learnt());
  const engine = services.engine(benchRunners(bench));
  let asked = "";
  let direct = false;
  for (;;) {
    services.signal.throwIfAborted();
    const missing = await ahead.look();
    if (missing.length === 0) return { missing, overBudget: false };
    const keys = missing.map(gapKey).sort().join("\n");
    if (keys === asked && direct) return { missing, overBudget: false };
    // The same again: another process has the messages in hand, so do the work here, too
    direct = keys === asked;
    asked = keys;
    progress.found(ahead.known(), missing.length);
    for (const gaps of batches(missing)) {
      const affordable = budget.afford(gaps);
      if (affordable.length === 0) return { missing: await ahead.look(), overBudget: true };
      await learn(bench, engine, affordable, direct);
      // The others when it is known what these took
      if (affordable.length < gaps.length) break;
    }
  }
}

/** Learns lists of releases alone, as far as metadata that is known leads to them. */
export async function learnLists(options: BenchOptions, ahead: Ahead): Promise<Warmed> {
  const { services } = options;
  const bench = warmBench(options, () => {});
  const asked = new Set<string>();
  for (;;) {
    const missing = await ahead.look();
    const lists = missing.filter((gap) => gap.missing === "releases" && !asked.has(gapKey(gap)));
    if (lists.length === 0) return { missing, overBudget: false };
    for (const gap of lists) asked.add(gapKey(gap));
    services.emit({ type: "stage", stage: "looking", detail: `${lists.length} packages` });
    await learnGaps(bench, lists);
    await services.store.flush();
  }
}

/** A bench that learns what it is told to and nothing ahead of it: `Ahead` knows what is next. */
function warmBench(options: BenchOptions, onLearnt: () => void): Bench {
  const { services } = options;
  const emit = (event: Event) => (event.type === "learnt" ? onLearnt() : services.emit(event));
  const bench = openBench({ ...options, services: { ...services, emit } });
  const nowhere = { indexes: [], tied: new Map(), preferred: new Map(), allowPrereleases: false };
  bench.frontier = new Frontier(bench.learner, nowhere);
  return bench;
}

/** How far it is, and how long it will take at least: what is learnt leads to more. */
class WarmProgress {
  private readonly services: Services;
  private phase = { startedAt: 0, count: 0, done: 0, total: 0 };
  /** ms, of the last phase that tells: builds take longer than what is read. */
  private perFact: number | undefined;

  constructor(services: Services) {
    this.services = services;
  }

  found(known: number, missing: number): void {
    this.phase = { startedAt: this.services.now(), count: 0, done: known, total: known + missing };
    this.tell();
  }

  learnt(): void {
    const { phase } = this;
    phase.count += 1;
    if (phase.count >= 5) this.perFact = (this.services.now() - phase.startedAt) / phase.count;
    this.tell();
  }

  private tell(): void {
    const { done: before, count, total } = this.phase;
    const done = Math.min(total, before + count);
    const left = this.perFact === undefined ? undefined : this.perFact * (total - done);
    const current = left === undefined ? "facts" : `facts, at least ${durationText(left)} left`;
    this.services.emit({ type: "progress", stage: "warming", done, total, current });
  }
}

/** What is read comes first, so that it is not kept waiting by what must be built. */
function batches(gaps: readonly Gap[]): readonly (readonly Gap[])[] {
  const read = gaps.filter((gap) => !needsBuild(gap));
  return read.length > 0 ? chunks(read, batch) : chunks(gaps, buildBatch).slice(0, 1);
}

function needsBuild(gap: Gap): boolean {
  if (gap.missing === "metadata") return !gap.filename.endsWith(".whl");
  return gap.missing === "source";
}

function chunks(gaps: readonly Gap[], size: number): readonly (readonly Gap[])[] {
  const made: (readonly Gap[])[] = [];
  for (let at = 0; at < gaps.length; at += size) made.push(gaps.slice(at, at + size));
  return made;
}

async function learn(
  bench: Bench,
  engine: Engine,
  gaps: readonly Gap[],
  direct: boolean,
): Promise<void> {
  const { services } = bench;
  if (direct) {
    await learnGaps(bench, gaps);
    await services.store.flush();
    return;
  }
  const queue = services.queue();
  const messages = gaps.map(gapMessage);
  await queue.publish(messages, { priority });
  const keys = new Set(messages.map(messageKey));
  const { failures } = await investigate({
    queue,
    engine,
    signal: services.signal,
    flush: () => services.store.flush(),
    accept: (message) => keys.has(messageKey(message)),
  });
  const [first] = failures;
  if (first !== undefined) throw first.cause;
}
