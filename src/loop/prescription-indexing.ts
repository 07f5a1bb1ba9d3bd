import { createHash, randomUUID } from "node:crypto";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { combiningKinds, type PrescribedKind, type PrescribedUnit } from "../model/prescription.ts";
import { packagesOf } from "../prescription/document.ts";
import { glance, type IndexedUnit } from "../prescription/glance.ts";
import { encodeNameIndex, NameIndex } from "../prescription/name-index.ts";
import { listOfKind } from "../prescription/schema.ts";
import { errorCode, writeAtomic } from "../util/atomic-write.ts";
import type { Problem } from "../util/errors.ts";
import {
  namespaceOf,
  type PrescriptionSet,
  readMetadata,
  readPrescriptions,
  readPrescriptionText,
} from "./prescription-file.ts";
import {
  combiningKey,
  generalKey,
  type IndexedTree,
  type IndexHeader,
  indexFormat,
  type PrescriptionIndex,
  unitKey,
} from "./prescription-index.ts";
import { type FileStamp, listPrescriptions, type PrescriptionTree } from "./prescription-tree.ts";

/** More files than this are not looked at one by one each time. */
const fewFiles = 2000;

// Signals are heard in between
const restAfter = 500;

/** What is needed to index a folder. */
export interface IndexingMeans {
  /** Of the folder in the cache. */
  readonly cache: string;
  readonly signal: AbortSignal;
  /** Told before files are read, which may take seconds: how many, of how many. */
  readonly onReading: (files: number, all: number) => void;
}

/** What one file holds, and of which state of the file that is. */
interface FileRecord {
  readonly stamp: FileStamp;
  readonly units: readonly IndexedUnit[];
  readonly usage: boolean;
}

/** Reads the files of a folder that changed and keeps in the cache what concerns which package. */
export async function indexPrescriptions(
  root: string,
  means: IndexingMeans,
): Promise<PrescriptionIndex> {
  const tree = listPrescriptions(root);
  const faults: Problem[] = [];
  const sets: PrescriptionSet[] = [];
  for (const [path] of tree.metadata) {
    const read = await readMetadata(root, path);
    sets.push(read.set);
    faults.push(...read.faults);
  }
  const known = recordsOf(means.cache, tree.files);
  const changed = tree.files.filter((_, position) => known[position] === undefined).length;
  means.onReading(changed, tree.files.length);
  const records: FileRecord[] = [];
  let toRest = restAfter;
  for (const [position, stamp] of tree.files.entries()) {
    const before = known[position];
    if (before === undefined) toRest -= 1;
    if (toRest === 0) {
      toRest = restAfter;
      await setImmediate();
      means.signal.throwIfAborted();
    }
    const { faults: own, ...record } = before ?? (await readRecord(root, stamp, sets));
    records.push(record);
    faults.push(...own);
  }
  return keepIndex(means.cache, { root, tree, sets, records, faults });
}

/** What a file holds; of plain files only a parser could tell what is wrong with them. */
async function readRecord(
  root: string,
  stamp: FileStamp,
  sets: readonly PrescriptionSet[],
): Promise<KnownRecord> {
  const [path] = stamp;
  const text = readPrescriptionText(root, path);
  if (typeof text !== "string") return { stamp, units: [], usage: false, faults: [text] };
  const usage = text.includes("library_usage");
  const plain = glance(text);
  if (plain !== undefined) return { stamp, units: plain, usage, faults: [] };
  const namespace = namespaceOf(path, sets);
  const { units, faults } = await readPrescriptions(root, path, namespace);
  return { stamp, units: units.map((unit) => indexedUnit(unit, namespace)), usage, faults };
}

type KnownRecord = FileRecord & { readonly faults: readonly Problem[] };

function indexedUnit(unit: PrescribedUnit, namespace: string): IndexedUnit {
  const { kind } = unit;
  const name = unit.name.slice(namespace.length + 1);
  return { list: listOfKind(kind), name, kind, ...packagesOf(unit) };
}

