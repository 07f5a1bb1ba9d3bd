// Made-up universes in which every package is needed and newest versions do not always go together.
import { random } from "./world.mjs";

/**
 * A store of `size` packages with as many `versions`, and lines that demand ten of them. Each package
 * is needed by an earlier one; a version needs three, near its own place in the history. One demand
 * in twelve has an upper bound that the newest of the other exceeds, so that the search steps back.
 */
export function universe({ MemoryStore }, { size, versions, seed }) {
  const next = random(seed);
  const store = new MemoryStore();
  const below = (bound) => Math.floor(next() * bound);
  const needs = Array.from({ length: size }, () => new Set());
  const roots = Math.min(10, size);
  for (let at = roots; at < size; at += 1) needs[below(at)].add(at);
  for (let at = 0; at < size - 1; at += 1)
    while (needs[at].size < 3 && needs[at].size < size - 1 - at)
      needs[at].add(at + 1 + below(size - 1 - at));
  for (let at = 0; at < size; at += 1) {
    const capped = [...needs[at]].filter(() => below(12) === 0);
    for (let version = 1; version <= versions; version += 1) {
      const requires = [...needs[at]].map((other) => {
        const least = Math.max(1, version - 20);
        const cap = capped.includes(other) && version > versions - 3 ? `,<${versions - 2}` : "";
        return `p${other}>=${least}${cap}`;
      });
      store.add(`p${at}==${version}`, { requires });
    }
  }
  return { store, demands: Array.from({ length: roots }, (_, at) => `p${at}`) };
}
