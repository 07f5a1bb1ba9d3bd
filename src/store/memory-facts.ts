import type { FactKind } from "./facts-table.ts";

/** Facts of one kind in memory, merged as those on disk are. */
export class MemoryFacts<Fact> {
  readonly #kind: FactKind<Fact>;
  readonly #facts = new Map<string, Fact>();

  constructor(kind: FactKind<Fact>) {
    this.#kind = kind;
  }

  get(key: string): Fact | undefined {
    return this.#facts.get(key);
  }

  keys(): readonly string[] {
    return [...this.#facts.keys()];
  }

  /** Whether there was one that is outdated. */
  forget(key: string, isOutdated: (fact: Fact) => boolean): boolean {
    const known = this.#facts.get(key);
    return known !== undefined && isOutdated(known) && this.#facts.delete(key);
  }

  /** Whether that changed what is known. */
  put(key: string, fact: Fact): boolean {
    const known = this.#facts.get(key);
    const kept = known === undefined ? fact : this.#kind.prefer(known, fact);
    this.#facts.set(key, kept);
    return JSON.stringify(kept) !== JSON.stringify(known);
  }
}
