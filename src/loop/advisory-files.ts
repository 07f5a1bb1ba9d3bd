import type { Dirent } from "node:fs";
import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import {
  BadArchive,
  dataStart,
  entriesOf,
  findDirectory,
  UnreadByRanges,
  unpackEntry,
  type ZipEntry,
} from "../package-index/zip-directory.ts";
import { withZip } from "../package-index/zip-file.ts";
import { errorCode } from "../util/atomic-write.ts";
import { readRegularFile } from "./regular-file.ts";

/** One file of a database: a record in JSON or YAML. */
export interface AdvisoryFile {
  readonly name: string;
  readonly text: string;
}

/** No database of advisories is as large as this. */
export const maxArchiveBytes = 256e6;
const maxRecordBytes = 5e6;
const maxTotalBytes = 2e9;
const maxHeldBytes = 256e6;
const maxRecords = 100_000;
const deepestFolder = 8;

/** Where tools that keep OSV's exports have that of PyPI, below the folder they are told. */
const layouts = [
  "all.zip",
  "PyPI/all.zip",
  "osv-scanner/PyPI/all.zip",
  "osv-scalibr/PyPI/all.zip",
] as const;

/** The archive that a folder of such a tool holds; undefined where the folder holds records. */
export async function archiveInFolder(folder: string): Promise<string | undefined> {
  for (const layout of layouts) {
    const path = join(folder, layout);
    const found = await stat(path).catch(absent);
    if (found?.isFile() === true) return path;
  }
  return undefined;
}

/** The records below a folder, in the order of their paths. Links are not followed. */
export async function* filesOfFolder(
  folder: string,
  signal: AbortSignal,
): AsyncIterable<AdvisoryFile> {
  const found: Found = { paths: [], entries: 0, signal };
  await listBelow(folder, "", found);
  for (const name of recordNames(found.paths)) {
    const options = { most: maxRecordBytes, signal };
    const bytes = await readRegularFile(join(folder, name), options).catch((error: unknown) => {
      throw error instanceof BadArchive ? new BadArchive(`${name}: ${error.message}`) : error;
    });
    yield { name, text: bytes.toString("utf8") };
  }
}

interface Found {
  readonly paths: string[];
  /** Folders and what else stands there included. */
  entries: number;
  readonly signal: AbortSignal;
}

async function listBelow(folder: string, below: string, found: Found): Promise<void> {
  if (below.split("/").length > deepestFolder) return;
  found.signal.throwIfAborted();
  const entries: Dirent[] = await readdir(join(folder, below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  found.entries += entries.length;
  if (found.entries > maxRecords) throw new BadArchive(`it has more than ${maxRecords} files`);
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await listBelow(folder, path, found);
    if (entry.isFile()) found.paths.push(path);
  }
}

/** A zip in memory. */
export interface AdvisoryArchive {
  readonly path: string;
  readonly bytes: Buffer;
}

/** Throws BadArchive where it is too large, or no regular file. */
export async function readArchive(path: string, signal: AbortSignal): Promise<AdvisoryArchive> {
  return { path, bytes: await readRegularFile(path, { most: maxArchiveBytes, signal }) };
}

/** The records of a zip. Throws BadArchive where it is damaged, unsafe or too large. */
export async function* filesOfArchive({
  path,
  bytes,
}: AdvisoryArchive): AsyncIterable<AdvisoryFile> {
  const entries = listedEntries(bytes);
  if (entries === undefined) yield* filesOfLargeArchive(path);
  else yield* filesOfEntries(bytes, entries);
}

/** From memory and without a stream for each record, which takes a fifth of the time. */
function* filesOfEntries(
  bytes: Buffer,
  entries: ReadonlyMap<string, ZipEntry>,
): Iterable<AdvisoryFile> {
  let total = 0;
  for (const name of recordNames([...entries.keys()])) {
    const entry = entries.get(name);
    if (entry === undefined) continue;
    total += entry.size;
    if (total > maxTotalBytes) throw new BadArchive(`it holds more than ${maxTotalBytes} bytes`);
    const start = entry.offset + dataStart(bytes.subarray(entry.offset));
    const data = bytes.subarray(start, start + entry.compressedSize);
    yield { name, text: unpackEntry(entry, data, maxRecordBytes).toString("utf8") };
  }
}

/** Undefined for a form that only a whole reader understands (zip64). */
function listedEntries(bytes: Buffer): ReadonlyMap<string, ZipEntry> | undefined {
  try {
    const { offset, size } = findDirectory(bytes.subarray(-65_557), bytes.length);
    const entries = entriesOf(bytes.subarray(offset, offset + size), isSafe);
    if (entries.length > maxRecords) throw new BadArchive(`it has ${entries.length} members`);
    return new Map(entries.map((entry) => [entry.name, entry]));
  } catch (error) {
    if (error instanceof UnreadByRanges) return undefined;
    throw error;
  }
}

async function* filesOfLargeArchive(path: string): AsyncIterable<AdvisoryFile> {
  const files: AdvisoryFile[] = [];
  await withZip(
    path,
    () => true,
    async (members) => {
      const byName = new Map(members.map((member) => [member.name, member]));
      let held = 0;
      for (const name of recordNames([...byName.keys()])) {
        const bytes = await byName.get(name)?.read(maxRecordBytes);
        held += bytes?.length ?? 0;
        if (held > maxHeldBytes) throw new BadArchive(`it holds more than ${maxHeldBytes} bytes`);
        if (bytes !== undefined) files.push({ name, text: bytes.toString("utf8") });
      }
    },
  );
  yield* files;
}

/** Nothing is ever written under such a name; an archive that has one is up to no good. */
function isSafe(name: string): boolean {
  const bad = /^[/\\]|^[a-z]:|\\|\0/i.test(name) || name.split("/").includes("..");
  if (bad) throw new BadArchive(`it has a member \`${name}\``);
  return true;
}

/** Of a checkout of a database of the PyPA only `vulns` holds records. */
function recordNames(paths: readonly string[]): readonly string[] {
  const records = paths.filter((path) => /\.(json|ya?ml)$/.test(path) && !/(^|\/)\./.test(path));
  const inVulns = records.filter((path) => /^(?:[^/]+\/)?vulns\//.test(path));
  return inVulns.length === 0 ? records : inVulns;
}

function absent(error: unknown): undefined {
  if (["ENOENT", "ENOTDIR"].includes(errorCode(error) ?? "")) return undefined;
  throw error;
}
