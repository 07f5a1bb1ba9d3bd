import type {
  FileDetails,
  FileFacts,
  GoneFile,
  IndexPage,
  Validators,
} from "../model/knowledge.ts";
import type { ProjectStatus } from "../model/package-fact.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion } from "../python/version.ts";

/** One release of a page as it is kept: what choosing, fetching and locking need. */
export interface StoredRelease {
  readonly version: string;
  readonly files: readonly (FileFacts & FileDetails)[];
  readonly vanished?: string;
  readonly gone?: readonly GoneFile[];
}

/** All that the store keeps of one package on one index. Releases newest first. */
export interface StoredPage {
  readonly name: PackageName;
  readonly index: IndexUrl;
  readonly checkedAt: number;
  readonly validators: Validators;
  readonly absent?: string;
  readonly status?: ProjectStatus;
  readonly attests?: boolean;
  readonly releases: readonly StoredRelease[];
}

/** What was put since the last flush, to be laid over what the file holds by then. */
export interface PagePatch {
  readonly page?: StoredPage;
  readonly confirmedAt?: number;
  readonly vanished: ReadonlyMap<string, string>;
}

export function pageOf(page: IndexPage): StoredPage {
  const { name, index, checkedAt, validators, status, attests, releases } = page;
  return {
    name,
    index,
    checkedAt,
    validators,
    ...(status === undefined ? {} : { status }),
    ...(attests === undefined ? {} : { attests }),
    releases,
  };
}

/**
 * The page that was checked later, with what vanished between the two: a release or a file that an
 * index no longer lists is still in locks and in the memory of people, so it is kept and marked.
 */
export function mergePages(one: StoredPage | undefined, other: StoredPage): StoredPage {
  if (one === undefined) return other;
  const [older, newer] = one.checkedAt > other.checkedAt ? [other, one] : [one, other];
  const since = new Date(newer.checkedAt).toISOString();
  const before = new Map(older.releases.map((release) => [release.version, release]));
  const listed = newer.releases.map((release) => {
    const known = before.get(release.version);
    before.delete(release.version);
    return known === undefined ? release : rememberGone(known, release, since);
  });
  if (before.size === 0) return { ...newer, releases: listed };
  const marked = [...before.values()].map((release) => ({
    ...release,
    vanished: release.vanished ?? since,
  }));
  return { ...newer, releases: [...listed, ...marked].sort(newestFirst) };
}

/** A release as it is listed now, with the files that it had before and has no longer. */
function rememberGone(before: StoredRelease, now: StoredRelease, since: string): StoredRelease {
  const same = (file: FileDetails, at: number) => file.sha256 === now.files[at]?.sha256;
  if (before.gone === undefined && before.files.every(same)) return now;
  const here = new Set(now.files.map(({ sha256 }) => sha256));
  const unhashed = new Set(
    now.files.flatMap((file) => (file.sha256 === undefined ? [file.filename] : [])),
  );
  const left = before.files.flatMap(({ filename, sha256 }) =>
    sha256 === undefined || unhashed.has(filename) ? [] : [{ filename, sha256, vanished: since }],
  );
  const known = new Map(
    [...left, ...(before.gone ?? []), ...(now.gone ?? [])].map((file) => [file.sha256, file]),
  );
  const gone = [...known.values()].filter(({ sha256 }) => !here.has(sha256));
  return gone.length === 0 ? now : { ...now, gone: gone.sort(byVanished).slice(0, mostGone) };
}

/** A release that is built anew every night under one name must not grow for ever. */
const mostGone = 20;

/** The latest first, so that the text of a file does not depend on the order of merging. */
function byVanished(a: GoneFile, b: GoneFile): number {
  if (a.vanished !== b.vanished) return a.vanished < b.vanished ? 1 : -1;
  return a.sha256 < b.sha256 ? -1 : Number(a.sha256 > b.sha256);
}

/** undefined where nothing is known and the patch brings no page either. */
export function applyPatch(old: StoredPage | undefined, patch: PagePatch): StoredPage | undefined {
  const page = patch.page === undefined ? old : mergePages(old, patch.page);
  if (page === undefined) return undefined;
  const { vanished } = patch;
  const releases = vanished.size === 0 ? page.releases : page.releases.map(markVanished(vanished));
  // Somebody else than the index says so: it is asked for the whole page next time, and its word wins
  const contradicted = releases.some(
    (release, at) => release.vanished !== page.releases[at]?.vanished,
  );
  return {
    ...page,
    ...(contradicted ? { validators: {} } : {}),
    checkedAt: Math.max(page.checkedAt, patch.confirmedAt ?? 0),
    releases,
  };
}

export function newestFirst(a: { version: string }, b: { version: string }): number {
  return compareVersionTexts(b.version, a.version);
}

/** PEP 440 order; texts that are no version come first, in order of their characters. */
export function compareVersionTexts(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left === undefined || right === undefined) {
    if (left !== undefined) return 1;
    if (right !== undefined) return -1;
    return a < b ? -1 : Number(a > b);
  }
  return compareVersions(left, right);
}

function markVanished(vanished: ReadonlyMap<string, string>) {
  return (release: StoredRelease): StoredRelease => {
    const since = release.vanished ?? vanished.get(release.version);
    return since === undefined ? release : { ...release, vanished: since };
  };
}
