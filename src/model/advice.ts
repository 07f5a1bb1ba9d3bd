import type { PackageName } from "../python/name.ts";
import type { Gap } from "./gap.ts";
import type { FileDetails } from "./knowledge.ts";
import type { Release } from "./release.ts";

/** One sentence that explains a choice, as in the original. */
export interface Justification {
  readonly type: "INFO" | "WARNING" | "ERROR";
  readonly message: string;
  readonly package?: PackageName;
  /** Names of the advisories that it speaks of, the worst first. */
  readonly advisories?: readonly string[];
  readonly link?: string;
  /** Name of the unit that says so; absent where the search itself does. */
  readonly unit?: string;
}

/** One chosen release. */
export interface Pin {
  readonly release: Release;
  /** Set where it comes from a git, path or url entry instead of an index. */
  readonly source?: string;
  /** Extras that are active, sorted. */
  readonly extras: readonly string[];
  /** Categories that need it, in the Pipfile's order: "packages", "dev-packages", … */
  readonly categories: readonly string[];
  /** The file the runtime would install; undefined for direct sources. */
  readonly filename?: string;
  readonly files: readonly FileDetails[];
  /** Requires-Python of that file, where there is one. */
  readonly requiresPython?: string;
  /** Who needs it: "Pipfile:7" or "flask==3.0.3". */
  readonly requiredBy: readonly string[];
}

/** One complete stack. */
export interface Product {
  readonly pins: ReadonlyMap<PackageName, Pin>;
  /** Pins that are not the newest release, and why. */
  readonly notNewest: ReadonlyMap<PackageName, NotNewest>;
  readonly justifications: readonly Justification[];
  /** Undefined where the stack is not complete. */
  readonly score?: Score;
}

/** How good a stack is, from 0 to 1, which nothing speaks against (docs/resolver.md#score). */
export interface Score {
  readonly value: number;
  /** No stack has more; equal to `value` where this one is proved to be the best. */
  readonly atMost: number;
  /** What it lacks to 1, part by part: `{ high: 1, moved: 2 }`. */
  readonly parts: Readonly<Record<string, number>>;
}

/** A newer release that was passed over. */
export interface NotNewest {
  readonly newest: string;
  /** "flask==2.3.3 needs werkzeug <3". */
  readonly reason: string;
}

/** Why there is no stack. */
export interface Conflict {
  /** The headline: "no version of werkzeug satisfies everyone". */
  readonly message: string;
  /** Pipfile lines that take part: line number, text to underline, note beside it. */
  readonly lines: readonly {
    readonly line: number;
    readonly name: string;
    readonly note: string;
  }[];
  /** The derivation, a short sentence each, most important first. */
  readonly story: readonly string[];
  /** Names of the Pipfile whose lines take part, for trying what happens without them. */
  readonly culprits: readonly PackageName[];
  /** Every package that the proof speaks of. */
  readonly packages?: readonly PackageName[];
  /** What else than the lines may be in the way, for trying what happens without it. */
  readonly hinges?: readonly ("python" | "pre-releases")[];
  /** Changes that were tried by resolving again and work, the smallest first. */
  readonly fixes: readonly string[];
  /** The same for programs, in the same order. */
  readonly remedies?: readonly Remedy[];
  /** Changes that there was no time to try to the end, in words: "Python 3.8". */
  readonly untried?: readonly string[];
}

/** A change that ends a conflict, as edits. */
export interface Remedy {
  readonly edits: readonly [RemedyEdit, ...RemedyEdit[]];
  /** What the packages that take part in the conflict then are. */
  readonly versions: Readonly<Record<string, string>>;
  /** How many packages become older than asked for or locked. */
  readonly downgrades: number;
}

export type RemedyEdit =
  /** Another specifier for a line of the Pipfile. */
  | {
      readonly kind: "requirement";
      readonly where: string;
      readonly name: string;
      readonly before: string;
      readonly after: string;
    }
  /** A line of a constraints file goes. */
  | {
      readonly kind: "constraint";
      readonly where: string;
      readonly name: string;
      readonly before: string;
    }
  /** A line of the Pipfile goes. */
  | {
      readonly kind: "removal";
      readonly where: string;
      readonly name: string;
      readonly before: string;
    }
  /** `allow_prereleases = true` in [pipenv]. */
  | { readonly kind: "pre-releases" }
  | { readonly kind: "python"; readonly version: string };

export type Advice =
  | {
      readonly outcome: "locked";
      readonly product: Product;
      /** The next best ones, as many as were asked for. */
      readonly others?: readonly Product[];
      /** Facts without which nobody can say whether there is a better stack; undefined: none lack. */
      readonly open?: readonly Gap[];
      /** The search for a better one was broken off by a signal or a time limit. */
      readonly stopped?: true;
    }
  | { readonly outcome: "unsatisfiable"; readonly conflict: Conflict }
  | {
      readonly outcome: "incomplete";
      readonly gaps: readonly [Gap, ...Gap[]];
      /** The stack that the gaps stand in the way of, as far as it is known. */
      readonly best: Product;
    };
