import { closeSync, openSync, readSync } from "node:fs";
import { join } from "node:path";
import type { PackageAdvisory } from "../advisory/package-advisory.ts";
import type { AdvisoryDatabase } from "../model/advisory.ts";
import { errorCode } from "../util/atomic-write.ts";
import { isRecord } from "../util/json.ts";
import { DamagedFileError, parseOwn, readOwn } from "./damage.ts";
import { isReadableSchema } from "./schema.ts";

/** A piece of the file of records: where it starts and how long it is, in bytes. */
export type Piece = readonly [offset: number, length: number];

/** A release of which an import has news that nobody was told of yet. */
export interface UntoldRelease {
  readonly name: string;
  readonly version: string;
}

/** `advisories/database.json`: which records hold, and where each package's stand. */
export interface AdvisoryHead {
  readonly schema: string;
  readonly database: AdvisoryDatabase;
  /** The version of the reader and the sha256 of the file that it read, if it was one file. */
  readonly origin?: string;
  /** The file of records beside it, one a line. */
  readonly file: string;
  /** The file beside it with what could not be read. */
  readonly setAside?: string;
  readonly untold: readonly UntoldRelease[];
  readonly packages: Readonly<Record<string, Piece>>;
  /** The record of a file that is malware, by its sha256. */
  readonly files: Readonly<Record<string, Piece>>;
}

/** Undefined where no database was imported. Throws DamagedFileError. */
export function readAdvisoryHead(folder: string): AdvisoryHead | undefined {
  const path = headPath(folder);
  const text = readOwn(path);
  if (text === undefined) return undefined;
  const value: unknown = parseOwn(path, () => JSON.parse(text));
  if (isRecord(value) && isReadableSchema(value["schema"], path) && isHead(value)) return value;
  throw new DamagedFileError(path, "it does not have the shape of a database's head");
}

export function headPath(folder: string): string {
  return join(folder, "database.json");
}

/** The records of one database, open: they stay readable when another takes its place. */
export class AdvisoryRecords {
  readonly #path: string;
  readonly #file: number;

  /** Undefined where the file is gone, since another database took its place meanwhile. */
  static open(folder: string, { file }: AdvisoryHead): AdvisoryRecords | undefined {
    const path = join(folder, file);
    try {
      return new AdvisoryRecords(path, openSync(path, "r"));
    } catch (error) {
      if (errorCode(error) === "ENOENT") return undefined;
      throw error;
    }
  }

  private constructor(path: string, file: number) {
    this.#path = path;
    this.#file = file;
  }

  /** Throws DamagedFileError. */
  read([offset, length]: Piece): readonly PackageAdvisory[] {
    const bytes = Buffer.allocUnsafe(length);
    if (readSync(this.#file, bytes, 0, length, offset) !== length)
      throw new DamagedFileError(this.#path, "it ends too early");
    // One text for the parser: it takes half the time of one for each line
    const text = `[${bytes.toString("utf8").trimEnd().replaceAll("\n", ",")}]`;
    const found: unknown = parseOwn(this.#path, () => JSON.parse(text));
    if (Array.isArray(found) && found.every(isAdvisory)) return found;
    throw new DamagedFileError(this.#path, "a line does not have the shape of a record");
  }

  close(): void {
    closeSync(this.#file);
  }
}

function isHead(value: unknown): value is AdvisoryHead {
  return (
    isRecord(value) &&
    isDatabase(value["database"]) &&
    (value["origin"] === undefined || isText(value["origin"])) &&
    typeof value["file"] === "string" &&
    isFileName(value["file"]) &&
    (value["setAside"] === undefined || isFileName(value["setAside"])) &&
    Array.isArray(value["untold"]) &&
    value["untold"].every(isUntold) &&
    isPieces(value["packages"]) &&
    isPieces(value["files"])
  );
}

function isFileName(value: unknown): boolean {
  return typeof value === "string" && /^[a-z0-9-]+\.jsonl$/.test(value);
}

function isUntold(value: unknown): value is UntoldRelease {
  return isRecord(value) && [value["name"], value["version"]].every(isText);
}

function isPieces(value: unknown): boolean {
  return isRecord(value) && Object.values(value).every(isPiece);
}

function isPiece(value: unknown): boolean {
  return Array.isArray(value) && value.length === 2 && value.every(Number.isSafeInteger);
}

function isDatabase(value: unknown): value is AdvisoryDatabase {
  if (!isRecord(value)) return false;
  const { source, sha256, newest, importedAt, records, packages, quarantined } = value;
  return (
    [source, sha256, newest, importedAt].every(isText) &&
    [records, packages, quarantined].every(Number.isSafeInteger)
  );
}

/** As much as its readers rely on; whether it is what was imported is known by its sha256. */
function isAdvisory(value: unknown): value is PackageAdvisory {
  if (!isRecord(value) || !isText(value["id"]) || !isRecord(value["severity"])) return false;
  return [value["aliases"], value["versions"], value["ranges"]].every(Array.isArray);
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
