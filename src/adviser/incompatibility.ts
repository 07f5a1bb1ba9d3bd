import type { PackageName } from "../python/name.ts";
import type { Cost } from "./cost.ts";
import type { Term } from "./term.ts";

/** The search's name of a package: `flask`, or `flask[async]` for one of its extras. */
export type PackageKey = string;

/** Where an incompatibility comes from. All but `conflict` are facts that a user can check. */
export type Cause =
  | {
      readonly kind: "requirement";
      readonly line: number;
      readonly where: string;
      readonly text: string;
    }
  | {
      readonly kind: "dependency";
      readonly dependent: PackageName;
      readonly version: string;
      readonly text: string;
    }
  | { readonly kind: "same-version" }
  | {
      readonly kind: "no-version";
      readonly reasons: readonly string[];
      /** A pre-release would do, but nobody asked for one. */
      readonly prereleaseLeftOut: boolean;
    }
  /** What could be had costs more than the search may spend on it: `need` at least. */
  | { readonly kind: "limit"; readonly of: string; readonly need: Cost }
  /** A stack that was found before, or that a stride refuses. */
  | { readonly kind: "excluded"; readonly reason: string }
  | { readonly kind: "combination"; readonly reason: string }
  | { readonly kind: "absent"; readonly reason: string }
  | { readonly kind: "unusable"; readonly version: string; readonly reason: string }
  | { readonly kind: "conflict"; readonly left: Incompatibility; readonly right: Incompatibility };

/** Terms that can't all hold at once. See docs/resolver.md#incompatibility. */
export interface Incompatibility {
  readonly terms: ReadonlyMap<PackageKey, Term>;
  readonly cause: Cause;
}

/** The facts that an incompatibility was derived from, each once, in order of the derivation. */
export function externalCauses(root: Incompatibility): readonly Incompatibility[] {
  const found: Incompatibility[] = [];
  const seen = new Set<Incompatibility>();
  const stack = [root];
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    if (seen.has(next)) continue;
    seen.add(next);
    if (next.cause.kind === "conflict") stack.push(next.cause.right, next.cause.left);
    else found.push(next);
  }
  return found;
}
