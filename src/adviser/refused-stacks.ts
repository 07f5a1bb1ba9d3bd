import type { Advice, Product } from "../model/advice.ts";
import { parseVersion } from "../python/version.ts";
import { singleVersion } from "../python/version-range.ts";
import type { Combination } from "./combinations.ts";
import type { AdviceContext } from "./context.ts";
import { refusesStack } from "./pipeline.ts";

/** After so many stacks that strides refuse, one after the other, no more are looked for. */
const mostRefusedStacks = 100;

/** Stacks that strides refused in one advice, as what does not go together. */
export class RefusedStacks {
  readonly combinations: Combination[] = [];

  /**
   * What becomes of an advice: `search on`, its stack was refused; a reason, there is no stack that
   * is not; undefined, it stands.
   */
  judge(
    advice: Advice,
    context: AdviceContext,
  ): "search on" | { readonly reason: string } | undefined {
    if (advice.outcome === "unsatisfiable") return this.combinations.at(-1);
    if (advice.outcome !== "locked") return undefined;
    const reason = refusesStack(advice.product, context);
    if (reason === undefined) return undefined;
    const name = `refused stack ${this.combinations.length + 1}`;
    this.combinations.push({ name, terms: termsOf(advice.product), reason });
    return this.combinations.length < mostRefusedStacks ? "search on" : { reason };
  }

  /** A context in which none of them is found again. */
  without(context: AdviceContext): AdviceContext {
    if (this.combinations.length === 0) return context;
    const { combinations = [] } = context;
    return { ...context, combinations: [...combinations, ...this.combinations] };
  }
}

function termsOf({ pins }: Product): Combination["terms"] {
  return new Map(
    [...pins].flatMap(([name, { release }]) => {
      const version = parseVersion(release.version);
      return version === undefined ? [] : [[name, singleVersion(version)] as const];
    }),
  );
}
