import { createHash } from "node:crypto";
import {
  closeSync,
  fstatSync,
  openSync,
  readFileSync,
  readSync,
  statSync,
  utimesSync,
} from "node:fs";
import { join } from "node:path";
import type { PrescribedKind, UnitList } from "../model/prescription.ts";
import { headLength, indexLength, NameIndex } from "../prescription/name-index.ts";
import { errorCode } from "../util/atomic-write.ts";
import type { Problem } from "../util/errors.ts";
import type { PrescriptionSet } from "./prescription-file.ts";
import { isTreeAsBefore, type TreeStamps } from "./prescription-tree.ts";

/** What an index says of a whole folder; which files it is of stands in another file. */
export interface IndexHeader {
  readonly format: typeof indexFormat;
  /** Another one each time that the folder is indexed. */
  readonly id: string;
  /** Names the content by folders and files; undefined where these are too many to be looked at. */
  readonly stamp?: string;
  readonly fileCount: number;
  readonly units: Readonly<Partial<Record<PrescribedKind, number>>>;
  readonly sets: readonly PrescriptionSet[];
  readonly asksForLibraryUsage: boolean;
  /** Of files that are no prescriptions at all, and of all that only a parser understands. */
  readonly faults: readonly Problem[];
}

/** Which files of a folder concern a package. */
export interface PrescriptionIndex {
  readonly header: IndexHeader;
  /** Names of packages, and `generalKey` and `combiningKey`, to files. */
  readonly packages: NameIndex;
  /** `boots NAME` to files; read only for units that depend on others. */
  names(): NameIndex;
}

export const indexFormat = 2;

/** Files with units that look at no package in particular. No package can have such a name. */
export const generalKey = "_general";

/** Files with units of a combining kind. */
export const combiningKey = "_combining";

/** A change of a file in place shows only in the file: each of many is looked at less often. */
const filesLessOften = 6;

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
  freshness: IndexFreshness,
): PrescriptionIndex | undefined {
  try {
    const path = join(cache, "packages");
    const packages = openIndex(path);
    const { header } = packages;
    if (!isHeader(header)) return undefined;
    if (header.stamp !== undefined || !isFresh(path, freshness, 1)) {
      if (!isAsBefore(cache, root, header, freshness)) return undefined;
    }
    return { header, packages, names: () => openIndex(join(cache, "names")) };
  } catch (error) {
    if (errorCode(error) === undefined && !(error instanceof SyntaxError)) throw error;
    return undefined;
  }
}

/** Looks again: at the folders, and at each file where these are few or it was long ago. */
function isAsBefore(
  cache: string,
  root: string,
  { id, stamp }: IndexHeader,
  freshness: IndexFreshness,
): boolean {
  const path = join(cache, "tree");
  const tree: unknown = JSON.parse(readFileSync(path, "utf8"));
  if (!isTree(tree) || tree.id !== id) return false;
  const eachFile = stamp !== undefined || !isFresh(path, freshness, filesLessOften);
  if (!isTreeAsBefore(root, tree, eachFile)) return false;
  // The times of these files say when they were last found to be right
  const now = freshness.now / 1000;
  utimesSync(join(cache, "packages"), now, now);
  if (eachFile) utimesSync(path, now, now);
  return true;
}

function isFresh(path: string, { now, freshnessMs }: IndexFreshness, times: number): boolean {
  const age = now - statSync(path).mtimeMs;
  return age >= 0 && age < times * freshnessMs;
}

/** What of the folder an index is of. */
export type IndexedTree = TreeStamps & { readonly id: string };

function isTree(value: unknown): value is IndexedTree {
  return (
    typeof value === "object" &&
    value !== null &&
    "id" in value &&
    "folders" in value &&
    Array.isArray(value.folders) &&
    "files" in value &&
    Array.isArray(value.files)
  );
}

function isHeader(value: unknown): value is IndexHeader {
  return (
    typeof value === "object" && value !== null && "format" in value && value.format === indexFormat
  );
}

/** Most heads are smaller. */
const firstRead = 65_536;

/** Reads its head alone. Throws SyntaxError where it is damaged. */
function openIndex(path: string): NameIndex {
  const file = openSync(path, "r");
  try {
    const first = readStart(file, firstRead);
    const length = headLength(first);
    const { size } = fstatSync(file);
    const head = length <= first.length ? first : readStart(file, Math.min(length, size));
    if (length > size || indexLength(head) !== size) throw new SyntaxError("the index is cut off");
    return new NameIndex(head, () => readFileSync(path));
  } finally {
    closeSync(file);
  }
}

function readStart(file: number, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  return bytes.subarray(0, readSync(file, bytes, 0, length, 0));
}

/** How the index of names calls a unit. */
export function unitKey(list: UnitList, name: string): string {
  return `${list} ${name}`;
}
