import type { FileDetails, FileFacts } from "../../model/knowledge.ts";
import { parseVersion, type Version } from "../../python/version.ts";

/** One release as an index lists it, or listed it. */
interface ListedRelease {
  readonly version: string;
  readonly files: readonly (FileFacts & FileDetails)[];
  readonly vanished?: string;
}

/** One release, reduced to what the formulas use. */
export interface PastRelease {
  readonly version: string;
  readonly parsed: Version;
  readonly files: ListedRelease["files"];
  /** When its first file came, ms since the epoch; undefined where the index does not say. */
  readonly date: number | undefined;
  /** All its files are yanked (PEP 592): the reason, "" where none is given. */
  readonly yanked: string | undefined;
  /** A final or post-release that is neither yanked nor gone. */
  readonly stable: boolean;
}

/** The releases of a package on its index, the newest version first. */
export interface ReleaseHistory {
  /** Those that the index still lists. */
  readonly listed: readonly PastRelease[];
  readonly stable: readonly PastRelease[];
  /** The newest stable one, else the newest that is not yanked. */
  readonly latest: PastRelease | undefined;
  /** Versions that the index no longer lists. */
  readonly vanished: ReadonlySet<string>;
}

export function releaseHistory(releases: readonly ListedRelease[]): ReleaseHistory {
  const vanished = new Set(
    releases.flatMap((one) => (one.vanished === undefined ? [] : [one.version])),
  );
  const listed = releases.flatMap((one) => {
    const parsed = parseVersion(one.version);
    return parsed === undefined || one.vanished !== undefined ? [] : [pastRelease(one, parsed)];
  });
  const stable = listed.filter((one) => one.stable);
  const latest = stable[0] ?? listed.find(({ yanked }) => yanked === undefined);
  return { listed, stable, latest, vanished };
}

/** Dates of releases, the last first; those without one are left out. */
export function datesOf(releases: readonly PastRelease[]): readonly number[] {
  return releases
    .flatMap(({ date }) => (date === undefined ? [] : [date]))
    .sort((one, other) => other - one);
}

function pastRelease({ version, files }: ListedRelease, parsed: Version): PastRelease {
  const dates = files.flatMap(({ uploadedAt }) => {
    const date = Date.parse(uploadedAt ?? "");
    return Number.isNaN(date) ? [] : [date];
  });
  const allYanked = files.length > 0 && files.every((file) => file.yanked !== undefined);
  const yanked = allYanked ? (files.find((file) => file.yanked !== "")?.yanked ?? "") : undefined;
  return {
    version,
    parsed,
    files,
    date: dates.length === 0 ? undefined : Math.min(...dates),
    yanked,
    stable: !parsed.isPrerelease && files.length > 0 && !allYanked,
  };
}