/** What is known of files that are as they were when the folder was indexed last, by position. */
function recordsOf(
  cache: string,
  files: readonly FileStamp[],
): readonly (KnownRecord | undefined)[] {
  const byPath = new Map(keptRecords(cache).map((one) => [one.stamp[0], one]));
  return files.map(([path, size, changedAt]) => {
    const record = byPath.get(path);
    const isSame = record?.stamp[1] === size && record.stamp[2] === changedAt;
    return record !== undefined && isSame ? { ...record, faults: [] } : undefined;
  });
}

function keptRecords(cache: string): readonly FileRecord[] {
  try {
    const value: unknown = JSON.parse(readFileSync(join(cache, "records"), "utf8"));
    return isRecords(value) ? value.records : [];
  } catch (error) {
    if (errorCode(error) === undefined && !(error instanceof SyntaxError)) throw error;
    return [];
  }
}

function isRecords(value: unknown): value is { readonly records: readonly FileRecord[] } {
  return (
    typeof value === "object" &&
    value !== null &&
    "format" in value &&
    value.format === indexFormat &&
    "records" in value &&
    Array.isArray(value.records)
  );
}

interface IndexedFolder {
  readonly root: string;
  readonly tree: PrescriptionTree;
  readonly sets: readonly PrescriptionSet[];
  readonly records: readonly FileRecord[];
  readonly faults: readonly Problem[];
}

function keepIndex(cache: string, folder: IndexedFolder): PrescriptionIndex {
  const { tree, sets, records, faults } = folder;
  const growing = new GrowingIndex();
  for (const { stamp, units } of records) growing.add(stamp[0], units);
  const id = randomUUID();
  const files = [...tree.files, ...tree.metadata];
  const header: IndexHeader = {
    format: indexFormat,
    id,
    ...(tree.files.length <= fewFiles ? { stamp: stampOf(folder, files) } : {}),
    fileCount: tree.files.length,
    units: Object.fromEntries(growing.units),
    sets,
    asksForLibraryUsage: records.some(({ usage }) => usage),
    faults,
  };
  const names = encodeNameIndex({ format: indexFormat }, growing.names);
  const packages = encodeNameIndex(header, growing.packages);
  const indexed: IndexedTree = { id, folders: tree.folders, files };
  // What is wrong with a file is told each time that it is indexed: such files are read again
  const faulty = new Set(faults.map(({ place }) => place?.file));
  const kept = records.filter(({ stamp }) => !faulty.has(stamp[0]));
  try {
    writeAtomic(join(cache, "records"), JSON.stringify({ format: indexFormat, records: kept }));
    writeAtomic(join(cache, "tree"), JSON.stringify(indexed));
    writeAtomic(join(cache, "names"), names);
    writeAtomic(join(cache, "packages"), packages);
  } catch (error) {
    // Without a cache it is made anew each time
    if (errorCode(error) === undefined) throw error;
  }
  const opened = (bytes: Buffer) => new NameIndex(bytes, () => bytes);
  return { header, packages: opened(packages), names: () => opened(names) };
}

function stampOf({ root, tree }: IndexedFolder, files: readonly FileStamp[]): string {
  return createHash("sha256")
    .update(JSON.stringify([root, tree.folders, files]))
    .digest("hex");
}

class GrowingIndex {
  readonly packages = new Map<string, Set<string>>();
  readonly names = new Map<string, Set<string>>();
  readonly units = new Map<PrescribedKind, number>();

  add(path: string, units: readonly IndexedUnit[]): void {
    for (const { list, name, kind, packages, general } of units) {
      this.units.set(kind, (this.units.get(kind) ?? 0) + 1);
      put(this.names, unitKey(list, name), path);
      for (const one of packages) put(this.packages, one, path);
      if (general) put(this.packages, generalKey, path);
      if (combiningKinds.has(kind)) put(this.packages, combiningKey, path);
    }
  }
}

function put(map: Map<string, Set<string>>, key: string, value: string): void {
  // What holds a control character could break the lines; nobody can ask for it then
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just these
  if (/[\x00-\x1f]/.test(key)) return;
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}
