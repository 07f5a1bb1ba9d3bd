import type { Gap } from "../model/gap.ts";
import type { Release } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { anyVersion } from "../python/version-range.ts";
import type { Bench } from "./bench.ts";
import { learnSource } from "./learn-source.ts";

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
export async function learnReleases(
  bench: Bench,
  wanted: readonly { readonly name: PackageName; readonly index: Release["index"] }[],
): Promise<void> {
  const { learner, frontier } = bench;
  await Promise.all(
    wanted.map(async ({ name, index }) => {
      await learner.releases(name, index);
      frontier.want(name, anyVersion, []);
    }),
  );
  await frontier.settled();
}

/** Asks for metadata, building where nothing else tells. */
export async function learnMetadata(
  bench: Bench,
  wanted: readonly { readonly release: Release; readonly filename: string | null }[],
): Promise<void> {
  const { learner, frontier } = bench;
  const perName = new Map<PackageName, number>();
  for (const { release } of wanted) perName.set(release.name, (perName.get(release.name) ?? 0) + 1);
  await Promise.all(
    wanted.map(async ({ release, filename }) => {
      const file = filename ?? learner.fileOf(release);
      if (file === undefined) return;
      const fact = await learner.metadata(release, file);
      // One of a growing batch is a candidate among many, not a likely pick
      const alone = perName.get(release.name) === 1;
      if (alone && fact?.state === "known") frontier.followRequirements(release, fact.requires);
    }),
  );
  await frontier.settled();
}
