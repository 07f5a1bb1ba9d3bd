import type { PackageName } from "../python/name.ts";
import type { AdvisoryMatch } from "./advisory.ts";
import type { StackDemand, StackNode } from "./stack-graph.ts";

/**
 * The rules that choose a version or keep one out, each with a page of `thoth explain`
 * (`docs/explain/RULE.md`).
 */
export const explainedRules = [
  "conflict",
  "constraint",
  "demand",
  "direct-source",
  "in-the-stack",
  "kept",
  "least-against",
  "newest",
  "no-such-release",
  "pinned",
  "pre-release",
  "unknown",
  "unusable",
] as const;

export type ExplainedRule = (typeof explainedRules)[number];

/** A package that moves where another release is taken. */
export interface StackChange {
  readonly name: PackageName;
  /** Undefined: it is new. */
  readonly from: string | undefined;
  /** Undefined: it leaves. */
  readonly to: string | undefined;
  readonly downgrade: boolean;
}

/** What the lines of the project and other releases of the stack demand, as `by` and what that says. */
export type Evidence = Pick<StackDemand, "by" | "text">;

/** Why one release is not in the stack. */
export type WhyNotVerdict =
  /** The index does not list it. */
  | { readonly rule: "no-such-release"; readonly reason: string }
  /** It is the one that is locked. */
  | { readonly rule: "in-the-stack" }
  /** No stack of this runtime can have it: the end of a sentence, "3.0 " + reason. */
  | { readonly rule: "unusable"; readonly reason: string }
  | { readonly rule: "pre-release" }
  /** Lines of the Pipfile or of constraints exclude it; `opened`: what would be without these. */
  | {
      readonly rule: "demand" | "constraint";
      readonly demands: readonly Evidence[];
      readonly opened?: Forced;
    }
  /** Proved by search: with it there is no stack. */
  | {
      readonly rule: "conflict";
      readonly demands: readonly Evidence[];
      readonly headline: string;
      readonly story: readonly string[];
    }
  /** It could be had. `demands`: what other releases of the stack would have to move for. */
  | {
      readonly rule: "kept" | "least-against" | "demand";
      readonly demands: readonly Evidence[];
      /** What the steps have against it. */
      readonly objections: readonly string[];
      readonly forced: Extract<Forced, { outcome: "possible" }>;
    }
  /** Facts are missing. */
  | {
      readonly rule: "unknown";
      readonly demands: readonly Evidence[];
      readonly gaps: readonly string[];
    };

/** What comes of asking for one release outright. */
export type Forced =
  | {
      readonly outcome: "possible";
      readonly changes: readonly StackChange[];
      /** Known against what moves, and not against what is locked now. */
      readonly worse: readonly {
        readonly name: PackageName;
        readonly advisories: readonly string[];
      }[];
    }
  | { readonly outcome: "conflict"; readonly headline: string; readonly story: readonly string[] }
  | { readonly outcome: "unknown"; readonly gaps: readonly string[] };

/** One release that is not in the stack, and why. */
export interface RejectedRelease {
  readonly version: string;
  readonly verdict: WhyNotVerdict;
}

/** Why a package is in the stack, at this version. */
export interface WhyAnswer {
  readonly node: StackNode;
  /** From each line of the Pipfile that brings it in, the shortest first. */
  readonly paths: readonly (readonly StackDemand[])[];
  /** All demands on it. */
  readonly demands: readonly Evidence[];
  readonly rule: ExplainedRule;
  readonly reason: string;
  /** Undefined: no advisories are imported, so nobody knows. */
  readonly advisories: readonly AdvisoryMatch[] | undefined;
  /** Locked packages of which nobody knows what they need. */
  readonly unsure: readonly PackageName[];
}

/** Why a package is not in a lock: what stands in for it, or who asks for it all the same. */
export interface Absence {
  readonly standIn?: StackDemand;
  readonly demand?: StackDemand;
}
