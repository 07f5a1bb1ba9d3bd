import pLimit from "p-limit";
import type { Message, MessageType } from "../model/message.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { learnPage, type PageLearnt } from "../solver/learn-page.ts";
import type { PageChanges } from "../solver/page-changes.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { announceChanges } from "./announce-changes.ts";
import type { RefreshTarget } from "./refresh-targets.ts";

/** A page that could not be had. */
export interface FailedPage {
  readonly name: PackageName;
  readonly index: IndexUrl;
  readonly reason: string;
}

/** An index that answered nothing, or nothing any more. */
export interface DownIndex {
  readonly index: IndexUrl;
  readonly reason: string;
  /** Packages not asked for any more. */
  readonly left: number;
}

export type MessageCounts = Readonly<Partial<Record<MessageType, number>>>;

/** Pages asked for at once; the client makes fewer connections, and keeps them busy. */
const atOnce = 32;
/** Failures in a row after which an index is asked no more. */
const mostFailures = 3;
const flushEveryMs = 2_000;

/** One round of questions to indexes, and what is queued for what it shows. */
export class RefreshRound {
  readonly changes: PageChanges[] = [];
  readonly messages: Message[] = [];
  readonly failed: FailedPage[] = [];
  asked = 0;
  notModified = 0;
  firstSeen = 0;
  readonly #services: Services;
  readonly #health = new Map<IndexUrl, IndexHealth>();
  #flushedAt: number;

  constructor(services: Services) {
    this.#services = services;
    this.#flushedAt = services.now();
  }

  async ask(targets: readonly RefreshTarget[]): Promise<void> {
    let done = 0;
    await pLimit(atOnce).map([...targets], async (target) => {
      await this.#askOne(target);
      done += 1;
      const { name } = target;
      const progress = { stage: "refreshing", done, total: targets.length, current: name };
      this.#services.emit({ type: "progress", ...progress });
    });
  }

  down(): readonly DownIndex[] {
    return [...this.#health].flatMap(([index, { answers, failures, reason, left }]) => {
      const isDown = failures >= mostFailures || (answers === 0 && failures > 0);
      return isDown ? [{ index, reason, left }] : [];
    });
  }

  queued(): MessageCounts {
    const counts: Partial<Record<MessageType, number>> = {};
    for (const { type } of this.messages) counts[type] = (counts[type] ?? 0) + 1;
    return counts;
  }

  async #askOne({ name, source }: RefreshTarget): Promise<void> {
    const { store, signal } = this.#services;
    signal.throwIfAborted();
    const health = this.#healthOf(source.url);
    if (health.failures >= mostFailures) {
      health.left += 1;
      return;
    }
    const first = store.releases(name, source.url) === undefined;
    this.asked += 1;
    try {
      const { kind, changes } = await this.#learn(name, source);
      health.answers += 1;
      health.failures = 0;
      if (kind === "not-modified") this.notModified += 1;
      if (first) this.firstSeen += 1;
      if (changes !== undefined) this.changes.push(changes);
    } catch (error) {
      if (signal.aborted || !isOfIndex(error)) throw error;
      health.failures += 1;
      health.reason = error.message;
      this.failed.push({ name, index: source.url, reason: error.message });
    }
    await this.#flushNowAndThen();
  }

  #learn(name: RefreshTarget["name"], source: RefreshTarget["source"]): Promise<PageLearnt> {
    const onChanges = async (changes: PageChanges) => {
      this.messages.push(...(await announceChanges(this.#services, changes, "all")));
    };
    return learnPage({ ...this.#services, onChanges }, source, name);
  }

  /** So that a kill costs seconds of work, not all of it. */
  async #flushNowAndThen(): Promise<void> {
    const { now, store } = this.#services;
    if (now() - this.#flushedAt < flushEveryMs) return;
    this.#flushedAt = now();
    await store.flush();
  }

  #healthOf(index: IndexUrl): IndexHealth {
    const health = this.#health.get(index) ?? { answers: 0, failures: 0, reason: "", left: 0 };
    this.#health.set(index, health);
    return health;
  }
}

interface IndexHealth {
  answers: number;
  /** In a row, up to now. */
  failures: number;
  /** Of the last of them. */
  reason: string;
  /** Packages not asked for any more. */
  left: number;
}

/** What is wrong with an index or its answer, as opposed to our store, queue or disk. */
function isOfIndex(error: unknown): error is ThothError {
  return error instanceof ThothError && indexCodes.has(error.code);
}

const indexCodes: ReadonlySet<ThothError["code"]> = new Set<ThothError["code"]>([
  "index-unreachable",
  "index-refused",
  "index-garbage",
  "time-limit",
]);
