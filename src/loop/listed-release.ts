import type { ReleaseFacts } from "../model/knowledge.ts";
import type { Release } from "../model/release.ts";
import type { Bench } from "./bench.ts";
import { releaseFacts } from "./used-runtimes.ts";

/**
 * What the index lists of a release. A list that lacks it may only be too old, and a store may have
 * none at all: then the index is asked. Undefined where it does not list it now.
 */
export async function listedRelease(
  { services, learner }: Bench,
  release: Release,
): Promise<ReleaseFacts | undefined> {
  const known = releaseFacts(services.store, release);
  if (known !== undefined) return known;
  await learner.releases(release.name, release.index);
  return releaseFacts(services.store, release);
}
