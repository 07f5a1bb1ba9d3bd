import { join } from "node:path";
import type { Message, MessageType } from "../model/message.ts";
import { removeLeftovers, storageError } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { liveness, type ProcessIdentity, processExists } from "../util/process-identity.ts";
import { acquireLock, LockTimeoutError } from "../util/process-lock.ts";
import { Journal } from "./journal.ts";
import type {
  ClaimOptions,
  Delivery,
  ListOptions,
  MessageQueue,
  QueuedMessage,
  QueueStats,
} from "./queue.ts";
import {
  deadLettersOf,
  listOf,
  planAck,
  planBury,
  planClaim,
  planDrop,
  planExtend,
  planPause,
  planPublish,
  planReject,
  planRelease,
  planRetry,
  type QueueSurroundings,
  type QueueWorld,
  queueRules,
  stateOf,
  unsettledOf,
} from "./queue-rules.ts";
import type { QueueOperation } from "./queue-state.ts";

// Every call is over in milliseconds; whoever holds the lock longer was stopped.
const lockTimeoutMs = 30_000;

/**
 * A queue in a folder, shared by all processes of this machine, that survives kill -9: each call
 * is one line of a journal, on disk when the call resolves (not synced: messages lost in a power
 * cut are asked for again by the next advice). What a process held that died is delivered again
 * at once. Opening touches nothing. Calls throw `queue-unusable` or `disk-full`.
 */
export function openLocalQueue(folder: string, surroundings: QueueSurroundings = {}): MessageQueue {
  return new LocalQueue(folder, surroundings);
}

/** What a call does to the queue, and what it answers. */
interface Step<Answer> {
  readonly operations: readonly QueueOperation[];
  readonly answer: Answer;
}

class LocalQueue implements MessageQueue {
  readonly #folder: string;
  readonly #journal: Journal;
  readonly #surroundings: QueueSurroundings;
  #last: Promise<unknown> = Promise.resolve();
  #tidied = false;

  constructor(folder: string, surroundings: QueueSurroundings) {
    this.#folder = folder;
    this.#journal = new Journal(folder);
    this.#surroundings = surroundings;
  }

  publish(
    messages: readonly Message[],
    options: { readonly priority?: number } = {},
  ): Promise<number> {
    const priority = options.priority ?? queueRules.defaultPriority;
    return this.#change(({ now }) => {
      const { state, nextId } = this.#journal;
      const { operations, added } = planPublish(state, messages, { priority, nextId, now });
      return { operations, answer: added };
    });
  }

  claim(limit: number, options: ClaimOptions = {}): Promise<readonly Delivery[]> {
    const leaseMs = options.leaseMs ?? queueRules.leaseMs;
    return this.#change((world) => {
      const plan = planClaim(this.#journal.state, { ...options, limit, leaseMs }, world);
      return { operations: plan.operations, answer: plan.deliveries };
    });
  }

  ack(ids: readonly string[]): Promise<void> {
    return this.#change((world) => done(planAck(this.#journal.state, ids, world)));
  }

  reject(id: string, reason: string): Promise<void> {
    return this.#change((world) => done(planReject(this.#journal.state, id, reason, world)));
  }

  bury(id: string, reason: string): Promise<void> {
    return this.#change(() => done(planBury(this.#journal.state, id, reason)));
  }

  release(ids: readonly string[]): Promise<void> {
    return this.#change(() => done(planRelease(this.#journal.state, ids)));
  }

  extend(ids: readonly string[], leaseMs = queueRules.leaseMs): Promise<readonly string[]> {
    return this.#change((world) => {
      const { operations, lost } = planExtend(this.#journal.state, ids, leaseMs, world);
      return { operations, answer: lost };
    });
  }

  retry(ids: readonly string[] | "all"): Promise<number> {
    return this.#change(({ now }) => {
      const { state, nextId } = this.#journal;
      const { operations, count } = planRetry(state, ids, { nextId, now });
      return { operations, answer: count };
    });
  }

  drop(ids: readonly string[]): Promise<number> {
    return this.#change((world) => {
      const { operations, count } = planDrop(this.#journal.state, ids, world);
      return { operations, answer: count };
    });
  }

  pause(type: MessageType): Promise<void> {
    return this.#change(() => done(planPause(this.#journal.state, "pause", type)));
  }

  resume(type: MessageType): Promise<void> {
    return this.#change(() => done(planPause(this.#journal.state, "resume", type)));
  }

  paused(): Promise<readonly MessageType[]> {
    return this.#look(() => [...this.#journal.state.paused]);
  }

  unsettled(messages: readonly Message[]): Promise<readonly Message[]> {
    return this.#look(() => unsettledOf(this.#journal.state, messages));
  }

  list(options: ListOptions = {}): Promise<readonly QueuedMessage[]> {
    return this.#look((world) => listOf(this.#journal.state, options, world));
  }

  stats(): Promise<QueueStats> {
    return this.#look((world) => {
      const { state } = this.#journal;
      return state.stats((entry) => stateOf(state, entry, world));
    });
  }

  deadLetters(): Promise<readonly { id: string; message: Message; reason: string }[]> {
    return this.#look(() => deadLettersOf(this.#journal.state));
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#last]);
    this.#journal.close();
  }

  /** One call after another: within a process they would only wait for each other's lock. */
  #inTurn<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const turn = Promise.allSettled([this.#last]).then(call);
    this.#last = turn;
    return turn;
  }

  #change<Answer>(plan: (world: QueueWorld) => Step<Answer>): Promise<Answer> {
    return this.#inTurn(async () => {
      try {
        return await this.#underLock(plan);
      } catch (error) {
        throw this.#explained(error);
      }
    });
  }

  async #underLock<Answer>(plan: (world: QueueWorld) => Step<Answer>): Promise<Answer> {
    const lock = await acquireLock(join(this.#folder, "queue.lock"), { timeoutMs: lockTimeoutMs });
    try {
      if (!this.#tidied) removeLeftovers(this.#folder, processExists);
      this.#tidied = true;
      this.#journal.read();
      const { operations, answer } = plan(this.#world());
      if (operations.length > 0) this.#journal.append(operations);
      return answer;
    } finally {
      lock.release();
    }
  }

  #look<Answer>(answer: (world: QueueWorld) => Answer): Promise<Answer> {
    return this.#inTurn(async () => {
      try {
        this.#journal.read();
      } catch (error) {
        throw this.#explained(error);
      }
      return answer(this.#world());
    });
  }

  #world(): QueueWorld {
    const known = new Map<string, boolean>();
    return {
      now: (this.#surroundings.now ?? Date.now)(),
      random: (this.#surroundings.random ?? Math.random)(),
      isDead: (holder) => remember(known, holder),
    };
  }

  #explained(error: unknown): unknown {
    if (!(error instanceof LockTimeoutError)) {
      return storageError(error, this.#folder, "queue-unusable");
    }
    return new ThothError("queue-unusable", `\`${this.#folder}\` is in use by ${error.holder}`, {
      hint: "end that process, or wait for it, and run again",
      cause: error,
    });
  }
}

function done(operations: readonly QueueOperation[]): Step<void> {
  return { operations, answer: undefined };
}

/** A process that claimed hundreds of messages is looked up once. */
function remember(known: Map<string, boolean>, holder: ProcessIdentity): boolean {
  const key = `${holder.host} ${holder.boot} ${holder.pid} ${holder.start}`;
  const before = known.get(key);
  if (before !== undefined) return before;
  const dead = liveness(holder) === "dead";
  known.set(key, dead);
  return dead;
}
