import type { Dirent } from "node:fs";
import { readdir, readFile, stat } from "node:fs/promises";
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

/** One file of a database: a record in JSON or YAML. */
export interface AdvisoryFile {
  readonly name: string;
  readonly text: string;
}

const maxArchiveBytes = 256e6;
const maxRecordBytes = 5e6;
const maxTotalBytes = 2e9;
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
export async function* filesOfFolder(folder: string): AsyncIterable<AdvisoryFile> {
  const paths: string[] = [];
  await listBelow(folder, "", paths);
  for (const name of recordNames(paths)) {
    const path = join(folder, name);
    const { size } = await stat(path);
    if (size > maxRecordBytes) throw new BadArchive(`${name} has ${size} bytes`);
    yield { name, text: await readFile(path, "utf8") };
  }
}

async function listBelow(folder: string, below: string, paths: string[]): Promise<void> {
  if (below.split("/").length > deepestFolder) return;
  const entries: Dirent[] = await readdir(join(folder, below), { withFileTypes: true });
  entries.sort((a, b) => (a.name < b.name ? -1 : 1));
  for (const entry of entries) {
    const path = below === "" ? entry.name : `${below}/${entry.name}`;
    if (entry.isDirectory()) await listBelow(folder, path, paths);
    if (entry.isFile()) paths.push(path);
    if (paths.length > maxRecords) throw new BadArchive(`it has more than ${maxRecords} files`);
  }
}

/** The records of a zip. Throws BadArchive where it is damaged, unsafe or too large. */
export async function* filesOfArchive(path: string): AsyncIterable<AdvisoryFile> {
  const { size } = await stat(path);
  if (size > maxArchiveBytes) throw new BadArchive(`it has ${size} bytes`);
  const bytes = await readFile(path);
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
      for (const name of recordNames([...byName.keys()])) {
        const bytes = await byName.get(name)?.read(maxRecordBytes);
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
