import { availableParallelism } from "node:os";
import pLimit from "p-limit";
import { type Release, releaseText } from "../model/release.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import type { Linter } from "../security/second-opinion.ts";
import { type ErrorCode, ThothError } from "../util/errors.ts";
import type { Bench } from "./bench.ts";
import { scanRelease } from "./scan.ts";

/** What came of one release. */
export interface ScanOutcome {
  readonly release: Release;
  readonly facts: readonly SecurityFact[];
  /** Why it could not be looked at, where that is no fact about it. */
  readonly problem?: ThothError;
}

/** Troubles of one release or its index: the others go on. */
const ofOneRelease: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "hash-mismatch",
  "index-unreachable",
  "index-refused",
  "index-garbage",
  "time-limit",
  "killed",
]);

/**
 * Scans releases, as many at once as there are cores. Each is kept as soon as it is done, so that
 * who goes on after a kill begins where it ended.
 */
export async function scanMany(
  bench: Bench,
  releases: readonly Release[],
  linters: readonly Linter[],
): Promise<readonly ScanOutcome[]> {
  const { services } = bench;
  let done = 0;
  const total = releases.length;
  return pLimit(availableParallelism()).map([...releases], async (release) => {
    services.signal.throwIfAborted();
    const { scanned, ...outcome } = await scanOne(bench, release, linters);
    done += 1;
    const current = releaseText(release);
    if (scanned > 0 && total > 1)
      services.emit({ type: "progress", stage: "scanning", done, total, current });
    return outcome;
  });
}

async function scanOne(
  bench: Bench,
  release: Release,
  linters: readonly Linter[],
): Promise<ScanOutcome & { readonly scanned: number }> {
  const { store, queue } = bench.services;
  try {
    const { facts, follow, scanned } = await scanRelease(bench, release, linters);
    // Before the store believes it: a kill in between repeats the message and loses none
    if (follow.length > 0) await queue().publish(follow);
    await store.flush();
    return { release, facts, scanned };
  } catch (problem) {
    if (!(problem instanceof ThothError) || !ofOneRelease.has(problem.code)) throw problem;
    return { release, facts: [], problem, scanned: 0 };
  }
}
