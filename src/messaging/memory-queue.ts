import type { Message } from "../model/message.ts";
import type { ClaimOptions, Delivery, MessageQueue, QueueStats } from "./queue.ts";
import {
  deadLettersOf,
  isLeased,
  planAck,
  planBury,
  planClaim,
  planPublish,
  planReject,
  planRelease,
  type QueueSurroundings,
  type QueueWorld,
  queueRules,
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
    return this.#state.stats((entry) => isLeased(entry, world));
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
