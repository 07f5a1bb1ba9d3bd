import type { Message, MessageType } from "../model/message.ts";
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
import { type QueueOperation, QueueState } from "./queue-state.ts";

/** A queue that dies with the process. Same rules as the durable one. */
export class MemoryQueue implements MessageQueue {
  readonly #state = new QueueState();
  readonly #surroundings: QueueSurroundings;

  constructor(surroundings: QueueSurroundings = {}) {
    this.#surroundings = surroundings;
  }

  async publish(
    messages: readonly Message[],
    options: { readonly priority?: number } = {},
  ): Promise<number> {
    const priority = options.priority ?? queueRules.defaultPriority;
    const { operations, added } = planPublish(this.#state, messages, {
      priority,
      nextId: this.#state.nextId,
      now: this.#world().now,
    });
    this.#apply(operations);
    return added;
  }

  async claim(limit: number, options: ClaimOptions = {}): Promise<readonly Delivery[]> {
    const leaseMs = options.leaseMs ?? queueRules.leaseMs;
    const plan = planClaim(this.#state, { ...options, limit, leaseMs }, this.#world());
    this.#apply(plan.operations);
    return plan.deliveries;
  }

  async ack(ids: readonly string[]): Promise<void> {
    this.#apply(planAck(this.#state, ids, this.#world()));
  }

  async reject(id: string, reason: string): Promise<void> {
    this.#apply(planReject(this.#state, id, reason, this.#world()));
  }

  async bury(id: string, reason: string): Promise<void> {
    this.#apply(planBury(this.#state, id, reason));
  }

  async release(ids: readonly string[]): Promise<void> {
    this.#apply(planRelease(this.#state, ids));
  }

  async stats(): Promise<QueueStats> {
    const world = this.#world();
    return this.#state.stats((entry) => stateOf(this.#state, entry, world));
  }

  async extend(ids: readonly string[], leaseMs = queueRules.leaseMs): Promise<readonly string[]> {
    const { operations, lost } = planExtend(this.#state, ids, leaseMs, this.#world());
    this.#apply(operations);
    return lost;
  }

  async unsettled(messages: readonly Message[]): Promise<readonly Message[]> {
    return unsettledOf(this.#state, messages);
  }

  async list(options: ListOptions = {}): Promise<readonly QueuedMessage[]> {
    return listOf(this.#state, options, this.#world());
  }

  async retry(ids: readonly string[] | "all"): Promise<number> {
    const { now } = this.#world();
    const { nextId } = this.#state;
    const { operations, count } = planRetry(this.#state, ids, { nextId, now });
    this.#apply(operations);
    return count;
  }

  async drop(ids: readonly string[]): Promise<number> {
    const { operations, count } = planDrop(this.#state, ids, this.#world());
    this.#apply(operations);
    return count;
  }

  async pause(type: MessageType): Promise<void> {
    this.#apply(planPause(this.#state, "pause", type));
  }

  async resume(type: MessageType): Promise<void> {
    this.#apply(planPause(this.#state, "resume", type));
  }

  async paused(): Promise<readonly MessageType[]> {
    return [...this.#state.paused];
  }

  async deadLetters(): Promise<readonly { id: string; message: Message; reason: string }[]> {
    return deadLettersOf(this.#state);
  }

  async close(): Promise<void> {}

  #apply(operations: readonly QueueOperation[]): void {
    for (const operation of operations) this.#state.apply(operation);
  }

  #world(): QueueWorld {
    return {
      now: (this.#surroundings.now ?? Date.now)(),
      random: (this.#surroundings.random ?? Math.random)(),
      isDead: () => false,
    };
  }
}
