import type { Message, MessageType } from "../model/message.ts";
import { messageKey } from "./message-fields.ts";
import type { QueueEntry, Slot } from "./queue-entry.ts";
import type { QueueOperation } from "./queue-operation.ts";
import { QueueSchedule } from "./queue-schedule.ts";
import type { QueueWorld } from "./queue-world.ts";
import type { Accept } from "./ready-views.ts";

/**
 * The queue as its operations made it. It knows no file; what the time has changed since the last
 * operation, `settle` tells it.
 */
export class QueueState {
  readonly #living = new Map<number, Slot>();
  readonly #dead = new Map<number, QueueEntry>();
  readonly #waiting = new Map<string, number>();
  readonly #buried = new Map<string, number>();
  readonly #paused = new Set<MessageType>();
  readonly #schedule = new QueueSchedule();
  #nextId = 1;

  get nextId(): number {
    return this.#nextId;
  }

  get paused(): ReadonlySet<MessageType> {
    return this.#paused;
  }

  get size(): number {
    return this.#living.size + this.#dead.size;
  }

  /** How many living entries are in each place, by type, as of the last `settle`. */
  get counts(): QueueSchedule["counts"] {
    return this.#schedule.counts;
  }

  /** Ready entries that nobody can take, with the reason. */
  get unfit(): ReadonlyMap<Slot, string> {
    return this.#schedule.views.unfit;
  }

  /** Oldest first. */
  living(): Iterable<Slot> {
    return this.#living.values();
  }

  dead(): Iterable<QueueEntry> {
    return this.#dead.values();
  }

  entry(id: number): QueueEntry | undefined {
    return this.#living.get(id)?.entry ?? this.#dead.get(id);
  }

  isInWork(id: number): boolean {
    return this.#living.get(id)?.place === "in-work";
  }

  /** The entry that asks for the same work and is not dead. */
  waiting(message: Message): QueueEntry | undefined {
    const id = this.#waiting.get(messageKey(message));
    return id === undefined ? undefined : this.#living.get(id)?.entry;
  }

  /** Makes ready what need not wait any longer. */
  settle(world: QueueWorld): void {
    this.#schedule.settle(world, () => this.#living.values());
  }

  /** Up to `limit` ready entries in order. They are to be claimed: else call `putBack`. */
  take(limit: number, accept: Accept | undefined): readonly QueueEntry[] {
    const slots = () => this.#living.values();
    return this.#schedule.views.take(limit, { accept, paused: this.#paused, slots });
  }

  putBack(): void {
    this.#schedule.views.forget();
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
        for (const id of operation.ids) this.#bury(id, operation.reason);
        break;
      case "pause":
        this.#paused.add(operation.type);
        break;
      case "resume":
        this.#paused.delete(operation.type);
        this.#schedule.resume(operation.type, this.#living.values());
        break;
    }
  }

  #put(entry: QueueEntry): void {
    this.#remove(entry.id);
    this.#nextId = Math.max(this.#nextId, entry.id + 1);
    if (entry.dead === undefined) {
      const slot: Slot = { entry, place: "gone" };
      this.#living.set(entry.id, slot);
      this.#waiting.set(messageKey(entry.message), entry.id);
      this.#schedule.place(slot);
    } else {
      this.#dead.set(entry.id, entry);
      this.#buried.set(messageKey(entry.message), entry.id);
    }
  }

  #change(ids: readonly number[], change: (entry: QueueEntry) => QueueEntry): void {
    for (const id of ids) {
      const slot = this.#living.get(id);
      if (slot === undefined) continue;
      slot.entry = change(slot.entry);
      this.#schedule.place(slot);
    }
  }

  #remove(id: number): void {
    const entry = this.entry(id);
    if (entry === undefined) return;
    const slot = this.#living.get(id);
    if (slot !== undefined) this.#schedule.remove(slot);
    this.#living.delete(id);
    this.#dead.delete(id);
    const key = messageKey(entry.message);
    for (const keys of [this.#waiting, this.#buried]) if (keys.get(key) === id) keys.delete(key);
  }

  /** Of dead letters that ask for the same work, the last one says all. */
  #bury(id: number, dead: string): void {
    const entry = this.#living.get(id)?.entry;
    if (entry === undefined) return;
    const { lease, ...rest } = entry;
    this.#remove(id);
    const before = this.#buried.get(messageKey(entry.message));
    if (before !== undefined) this.#remove(before);
    this.#put({ ...rest, dead });
  }
}
