import { createHash, randomUUID } from "node:crypto";
import { readFileSync, statSync, utimesSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import {
  combiningKinds,
  type PrescribedKind,
  type PrescribedUnit,
  type UnitList,
} from "../model/prescription.ts";
import { packagesOf } from "../prescription/document.ts";
import { glance, type IndexedUnit } from "../prescription/glance.ts";
import { encodeLineIndex, LineIndex } from "../prescription/line-index.ts";
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
  type FileStamp,
  type FolderStamp,
  isFileAsBefore,
  isFolderAsBefore,
  listPrescriptions,
} from "./prescription-tree.ts";

/** What an index says of a whole folder. */
export interface IndexHeader {
  readonly format: typeof format;
  /** Another one each time that the folder is indexed. */
  readonly id: string;
  readonly folders: readonly FolderStamp[];
  /** Undefined where they are so many that they are looked at one by one, when they are read. */
  readonly files?: readonly FileStamp[];
  readonly fileCount: number;
  readonly units: Readonly<Partial<Record<PrescribedKind, number>>>;
  /** Files with units that look at no package in particular. */
  readonly general: readonly string[];
  /** Files with units of a combining kind. */
  readonly combining: readonly string[];
  readonly sets: readonly PrescriptionSet[];
  readonly asksForLibraryUsage: boolean;
  /** Of files that are no prescriptions at all, and of all that only a parser understands. */
  readonly faults: readonly Problem[];
}

/** Which files of a folder concern a package. */
export interface PrescriptionIndex {
  readonly header: IndexHeader;
  readonly packages: LineIndex;
  /** `boots NAME` to files; read only for units that depend on others. */
  names(): LineIndex;
}

const format = 1;

/** More files than this are not looked at one by one each time. */
const fewFiles = 2000;

// Signals are heard in between
const restAfter = 500;

/** Where what is kept of a folder lies in the cache. */
export function prescriptionCache(cacheDirectory: string, root: string): string {
  const key = createHash("sha256").update(root).digest("hex").slice(0, 16);
  return join(cacheDirectory, "prescriptions", key);
}

/** Of many files it counts for a while that nothing changed: to ask of each takes longer than advice. */
export interface IndexFreshness {
  /** ms since the epoch. */
  readonly now: number;
  readonly freshnessMs: number;
}

/** The index that the cache holds of a folder; undefined where there is none, or another one now. */
export function keptIndex(
  cache: string,
  root: string,
  { now, freshnessMs }: IndexFreshness,
): PrescriptionIndex | undefined {
  try {
    const path = join(cache, "packages");
    const packages = new LineIndex(readFileSync(path));
    const header = packages.header();
    if (!isHeader(header)) return undefined;
    const age = now - statSync(path).mtimeMs;
    const isChecked = header.files === undefined && age >= 0 && age < freshnessMs;
    if (!isChecked) {
      if (!isAsBefore(root, header)) return undefined;
      // The time of the file says when it was last found to be right
      utimesSync(path, now / 1000, now / 1000);
    }
    return { header, packages, names: () => new LineIndex(readFileSync(join(cache, "names"))) };
  } catch (error) {
    if (errorCode(error) === undefined && !(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

function isHeader(value: unknown): value is IndexHeader {
  return (
    typeof value === "object" && value !== null && "format" in value && value.format === format
  );
}

function isAsBefore(root: string, { folders, files = [] }: IndexHeader): boolean {
  return (
    folders.every((folder) => isFolderAsBefore(root, folder)) &&
    files.every((file) => isFileAsBefore(root, file))
  );
}

/** Reads all files of a folder and keeps in the cache what concerns which package. */
export async function indexPrescriptions(
  cache: string,
  root: string,
  signal: AbortSignal,
): Promise<PrescriptionIndex> {
  const tree = listPrescriptions(root);
  const faults: Problem[] = [];
  const sets: PrescriptionSet[] = [];
  for (const [path] of tree.metadata) {
    const read = await readMetadata(root, path);
    sets.push(read.set);
    faults.push(...read.faults);
  }
  const growing = new GrowingIndex();
  for (const [position, [path]] of tree.files.entries()) {
    if (position % restAfter === restAfter - 1) {
      await setImmediate();
      signal.throwIfAborted();
    }
    faults.push(...(await addFile(growing, root, path, namespaceOf(path, sets))));
  }
  const { files } = tree;
  const header: IndexHeader = {
    format,
    id: randomUUID(),
    folders: tree.folders,
    ...(files.length <= fewFiles ? { files: [...files, ...tree.metadata] } : {}),
    fileCount: files.length,
    units: Object.fromEntries(growing.units),
    general: growing.general,
    combining: growing.combining,
    sets,
    asksForLibraryUsage: growing.asksForLibraryUsage,
    faults,
  };
  return keepIndex(cache, header, growing);
}

/** What is wrong with it; of plain files only a parser could tell. */
async function addFile(
  growing: GrowingIndex,
  root: string,
  path: string,
  namespace: string,
): Promise<readonly Problem[]> {
  const text = readPrescriptionText(root, path);
  if (typeof text !== "string") return [text];
  growing.asksForLibraryUsage ||= text.includes("library_usage");
  const plain = glance(text);
  if (plain !== undefined) {
    growing.add(path, plain);
    return [];
  }
  const { units, faults } = await readPrescriptions(root, path, namespace);
  growing.add(
    path,
    units.map((unit) => indexedUnit(unit, namespace)),
  );
  return faults;
}

function keepIndex(cache: string, header: IndexHeader, growing: GrowingIndex): PrescriptionIndex {
  const names = encodeLineIndex({ format }, growing.names);
  const packages = encodeLineIndex(header, growing.packages);
  try {
    writeAtomic(join(cache, "names"), names);
    writeAtomic(join(cache, "packages"), packages);
  } catch (error) {
    // Without a cache it is made anew each time
    if (errorCode(error) === undefined) throw error;
  }
  return { header, packages: new LineIndex(packages), names: () => new LineIndex(names) };
}

function indexedUnit(unit: PrescribedUnit, namespace: string): IndexedUnit {
  const { kind } = unit;
  const name = unit.name.slice(namespace.length + 1);
  return { list: listOfKind(kind), name, kind, ...packagesOf(unit) };
}

class GrowingIndex {
  readonly packages = new Map<string, Set<string>>();
  readonly names = new Map<string, Set<string>>();
  readonly general: string[] = [];
  readonly combining: string[] = [];
  readonly units = new Map<PrescribedKind, number>();
  asksForLibraryUsage = false;

  add(path: string, units: readonly IndexedUnit[]): void {
    for (const { list, name, kind, packages } of units) {
      this.units.set(kind, (this.units.get(kind) ?? 0) + 1);
      put(this.names, unitKey(list, name), path);
      for (const one of packages) put(this.packages, one, path);
    }
    if (units.some(({ general }) => general)) this.general.push(path);
    if (units.some(({ kind }) => combiningKinds.has(kind))) this.combining.push(path);
  }
}

/** How the index of names calls a unit. */
export function unitKey(list: UnitList, name: string): string {
  return `${list} ${name}`;
}

function put(map: Map<string, Set<string>>, key: string, value: string): void {
  // What holds a control character could break the lines; nobody can ask for it then
  // biome-ignore lint/suspicious/noControlCharactersInRegex: just these
  if (/[\x00-\x1f]/.test(key)) return;
  const known = map.get(key);
  if (known === undefined) map.set(key, new Set([value]));
  else known.add(value);
}
