import { readFileSync } from "node:fs";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { SeenRelease } from "../security/provenance-history.ts";
import { errorCode, storageError, writeAtomic } from "../util/atomic-write.ts";
import { isRecord, parsedJson } from "../util/json.ts";

const schema = "thoth.provenance-seen";

/** What checks of one project saw of its packages, so that a later one sees what changed. */
export type SeenReleases = ReadonlyMap<PackageName, SeenRelease>;

/** Empty where no check was made yet; undefined where the file can't be understood. */
export function readSeen(path: string): SeenReleases | undefined {
  const text = readText(path);
  const seen = new Map<PackageName, SeenRelease>();
  if (text === undefined) return seen;
  const document = parsedJson(text);
  const packages =
    isRecord(document) && document["schema"] === schema ? document["packages"] : null;
  if (!isRecord(packages)) return undefined;
  for (const [name, raw] of Object.entries(packages)) {
    const release = isRecord(raw) ? readRelease(raw) : undefined;
    if (release === undefined) return undefined;
    seen.set(packageName(name), release);
  }
  return seen;
}

export function writeSeen(path: string, seen: SeenReleases): void {
  const packages = Object.fromEntries([...seen].sort(([one], [other]) => (one < other ? -1 : 1)));
  const text = `${JSON.stringify({ schema, version: "1.0", packages }, undefined, 1)}\n`;
  try {
    writeAtomic(path, text);
  } catch (error) {
    throw storageError(error, path, "store-unwritable");
  }
}

function readRelease(raw: Readonly<Record<string, unknown>>): SeenRelease | undefined {
  const { version, index, files } = raw;
  if (typeof version !== "string" || typeof index !== "string" || !Array.isArray(files)) {
    return undefined;
  }
  const hashes = files.filter((file) => typeof file === "string");
  return { version, index: indexUrl(index), files: hashes };
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    const code = errorCode(error);
    if (code === "ENOENT" || code === "ENOTDIR") return undefined;
    throw storageError(error, path, "store-damaged");
  }
}

/** What a check saw of one package. */
export interface Sighting {
  readonly name: PackageName;
  readonly version: string;
  readonly index: IndexUrl;
  readonly files: readonly string[];
  /** Whether the user named the index as one that files may come from. */
  readonly vouched: boolean;
}

/**
 * What is remembered after a check: the first sight of each release stays, so that a change is told
 * until the lock moves on; an index that changed is only taken over once the user vouches for it.
 * The same map where nothing is to be added.
 */
export function remembered(seen: SeenReleases, sightings: readonly Sighting[]): SeenReleases {
  const news = new Map<PackageName, SeenRelease>();
  for (const { name, version, index, files, vouched } of sightings) {
    const before = seen.get(name);
    const moved = before !== undefined && before.index !== index;
    if (moved && !vouched) continue;
    if (before === undefined || moved || before.version !== version) {
      news.set(name, { version, index, files: [...files].sort() });
    }
  }
  return news.size === 0 ? seen : new Map([...seen, ...news]);
}
