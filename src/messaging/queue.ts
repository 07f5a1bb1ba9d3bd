import type { Message, MessageType } from "../model/message.ts";

/** A message in the hands of one consumer, until acknowledged, rejected, released or its lease ends. */
export interface Delivery {
  readonly id: string;
  readonly message: Message;
  /** 1 for the first delivery. */
  readonly attempt: number;
}

export interface ClaimOptions {
  readonly leaseMs?: number;
  /**
   * Only these are claimed; the others stay ready. Give the same function each time: the queue
   * remembers what it said of a message.
   */
  readonly accept?: (message: Message) => boolean;
}

export type QueuedState = "ready" | "delayed" | "in-work" | "paused" | "dead";

/** Numbers of messages, by what they wait for. */
export type StateCounts = Readonly<Record<QueuedState, number>>;

export interface QueueStats {
  /** All that wait, the delayed and the paused ones among them. */
  readonly ready: number;
  readonly leased: number;
  readonly dead: number;
  /** Messages that wait or are in work. */
  readonly byType: Readonly<Partial<Record<MessageType, number>>>;
  /** The same apart, dead letters too. */
  readonly states: Readonly<Partial<Record<MessageType, StateCounts>>>;
  /** When the oldest message that waits or is in work was published, ms since the epoch. */
  readonly oldest: number | undefined;
}

/** One entry of the queue, for people. */
export interface QueuedMessage {
  readonly id: string;
  /** As published, perhaps by a later Thoth: its fields are checked when it is delivered. */
  readonly message: Message;
  readonly state: QueuedState;
  readonly priority: number;
  /** Deliveries up to now. */
  readonly attempts: number;
  /** ms since the epoch; undefined in a queue of an earlier Thoth. */
  readonly publishedAt: number | undefined;
  /** Delayed: when it is ready again, ms since the epoch. */
  readonly dueAt?: number;
  /** Why it is dead. */
  readonly reason?: string;
}

export interface ListOptions {
  readonly states?: readonly QueuedState[];
  readonly types?: readonly string[];
  readonly limit?: number;
}

/**
 * At least once: a delivery that is not acknowledged comes back. All calls take batches, since one
 * round of advice asks for hundreds of facts.
 */
export interface MessageQueue {
  /** Checked against its schema; one that is already waiting (same deduplication key) is not added twice. Returns the number added. Lower priority numbers go first. */
  publish(messages: readonly Message[], options?: { readonly priority?: number }): Promise<number>;
  /** Up to `limit` deliveries, in order of priority, then age. Empty if none is ready now. */
  claim(limit: number, options?: ClaimOptions): Promise<readonly Delivery[]>;
  ack(ids: readonly string[]): Promise<void>;
  /** Tried again after a delay that grows; after the last attempt it becomes a dead letter with its reason. */
  reject(id: string, reason: string): Promise<void>;
  /** Made a dead letter at once: trying again is of no use. */
  bury(id: string, reason: string): Promise<void>;
  /** Given back untouched, e.g. on SIGINT. */
  release(ids: readonly string[]): Promise<void>;
  /** Heartbeat: lengthens the lease of deliveries still in hand; returns the ids that are no longer ours. */
  extend(ids: readonly string[], leaseMs?: number): Promise<readonly string[]>;
  /** Of these messages, those that still wait or are in work (dead letters do not count). */
  unsettled(messages: readonly Message[]): Promise<readonly Message[]>;
  stats(): Promise<QueueStats>;
  /** In the order in which they would be delivered; dead letters last. */
  list(options?: ListOptions): Promise<readonly QueuedMessage[]>;
  /** Dead letters (ids as in list) are delivered again, with a clean slate. Returns how many. */
  retry(ids: readonly string[] | "all"): Promise<number>;
  /** Removed for good (not those in work). Returns how many. */
  drop(ids: readonly string[]): Promise<number>;
  /** Messages of a paused type stay in the queue, for all processes, until resumed. */
  pause(type: MessageType): Promise<void>;
  resume(type: MessageType): Promise<void>;
  paused(): Promise<readonly MessageType[]>;
  deadLetters(): Promise<
    readonly { readonly id: string; readonly message: Message; readonly reason: string }[]
  >;
  /**
   * Waits until somebody publishes something, or `ms` at most. Only where the queue is told of it:
   * of others one has to ask again and again.
   */
  news?(ms: number, signal: AbortSignal): Promise<void>;
  close(): Promise<void>;
}
