import type { Message, MessageType } from "../model/message.ts";
import type {
  ClaimOptions,
  Delivery,
  ListOptions,
  MessageQueue,
  QueuedMessage,
  QueueStats,
} from "./queue.ts";
import { deadLettersOf, listOf, statsOf, unsettledOf } from "./queue-listing.ts";
import {
  type Plan,
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
} from "./queue-rules.ts";
import type { QueueState } from "./queue-state.ts";
import { type QueueWorld, queueRules } from "./queue-world.ts";

/** The queue as one call finds it; its state is settled. */
export interface Moment {
  readonly state: QueueState;
  readonly world: QueueWorld;
  /** Ids from here on were never given. */
  readonly nextId: number;
}

/** Where a state is kept; the rules are the same everywhere. */
export interface QueueKeeper {
  /** Carries the plan out as a whole, or throws and changes nothing; nobody else changes the state meanwhile. */
  change<Answer>(plan: (moment: Moment) => Plan<Answer>): Promise<Answer>;
  look<Answer>(answer: (state: QueueState) => Answer): Promise<Answer>;
  close(): Promise<void>;
}

/** A queue whose calls are plans on a state. */
export class PlannedQueue implements MessageQueue {
  readonly #keeper: QueueKeeper;

  constructor(keeper: QueueKeeper) {
    this.#keeper = keeper;
  }

  publish(
    messages: readonly Message[],
    { priority = queueRules.defaultPriority }: { readonly priority?: number } = {},
  ): Promise<number> {
    return this.#keeper.change(({ state, world, nextId }) =>
      planPublish(state, messages, { priority, nextId, now: world.now }),
    );
  }

  claim(limit: number, options: ClaimOptions = {}): Promise<readonly Delivery[]> {
    return this.#keeper.change(({ state, world }) =>
      planClaim(state, { ...options, limit }, world),
    );
  }

  ack(ids: readonly string[]): Promise<void> {
    return this.#keeper.change(({ state }) => planAck(state, ids));
  }

  extend(ids: readonly string[], leaseMs = queueRules.leaseMs): Promise<readonly string[]> {
    return this.#keeper.change(({ state, world }) => planExtend(state, ids, leaseMs, world));
  }

  reject(id: string, reason: string): Promise<void> {
    return this.#keeper.change(({ state, world }) => planReject(state, id, reason, world));
  }

  bury(id: string, reason: string): Promise<void> {
    return this.#keeper.change(({ state }) => planBury(state, id, reason));
  }

  release(ids: readonly string[]): Promise<void> {
    return this.#keeper.change(({ state }) => planRelease(state, ids));
  }

  retry(ids: readonly string[] | "all"): Promise<number> {
    return this.#keeper.change(({ state, world, nextId }) =>
      planRetry(state, ids, { nextId, now: world.now }),
    );
  }

  drop(ids: readonly string[]): Promise<number> {
    return this.#keeper.change(({ state }) => planDrop(state, ids));
  }

  pause(type: MessageType): Promise<void> {
    return this.#keeper.change(({ state }) => planPause(state, "pause", type));
  }

  resume(type: MessageType): Promise<void> {
    return this.#keeper.change(({ state }) => planPause(state, "resume", type));
  }

  paused(): Promise<readonly MessageType[]> {
    return this.#keeper.look((state) => [...state.paused]);
  }

  unsettled(messages: readonly Message[]): Promise<readonly Message[]> {
    return this.#keeper.look((state) => unsettledOf(state, messages));
  }

  stats(): Promise<QueueStats> {
    return this.#keeper.look(statsOf);
  }

  list(options: ListOptions = {}): Promise<readonly QueuedMessage[]> {
    return this.#keeper.look((state) => listOf(state, options));
  }

  deadLetters(): Promise<readonly { id: string; message: Message; reason: string }[]> {
    return this.#keeper.look(deadLettersOf);
  }

  close(): Promise<void> {
    return this.#keeper.close();
  }
}
