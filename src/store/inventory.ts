import { join } from "node:path";
import type { IndexUrl } from "../model/release.ts";
import { indexUrl } from "../model/release.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { listFolder } from "../util/atomic-write.ts";
import { indexesOf, readCatalogue } from "./catalogue.ts";
import { DamagedFileError } from "./damage.ts";
import { readWholeFacts } from "./facts-file.ts";
import { readWholeReleases } from "./releases-file.ts";
import type { StorePaths } from "./store-paths.ts";

export interface PackageOnIndex {
  readonly name: PackageName;
  readonly index: IndexUrl;
}

interface Problem {
  readonly file: string;
  readonly reason: string;
}

/** What the folders hold, with what is only in memory yet; sorted by name, then index. */
export function listPackages(
  paths: StorePaths,
  inMemory: readonly PackageOnIndex[],
): readonly PackageOnIndex[] {
  const found = new Map<string, PackageOnIndex>();
  for (const { name, index } of inMemory) found.set(`${name} ${index}`, { name, index });
  const indexes = catalogueIndexes(paths);
  for (const { key, name, folder } of packageFolders(paths)) {
    const subject = subjectOf(indexes.get(key), name, folder);
    if (subject !== undefined) found.set(`${subject.name} ${subject.index}`, subject);
  }
  return [...found].sort(([a], [b]) => (a < b ? -1 : Number(a > b))).map(([, subject]) => subject);
}

/** Reads every file as a whole; what is wrong, and with which file. Changes nothing. */
export function verifyStore(paths: StorePaths): Problem[] {
  const problems: Problem[] = [];
  const check = (read: () => unknown) => {
    try {
      read();
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      problems.push({ file: error.path, reason: error.reason });
    }
  };
  check(() => readCatalogue(paths.catalogue));
  for (const { folder } of packageFolders(paths)) {
    for (const file of listFolder(folder)) {
      const path = join(folder, file);
      check(() => (file === "releases.json" ? readWholeReleases(path) : readWholeFacts(path)));
    }
  }
  for (const file of listFolder(paths.sources))
    check(() => readWholeFacts(join(paths.sources, file)));
  return problems;
}

function* packageFolders(
  paths: StorePaths,
): Iterable<{ key: string; name: string; folder: string }> {
  for (const key of listFolder(paths.packages)) {
    for (const start of listFolder(join(paths.packages, key))) {
      for (const name of listFolder(join(paths.packages, key, start))) {
        yield { key, name, folder: join(paths.packages, key, start, name) };
      }
    }
  }
}

/** Folder names say it all, but for very long names and for an index that the catalogue forgot. */
function subjectOf(
  index: IndexUrl | undefined,
  name: string,
  folder: string,
): PackageOnIndex | undefined {
  if (index !== undefined && !/-[0-9a-f]{16}$/.test(name)) {
    return { name: packageName(name), index };
  }
  try {
    const page = readWholeReleases(join(folder, "releases.json"));
    return page === undefined ? undefined : { name: page.name, index: page.index };
  } catch (error) {
    if (error instanceof DamagedFileError) return undefined;
    throw error;
  }
}

function catalogueIndexes(paths: StorePaths): Map<string, IndexUrl> {
  try {
    return indexesOf(readCatalogue(paths.catalogue));
  } catch (error) {
    // What the catalogue would have said stands in the files too.
    if (error instanceof DamagedFileError) return new Map([["", indexUrl("")]]);
    throw error;
  }
}
