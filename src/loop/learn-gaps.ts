import type { Gap } from "../model/gap.ts";
import type { Release } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { anyVersion } from "../python/version-range.ts";
import type { Bench } from "./bench.ts";
import { learnSource } from "./learn-source.ts";
import { listedRelease } from "./listed-release.ts";

/** Fills gaps of releases, metadata and sources, all at once, and runs ahead from what is learnt. */
export async function learnGaps(bench: Bench, gaps: readonly Gap[]): Promise<void> {
  const releases = gaps.flatMap((gap) => (gap.missing === "releases" ? [gap] : []));
  const metadata = gaps.flatMap((gap) => (gap.missing === "metadata" ? [gap] : []));
  const sources = gaps.flatMap((gap) => (gap.missing === "source" ? [gap] : []));
  await Promise.all([
    learnReleases(bench, releases),
    learnMetadata(bench, metadata),
    ...sources.map(({ name, key }) => learnSource(bench, name, key)),
  ]);
}

/** Asks the index for the releases of packages, and for what their likely picks need. */
export async function learnReleases(bench: Bench, wanted: readonly WantedList[]): Promise<void> {
  await Promise.all(startReleases(bench, wanted));
  await bench.frontier.settled();
}

interface WantedList {
  readonly name: PackageName;
  readonly index: Release["index"];
}

/** The same, one promise each; what is run ahead goes on until the frontier has settled. */
export function startReleases(
  bench: Bench,
  wanted: readonly WantedList[],
): readonly Promise<void>[] {
  return wanted.map(async (one) => {
    await freshReleases(bench, one);
    bench.frontier.want(one.name, anyVersion, []);
  });
}

/** Has the index asked, unless what it said is fresh: others may have asked meanwhile. */
export async function freshReleases(
  { services, learner }: Bench,
  { name, index }: WantedList,
): Promise<void> {
  const checkedAt = services.store.releases(name, index)?.checkedAt;
  if (checkedAt !== undefined && checkedAt >= services.now() - services.configuration.freshnessMs)
    return;
  await learner.releases(name, index);
}

interface WantedMetadata {
  readonly release: Release;
  readonly filename: string | null;
}

/** Asks for metadata, building where nothing else tells. */
export async function learnMetadata(
  bench: Bench,
  wanted: readonly WantedMetadata[],
): Promise<void> {
  await Promise.all(startMetadata(bench, wanted));
  await bench.frontier.settled();
}

/** The same, one promise each; what is run ahead goes on until the frontier has settled. */
export function startMetadata(
  bench: Bench,
  wanted: readonly WantedMetadata[],
): readonly Promise<void>[] {
  const { learner, frontier } = bench;
  const perName = new Map<PackageName, number>();
  for (const { release } of wanted) perName.set(release.name, (perName.get(release.name) ?? 0) + 1);
  return wanted.map(async ({ release, filename }) => {
    // Of a release that was never listed here nothing could be said, not even that it is gone
    if (bench.services.store.details(release) === undefined) await listedRelease(bench, release);
    const file = filename ?? learner.fileOf(release);
    if (file === undefined) return;
    const fact = await learner.metadata(release, file);
    // One of a growing batch is a candidate among many, not a likely pick
    const alone = perName.get(release.name) === 1;
    if (alone && fact?.state === "known") frontier.followRequirements(release, fact.requires);
  });
}
