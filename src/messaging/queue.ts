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
  /** Only these are claimed; the others stay ready. */
  readonly accept?: (message: Message) => boolean;
}

export interface QueueStats {
  readonly ready: number;
  readonly leased: number;
  readonly dead: number;
  readonly byType: Readonly<Partial<Record<MessageType, number>>>;
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
  stats(): Promise<QueueStats>;
  deadLetters(): Promise<
    readonly { readonly id: string; readonly message: Message; readonly reason: string }[]
  >;
  close(): Promise<void>;
}
