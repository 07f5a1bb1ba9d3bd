import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { type PackageName, packageName } from "../python/name.ts";
import { errorCode, listFolder, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";

/** A file of a tree as the tree's own list has it. */
export interface HousedFile {
  readonly name: PackageName;
  readonly filename: string;
  readonly sha256: string;
  readonly requiresPython?: string;
}

const listName = "wheelhouse.json";
const schema = "thoth.wheelhouse";
const safeFilename = /^[\p{L}\p{N}][\p{L}\p{N}._+!-]*$/u;

/** Names come from an index; none may lead out of the tree. */
export function checkFilename(filename: string): void {
  if (safeFilename.test(filename) && filename.length <= 255) return;
  throw new ThothError("index-garbage", `not a file name: ${JSON.stringify(filename)}`);
}

/** Writes what a tree holds; it also marks the folder as Thoth's. */
export function writeList(folder: string, files: readonly HousedFile[]): void {
  const sorted = files.toSorted((a, b) => (a.filename < b.filename ? -1 : 1));
  const list = { schema, version: "1.0", files: sorted };
  writeAtomic(join(folder, listName), `${JSON.stringify(list, undefined, 2)}\n`);
}

/** What the list of a tree says; undefined where there is none yet. */
export function readList(folder: string): readonly HousedFile[] | undefined {
  const text = readIfThere(join(folder, listName));
  if (text === undefined) {
    if (listFolder(folder).length === 0 && !existsFile(folder)) return undefined;
    throw notOurs(folder);
  }
  const read = parseList(text);
  if (read === undefined) throw notOurs(folder);
  return read;
}

function parseList(text: string): readonly HousedFile[] | undefined {
  try {
    const list: unknown = JSON.parse(text);
    if (!isRecord(list) || list["schema"] !== schema || !Array.isArray(list["files"]))
      return undefined;
    return list["files"].flatMap((one: unknown) => housedFile(one));
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function housedFile(one: unknown): readonly HousedFile[] {
  if (!isRecord(one)) return [];
  const { name, filename, sha256, requiresPython } = one;
  if (typeof name !== "string" || typeof filename !== "string" || typeof sha256 !== "string")
    return [];
  if (!safeFilename.test(filename) || !/^[0-9a-f]{64}$/.test(sha256)) return [];
  const python = typeof requiresPython === "string" ? { requiresPython } : {};
  return [{ name: packageName(name), filename, sha256, ...python }];
}

function notOurs(folder: string): ThothError {
  return new ThothError("usage", `\`${folder}\` is there and is no wheelhouse of Thoth`, {
    hint: "name a folder that does not exist yet, or is empty",
  });
}

function existsFile(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isFile() === true;
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    throw error;
  }
}
