import type { Product } from "../model/advice.ts";
import { parseVersion } from "../python/version.ts";
import { singleVersion } from "../python/version-range.ts";
import type { Combination } from "./combinations.ts";
import type { AdviceContext } from "./context.ts";
import { refusesStack } from "./pipeline.ts";

/** After so many stacks that strides refuse, one after the other, no more are looked for. */
export const mostRefusedStacks = 100;

/**
 * The releases of a stack as what does not go together, where a stride refuses it; undefined: none
 * does. The reason is the stride's own.
 */
export function refusedStack(product: Product, context: AdviceContext): Combination | undefined {
  const reason = refusesStack(product, context);
  if (reason === undefined) return undefined;
  const terms = [...product.pins].flatMap(([name, { release }]) => {
    const version = parseVersion(release.version);
    return version === undefined ? [] : [[name, singleVersion(version)] as const];
  });
  return { name: `refused stack ${context.combinations?.length ?? 0}`, terms: new Map(terms), reason };
}
