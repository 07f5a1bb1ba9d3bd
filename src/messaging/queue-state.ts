import type { Message, MessageType } from "../model/message.ts";
import type { ProcessIdentity } from "../util/process-identity.ts";
import { messageKey } from "./message-fields.ts";
import type { QueuedState, QueueStats } from "./queue.ts";

/** One message in the queue; what an entry is at a time follows from its lease and its death. */
export interface QueueEntry {
  readonly id: number;
  /** As published; checked again when it is handed out. */
  readonly message: Message;
  readonly priority: number;
  /** Deliveries up to now. */
  readonly attempt: number;
  /** Rejections up to now. */
  readonly failures: number;
  /** Not to be delivered before, ms since the epoch. */
  readonly notBefore: number;
  /** When it was published, ms since the epoch. */
  readonly since?: number;
  readonly lease?: Lease;
  /** Set on a dead letter. */
  readonly dead?: string;
}

export interface Lease {
  readonly until: number;
  readonly by: ProcessIdentity;
}

/** One change of the queue; the journal holds one a line. Ids are of entries, not deliveries. */
export type QueueOperation =
  | { readonly op: "put"; readonly entries: readonly QueueEntry[] }
  | { readonly op: "raise"; readonly ids: readonly number[]; readonly priority: number }
  | { readonly op: "claim"; readonly ids: readonly number[]; readonly lease: Lease }
  | { readonly op: "extend"; readonly ids: readonly number[]; readonly lease: Lease }
  | { readonly op: "ack"; readonly ids: readonly number[] }
  | { readonly op: "release"; readonly ids: readonly number[] }
  | { readonly op: "retry"; readonly id: number; readonly notBefore: number }
  | { readonly op: "bury"; readonly ids: readonly number[]; readonly reason: string }
  | { readonly op: "pause" | "resume"; readonly type: MessageType };

/** The queue as its operations made it. Pure: it knows no clock, no file and no process. */
export class QueueState {
  readonly #entries = new Map<number, QueueEntry>();
  readonly #waiting = new Map<string, number>();
  readonly #buried = new Map<string, number>();
  readonly #paused = new Set<MessageType>();
  #nextId = 1;

  get nextId(): number {
    return this.#nextId;
  }

  get paused(): ReadonlySet<MessageType> {
    return this.#paused;
  }

  get size(): number {
    return this.#entries.size;
  }

  entries(): Iterable<QueueEntry> {
    return this.#entries.values();
  }

  entry(id: number): QueueEntry | undefined {
    return this.#entries.get(id);
  }

  /** The entry that asks for the same work and is not dead. */
  waiting(message: Message): QueueEntry | undefined {
    const id = this.#waiting.get(messageKey(message));
    return id === undefined ? undefined : this.#entries.get(id);
  }

  apply(operation: QueueOperation): void {
    switch (operation.op) {
      case "put":
        for (const entry of operation.entries) this.#put(entry);
        break;
      case "raise":
        this.#change(operation.ids, (entry) => ({ ...entry, priority: operation.priority }));
        break;
      case "claim":
        this.#change(operation.ids, (entry) => ({
          ...entry,
          attempt: entry.attempt + 1,
          lease: operation.lease,
        }));
        break;
      case "extend":
        this.#change(operation.ids, (entry) => ({ ...entry, lease: operation.lease }));
        break;
      case "ack":
        for (const id of operation.ids) this.#remove(id);
        break;
      case "release":
        this.#change(operation.ids, ({ lease, ...entry }) => ({
          ...entry,
          attempt: entry.attempt - 1,
        }));
        break;
      case "retry":
        this.#change([operation.id], ({ lease, ...entry }) => ({
          ...entry,
          failures: entry.failures + 1,
          notBefore: operation.notBefore,
        }));
        break;
      case "bury":
        this.#bury(operation.ids, operation.reason);
        break;
      case "pause":
        this.#paused.add(operation.type);
        break;
      case "resume":
        this.#paused.delete(operation.type);
        break;
    }
  }

  stats(stateOf: (entry: QueueEntry) => QueuedState): QueueStats {
    const states: Partial<Record<MessageType, Record<QueuedState, number>>> = {};
    const byType: Partial<Record<MessageType, number>> = {};
    const total = noCounts();
    let oldest: number | undefined;
    for (const entry of this.#entries.values()) {
      const { type } = entry.message;
      const state = stateOf(entry);
      states[type] ??= noCounts();
      states[type][state] += 1;
      total[state] += 1;
      if (state === "dead") continue;
      byType[type] = (byType[type] ?? 0) + 1;
      oldest = Math.min(oldest ?? entry.since ?? Infinity, entry.since ?? Infinity);
    }
    const ready = total.ready + total.delayed + total.paused;
    return { ready, leased: total["in-work"], dead: total.dead, byType, states, oldest };
  }

  #put(entry: QueueEntry): void {
    this.#entries.set(entry.id, entry);
    this.#nextId = Math.max(this.#nextId, entry.id + 1);
    const key = messageKey(entry.message);
    (entry.dead === undefined ? this.#waiting : this.#buried).set(key, entry.id);
  }

  #change(ids: readonly number[], change: (entry: QueueEntry) => QueueEntry): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry !== undefined) this.#entries.set(id, change(entry));
    }
  }

  #remove(id: number): void {
    const entry = this.#entries.get(id);
    if (entry === undefined) return;
    this.#entries.delete(id);
    const key = messageKey(entry.message);
    for (const keys of [this.#waiting, this.#buried]) if (keys.get(key) === id) keys.delete(key);
  }

  /** Of dead letters that ask for the same work, the last one says all. */
  #bury(ids: readonly number[], dead: string): void {
    for (const id of ids) {
      const entry = this.#entries.get(id);
      if (entry === undefined) continue;
      const { lease, ...rest } = entry;
      this.#remove(id);
      const before = this.#buried.get(messageKey(entry.message));
      if (before !== undefined) this.#remove(before);
      this.#put({ ...rest, dead });
    }
  }
}

function noCounts(): Record<QueuedState, number> {
  return { ready: 0, delayed: 0, "in-work": 0, paused: 0, dead: 0 };
}
