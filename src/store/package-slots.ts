import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import type { PackageSlot } from "./package-slot.ts";

// A stack of a thousand packages with its rejected candidates stays well below; at some 10 kB each.
const bound = 4000;

/** The packages that were asked for. Beyond a bound, those asked for first are forgotten first. */
export class PackageSlots {
  readonly #make: (name: PackageName, index: IndexUrl) => PackageSlot;
  readonly #byIndex = new Map<IndexUrl, Map<PackageName, PackageSlot>>();
  #count = 0;
  #limit = bound;

  constructor(make: (name: PackageName, index: IndexUrl) => PackageSlot) {
    this.#make = make;
  }

  get(name: PackageName, index: IndexUrl): PackageSlot {
    let slots = this.#byIndex.get(index);
    if (slots === undefined) {
      slots = new Map();
      this.#byIndex.set(index, slots);
    }
    let slot = slots.get(name);
    if (slot === undefined) {
      if (this.#count >= this.#limit) this.#shrink((bound * 3) / 4);
      slot = this.#make(name, index);
      slots.set(name, slot);
      this.#count += 1;
    }
    return slot;
  }

  /** Those with something that is not on disk yet. */
  dirty(): readonly PackageSlot[] {
    return [...this.#byIndex.values()].flatMap((slots) =>
      [...slots.values()].filter((slot) => slot.dirty),
    );
  }

  /** Forgets what was read; what was put since the last flush stays, in slots that are renewed. */
  forgetRead(renew: (slot: PackageSlot) => void): void {
    this.#shrink(0);
    for (const slot of this.dirty()) renew(slot);
  }

  #shrink(wanted: number): void {
    for (const slots of this.#byIndex.values()) {
      for (const [name, slot] of slots) {
        if (this.#count <= wanted) break;
        if (slot.dirty) continue;
        slots.delete(name);
        this.#count -= 1;
      }
    }
    // Where most are dirty, the next look at them all is worth its while only after many more.
    this.#limit = Math.max(bound, this.#count + bound / 4);
  }
}
