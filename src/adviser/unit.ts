import type { AdvisoryMatch } from "../model/advisory.ts";
import type { MetadataFact, ReleaseFacts } from "../model/knowledge.ts";
import type { ProjectStatus } from "../model/package-fact.ts";
import type { Release } from "../model/release.ts";
import type { AdviceContext } from "./context.ts";
import type { Penalty } from "./penalty.ts";

/** A release with the file that the runtime would install. */
export interface SievedRelease {
  readonly release: Release;
  /** What the index calls its project (PEP 792); undefined: it does not say. */
  readonly status: ProjectStatus | undefined;
  readonly facts: ReleaseFacts;
  readonly filename: string;
  /** Of that file; undefined while it is not known. */
  readonly metadata: MetadataFact | undefined;
  /** The Pipfile pins exactly this version. */
  readonly pinned: boolean;
  /** What is known against it, worst first; empty, too, where nobody knows. */
  readonly advisories: readonly AdvisoryMatch[];
}

/** Filters candidate versions of one name (the original's sieve). */
export interface Sieve {
  readonly kind: "sieve";
  readonly name: string;
  /** Why the release can't be used, as the end of a sentence: "1.2 " + reason; undefined: it can. */
  rejects(candidate: SievedRelease, context: AdviceContext): string | undefined;
}

/** Says how much speaks against a release that can be used (the original's step). */
export interface Step {
  readonly kind: "step";
  readonly name: string;
  /** Undefined: nothing does. */
  objects(candidate: SievedRelease, context: AdviceContext): Objection | undefined;
  /** How much it has at least against a release with these advisories, before that is examined. */
  atLeast?(advisories: readonly AdvisoryMatch[]): Penalty;
}

/** Remarks on a release that was chosen, without a say in the choice (the original's wrap). */
export interface Wrap {
  readonly kind: "wrap";
  readonly name: string;
  /** As the end of a sentence: "1.2 " + remark; undefined: there is nothing to say. */
  remarks(release: Release, context: AdviceContext): string | undefined;
}

/** What speaks against a release without ruling it out. */
export interface Objection {
  readonly penalty: Penalty;
  /** As the end of a sentence: "1.2 " + reason. */
  readonly reason: string;
}
