import type { PackageName } from "../python/name.ts";
import type { BestStack } from "./best-stack.ts";
import { weighingParts } from "./cost.ts";

/**
 * What a pin of the old lock held back that gave way although nothing speaks against it: something
 * had to be spent on one or the other, and this was the lesser.
 */
export function heldBack(name: PackageName, { cores }: BestStack): string | undefined {
  for (const core of cores) {
    const own = core.get(name);
    if (own === undefined || own.slice(0, weighingParts).some((amount) => amount !== 0)) continue;
    for (const [other, need] of core) {
      const weighs = need.slice(0, weighingParts).some((amount) => amount > 0);
      if (other !== name && weighs) return other;
    }
  }
  return undefined;
}
