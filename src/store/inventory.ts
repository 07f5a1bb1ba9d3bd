import { join, relative } from "node:path";
import { setImmediate } from "node:timers/promises";
import type { IndexUrl } from "../model/release.ts";
import { indexUrl } from "../model/release.ts";
import { isNormalizedName, type PackageName, packageName } from "../python/name.ts";
import { listFolder } from "../util/atomic-write.ts";
import { indexesOf, readCatalogue } from "./catalogue.ts";
import { DamagedFileError } from "./damage.ts";
import { readWholeFacts } from "./facts-file.ts";
import { countReleases, readWholeReleases } from "./releases-file.ts";
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
  const indexes = catalogueIndexes(paths);
  const found: PackageOnIndex[] = [];
  for (const { key, name, folder } of packageFolders(paths)) {
    const subject = subjectOf(indexes.get(key), name, folder);
    if (subject !== undefined) found.push(subject);
  }
  return withInMemory(found, inMemory);
}

/** Both, each once; sorted by name, then index. */
export function withInMemory(
  found: readonly PackageOnIndex[],
  inMemory: readonly PackageOnIndex[],
): readonly PackageOnIndex[] {
  const known = new Set(inMemory.length === 0 ? [] : found.map(textOf));
  const more = inMemory.filter((one) => !known.has(textOf(one)));
  return [...found, ...more.map(({ name, index }) => ({ name, index }))].sort(byNameAndIndex);
}

/** The indexes with anything about a package, in memory or in folders; sorted. Lists no packages. */
export function listIndexes(
  paths: StorePaths,
  wanted: PackageName,
  inMemory: readonly PackageOnIndex[],
): readonly IndexUrl[] {
  if (!isNormalizedName(wanted)) return [];
  const indexes = catalogueIndexes(paths);
  const written = listFolder(paths.packages).flatMap((key) => {
    const { name, folder } = paths.packageBelow(key, wanted);
    return listFolder(folder).length === 0 ? [] : (subjectOf(indexes.get(key), name, folder) ?? []);
  });
  const found = [...written, ...inMemory].filter(({ name }) => name === wanted);
  return [...new Set(found.map(({ index }) => index))].sort();
}

/** How much the folders hold, from the heads of the lists of releases. */
export async function countStore(
  paths: StorePaths,
): Promise<{ readonly packages: number; readonly releases: number }> {
  let packages = 0;
  let releases = 0;
  for (const { folder } of packageFolders(paths)) {
    packages += 1;
    releases += countReleases(join(folder, "releases.json"));
    if (packages % restAfter === 0) await setImmediate();
  }
  return { packages, releases };
}

// Signals are heard between two packages, and other work goes on.
const restAfter = 20;

function textOf({ name, index }: PackageOnIndex): string {
  return `${name} ${index}`;
}

function byNameAndIndex(a: PackageOnIndex, b: PackageOnIndex): number {
  if (a.name !== b.name) return a.name < b.name ? -1 : 1;
  return a.index < b.index ? -1 : Number(a.index > b.index);
}

/**
 * Reads every file as a whole; what is wrong, and with which file. Changes nothing. Throws the
 * signal's reason once that is aborted.
 */
export async function verifyStore(paths: StorePaths, signal?: AbortSignal): Promise<Problem[]> {
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
  let packages = 0;
  for (const { folder } of packageFolders(paths)) {
    packages += 1;
    if (packages % restAfter === 0) await setImmediate();
    signal?.throwIfAborted();
    for (const file of listFolder(folder)) {
      const path = join(folder, file);
      check(() => (file === "releases.json" ? readWholeReleases(path) : readWholeFacts(path)));
    }
  }
  for (const file of listFolder(paths.sources))
    check(() => readWholeFacts(join(paths.sources, file)));
  // Loaded here: hashing costs more to load than a lock from knowledge takes.
  const { checkAdvisories } = await import("./advisory-check.ts");
  check(() => checkAdvisories(paths.advisories));
  return problems;
}

/** Paths below the root of all files that hold knowledge, folder by folder in order of names. */
export function* storeFiles(paths: StorePaths): Iterable<string> {
  for (const { folder } of packageFolders(paths)) {
    for (const file of listFolder(folder)) yield relative(paths.root, join(folder, file));
  }
  for (const file of listFolder(paths.sources)) yield `sources/${file}`;
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
