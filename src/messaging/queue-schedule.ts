import type { MessageType } from "../model/message.ts";
import { Heap } from "../util/heap.ts";
import type { ProcessIdentity } from "../util/process-identity.ts";
import type { Place, QueueEntry, Slot } from "./queue-entry.ts";
import {
  isByTicks,
  isDelayed,
  isLeased,
  leaseLength,
  type QueueWorld,
  queueRules,
} from "./queue-world.ts";
import { ReadyViews } from "./ready-views.ts";

/** A slot that waits; out of date once its slot holds another entry. */
interface Timer {
  readonly at: number;
  readonly slot: Slot;
  readonly entry: QueueEntry;
}

interface Holder {
  readonly by: ProcessIdentity;
  readonly slots: Set<Slot>;
}

type Counts = Record<Exclude<Place, "gone">, number>;

/**
 * Which living entries are ready, which wait for time, which are in whose hands: kept up to date
 * at every change, so that nothing has to be searched. Only `settle` knows the time.
 */
export class QueueSchedule {
  readonly views = new ReadyViews();
  /** How many are in each place, by type; also types that only a later Thoth knows. */
  readonly counts = new Map<MessageType, Counts>();
  readonly #total: Counts = { ready: 0, delayed: 0, "in-work": 0 };
  readonly #byClock = new Heap<Timer>((a, b) => a.at < b.at);
  readonly #byTicks = new Heap<Timer>((a, b) => a.at < b.at);
  readonly #holders = new Map<string, Holder>();
  /** Some timer was set at this moment or later: the clock can't have been less since. */
  #latestStart = 0;

  /** Puts a slot where its entry says; the time decides later whether it still has to wait. */
  place(slot: Slot): void {
    const { lease, notBefore } = slot.entry;
    this.#leave(slot);
    if (lease !== undefined) {
      this.#enter(slot, "in-work");
      this.#holderOf(lease.by).slots.add(slot);
      if (isByTicks(lease)) this.#await(this.#byTicks, slot, lease.ticks);
      else this.#awaitClock(slot, lease.until, leaseLength(lease));
    } else if (notBefore > 0) {
      this.#enter(slot, "delayed");
      this.#awaitClock(slot, notBefore, queueRules.longestWaitMs);
    } else this.#makeReady(slot);
  }

  remove(slot: Slot): void {
    this.#leave(slot);
    slot.place = "gone";
  }

  /** Makes ready what need not wait any longer; `slots` are all there are. */
  settle(world: QueueWorld, slots: () => Iterable<Slot>): void {
    this.#due(this.#byClock, world.now);
    this.#due(this.#byTicks, world.ticks);
    for (const { by, slots } of this.#holders.values()) {
      if (world.isDead(by)) for (const slot of slots) this.#free(slot);
    }
    // The clock was set back: what waits for a time that is far off now need not
    if (world.now < this.#latestStart) {
      for (const slot of slots()) if (!mustWait(slot, world)) this.#free(slot);
      this.#latestStart = world.now;
    }
  }

  /** All entries of a type are to be handed out again, after a pause. */
  resume(type: MessageType, slots: Iterable<Slot>): void {
    for (const slot of slots) {
      if (slot.place === "ready" && slot.entry.message.type === type) this.views.add(slot);
    }
  }

  #due(heap: Heap<Timer>, now: number): void {
    for (let first = heap.peek(); first !== undefined && first.at <= now; first = heap.peek()) {
      heap.pop();
      if (first.slot.entry === first.entry) this.#free(first.slot);
    }
  }

  #free(slot: Slot): void {
    if (slot.place !== "delayed" && slot.place !== "in-work") return;
    this.#leave(slot);
    this.#makeReady(slot);
  }

  #makeReady(slot: Slot): void {
    this.#enter(slot, "ready");
    this.views.add(slot);
    this.views.tidy(this.#total.ready);
  }

  #awaitClock(slot: Slot, at: number, longest: number): void {
    this.#latestStart = Math.max(this.#latestStart, at - longest);
    this.#await(this.#byClock, slot, at);
  }

  #await(heap: Heap<Timer>, slot: Slot, at: number): void {
    heap.push({ at, slot, entry: slot.entry });
    const waiting = this.#total.delayed + this.#total["in-work"];
    if (heap.size > 1000 + 2 * waiting) {
      heap.filter((timer) => timer.slot.entry === timer.entry && timer.slot.place !== "gone");
    }
  }

  #enter(slot: Slot, place: Exclude<Place, "gone">): void {
    slot.place = place;
    this.#count(slot.entry.message.type)[place] += 1;
    this.#total[place] += 1;
  }

  #leave(slot: Slot): void {
    if (slot.place === "gone") return;
    this.views.unfit.delete(slot);
    this.#count(slot.entry.message.type)[slot.place] -= 1;
    this.#total[slot.place] -= 1;
    if (slot.place !== "in-work") return;
    for (const [key, { slots }] of this.#holders) {
      if (slots.delete(slot) && slots.size === 0) this.#holders.delete(key);
    }
  }

  #count(type: MessageType): Counts {
    const known = this.counts.get(type);
    if (known !== undefined) return known;
    const fresh = { ready: 0, delayed: 0, "in-work": 0 };
    this.counts.set(type, fresh);
    return fresh;
  }

  #holderOf(by: ProcessIdentity): Holder {
    const key = `${by.pid} ${by.start} ${by.boot} ${by.host}`;
    const known = this.#holders.get(key);
    if (known !== undefined) return known;
    const fresh = { by, slots: new Set<Slot>() };
    this.#holders.set(key, fresh);
    return fresh;
  }
}

function mustWait({ entry, place }: Slot, world: QueueWorld): boolean {
  if (place === "in-work") return isLeased(entry, world);
  return place === "delayed" && isDelayed(entry, world);
}
