import type { FileDetails, FileIdentity, FilesChange, IndexPage } from "../model/knowledge.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import type { StoredPage } from "../store/stored-page.ts";

/** What an index says differently of a package than before. Versions newest first. */
export interface PageChanges {
  readonly name: PackageName;
  readonly index: IndexUrl;
  /** Listed now and not before, or again after they had vanished. */
  readonly released: readonly string[];
  /** Those among them that were known, with the files they have now. */
  readonly returned: readonly (FilesChange & { readonly version: string })[];
  /** Listed before and no longer. */
  readonly vanished: readonly string[];
  /** Nothing of the package is listed any more. */
  readonly packageVanished: boolean;
  /** Releases that stayed, with other files. */
  readonly files: readonly (FilesChange & { readonly version: string })[];
}

/**
 * Compares what was known with what the index lists now (`absent`: with nothing). Undefined if
 * nothing changed that anybody could have built on; a package seen for the first time changes
 * nothing. Files without a hash can't be told apart and are left out.
 */
export function pageChanges(
  known: StoredPage | undefined,
  now: Pick<IndexPage, "releases"> | "absent",
): PageChanges | undefined {
  if (known === undefined || known.releases.length === 0) return undefined;
  const { name, index } = known;
  const listed = new Map(
    now === "absent" ? [] : now.releases.map(({ version, files }) => [version, files]),
  );
  const before = new Set<string>();
  const vanished: string[] = [];
  const files: (FilesChange & { version: string })[] = [];
  const returned: (FilesChange & { version: string })[] = [];
  for (const release of known.releases) {
    const { version } = release;
    const current = listed.get(version);
    if (release.vanished !== undefined) {
      if (current === undefined) continue;
      const gone = identitiesWithout(release.files, current);
      // All its files count as come, so that what failed while they were away is tried again
      returned.push({ version, gone, come: identitiesWithout(current, []) });
      continue;
    }
    before.add(version);
    if (current === undefined) vanished.push(version);
    else files.push(...changeOf(version, release.files, current));
  }
  const released = [...listed.keys()].filter((version) => !before.has(version));
  if (released.length + vanished.length + files.length === 0) return undefined;
  const packageVanished = listed.size === 0;
  return { name, index, released, returned, vanished, packageVanished, files };
}

/**
 * Whether an answer takes anything away. Such an answer is asked for again, past caches, before it
 * is believed: an index that is just being synchronised, or a cache in between, may list nothing
 * or an old state for a moment, and projects would be moved off releases that are there. What is
 * true is true twice, and it is rare enough that the second request costs nothing.
 */
export function takesAway({ vanished, files }: PageChanges): boolean {
  return vanished.length > 0 || files.some(({ gone }) => gone.length > 0);
}

function changeOf(
  version: string,
  before: readonly FileDetails[],
  now: readonly FileDetails[],
): readonly (FilesChange & { version: string })[] {
  if (before.every(({ sha256 }, at) => sha256 === now[at]?.sha256) && before.length === now.length)
    return [];
  const gone = identitiesWithout(before, now);
  const come = identitiesWithout(now, before);
  return gone.length + come.length === 0 ? [] : [{ version, gone, come }];
}

/** The files whose hash is not among the others'; one that stands there without a hash may be it. */
function identitiesWithout(
  files: readonly FileDetails[],
  others: readonly FileDetails[],
): readonly FileIdentity[] {
  const hashes = new Set(others.map(({ sha256 }) => sha256));
  const unhashed = new Set(
    others.flatMap((file) => (file.sha256 === undefined ? [file.filename] : [])),
  );
  return files.flatMap(({ filename, sha256 }) =>
    sha256 === undefined || hashes.has(sha256) || unhashed.has(filename)
      ? []
      : [{ filename, sha256 }],
  );
}
