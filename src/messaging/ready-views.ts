import type { Message, MessageType } from "../model/message.ts";
import { Heap } from "../util/heap.ts";
import { checkMessage, MessageError } from "./codec.ts";
import type { QueueEntry, Slot } from "./queue-entry.ts";
import { queueRules } from "./queue-world.ts";

export type Accept = (message: Message) => boolean;

/** Out of date once its slot holds another entry, or is not ready any more. */
interface ReadyItem {
  readonly slot: Slot;
  readonly entry: QueueEntry;
}

const most = 16;

/**
 * What is ready, in order, as each kind of consumer sees it: one that accepts few messages need
 * not walk past the others at every claim. A view is kept for a function that asks a second time.
 */
export class ReadyViews {
  /** Ready, but nobody can take them; with the reason. */
  readonly unfit = new Map<Slot, string>();
  readonly #views = new Map<Accept, Heap<ReadyItem>>();
  #seen = new WeakSet<Accept>();

  add(slot: Slot): void {
    const reason = obstacleOf(slot.entry);
    if (reason !== undefined) this.unfit.set(slot, reason);
    else for (const [accept, view] of this.#views) this.#offer(slot, accept, view);
  }

  /** Views are made anew from what is ready, e.g. after a claim that came to nothing. */
  forget(): void {
    this.#views.clear();
  }

  /** Up to `limit` entries, in order of priority, then age. */
  take(
    limit: number,
    options: {
      readonly accept: Accept | undefined;
      readonly paused: ReadonlySet<MessageType>;
      readonly slots: () => Iterable<Slot>;
    },
  ): readonly QueueEntry[] {
    const view = this.#viewOf(options.accept ?? everything, options.slots);
    const taken: QueueEntry[] = [];
    while (taken.length < limit) {
      const item = view.pop();
      if (item === undefined) break;
      // What is paused comes back when it is resumed, then perhaps for a second time
      const isTwin = item.entry === taken.at(-1);
      if (isCurrent(item) && !isTwin && !options.paused.has(item.entry.message.type)) {
        taken.push(item.entry);
      }
    }
    return taken;
  }

  /** Forgets what is out of date once it is the greater part. */
  tidy(ready: number): void {
    for (const view of this.#views.values()) {
      if (view.size > 1000 + 2 * ready) view.filter(isCurrent);
    }
  }

  #viewOf(accept: Accept, slots: () => Iterable<Slot>): Heap<ReadyItem> {
    const view = this.#views.get(accept) ?? this.#made(accept, slots());
    this.#views.delete(accept);
    if (this.#seen.has(accept)) this.#views.set(accept, view);
    this.#seen.add(accept);
    const [oldest] = this.#views.keys();
    if (this.#views.size > most && oldest !== undefined) this.#views.delete(oldest);
    return view;
  }

  #made(accept: Accept, slots: Iterable<Slot>): Heap<ReadyItem> {
    const view = new Heap<ReadyItem>(comesFirst);
    for (const slot of slots) {
      if (slot.place !== "ready" || this.unfit.has(slot)) continue;
      if (accept(slot.entry.message)) view.push({ slot, entry: slot.entry });
    }
    return view;
  }

  #offer(slot: Slot, accept: Accept, view: Heap<ReadyItem>): void {
    const { entry } = slot;
    try {
      if (accept(entry.message)) view.push({ slot, entry });
    } catch {
      // Not in the middle of a change: who asks with this function next hears of it
      this.#views.delete(accept);
    }
  }
}

function everything(): boolean {
  return true;
}

function comesFirst({ entry: a }: ReadyItem, { entry: b }: ReadyItem): boolean {
  return a.priority < b.priority || (a.priority === b.priority && a.id < b.id);
}

function isCurrent({ slot, entry }: ReadyItem): boolean {
  return slot.entry === entry && slot.place === "ready";
}

/** Why nobody can take a message: it is from another version of Thoth, or its consumers die of it. */
function obstacleOf(entry: QueueEntry): string | undefined {
  if (entry.attempt >= queueRules.deliveries) {
    return `delivered ${entry.attempt} times and never acknowledged`;
  }
  try {
    checkMessage(entry.message);
    return undefined;
  } catch (error) {
    if (error instanceof MessageError) return error.message;
    throw error;
  }
}
