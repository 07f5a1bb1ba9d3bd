import type { MetadataFact, ReleaseFacts } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import type { AdviceContext } from "./context.ts";

/** A release with the file that the runtime would install. */
export interface SievedRelease {
  readonly release: Release;
  readonly facts: ReleaseFacts;
  readonly filename: string;
  /** Of that file; undefined while it is not known. */
  readonly metadata: MetadataFact | undefined;
  /** The Pipfile pins exactly this version. */
  readonly pinned: boolean;
}

/** Filters candidate versions of one name (the original's sieve). */
export interface Sieve {
  readonly kind: "sieve";
  readonly name: string;
  /** Why the release can't be used, as the end of a sentence: "1.2 " + reason; undefined: it can. */
  rejects(candidate: SievedRelease, context: AdviceContext): string | undefined;
}
