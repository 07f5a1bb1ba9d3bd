import { ThothError } from "../util/errors.ts";
import { type PackageName, packageName } from "./name.ts";
import { type PythonValue, pythonJson } from "./python-json.ts";
import { parseVersion, type Version } from "./version.ts";

/** Any value of a lock; a bigint is written as the number it is. */
export type LockValue =
  | string
  | number
  | bigint
  | boolean
  | null
  | readonly LockValue[]
  | LockTable;

export interface LockTable {
  readonly [key: string]: LockValue;
}

/** A pinned package. Keys that Thoth does not know are kept. */
export interface LockEntry {
  /** `==1.0`. */
  readonly version?: string;
  /** `sha256:…`, sorted. */
  readonly hashes?: readonly string[];
  readonly markers?: string;
  /** Name of the source. */
  readonly index?: string;
  readonly extras?: readonly string[];
  readonly git?: string;
  /** The commit; pipenv writes null where it knows none. */
  readonly ref?: string | null;
  readonly subdirectory?: string;
  readonly path?: string;
  readonly file?: string;
  readonly editable?: boolean;
  readonly [other: string]: LockValue | undefined;
}

export type LockCategory = ReadonlyMap<string, LockEntry>;

export interface PipfileLock {
  readonly meta: LockMeta;
  /** By the lock's names: `default`, `develop`, and others. Packages by normalised name. */
  readonly categories: ReadonlyMap<string, LockCategory>;
  /** Line break of the file. */
  readonly newline: "\n" | "\r\n";
}

export interface LockMeta {
  /** The hash of the Pipfile that was locked; absent in a damaged or very old lock. */
  readonly sha256?: string;
  /** [requires] of the Pipfile. */
  readonly requires: LockTable;
  /** [[source]] of the Pipfile, `${VAR}` unexpanded. */
  readonly sources: readonly LockTable[];
  /** What else stands in `_meta`. */
  readonly others: LockTable;
}

const currentSpec = 6n;

/**
 * A Pipfile.lock exactly as pipenv 2026.10.3 writes it: four blanks a level, keys sorted, ASCII,
 * a line break at the end. What was read and not touched comes out byte for byte.
 */
export function writeLock({ meta, categories, newline }: PipfileLock): string {
  const content: Record<string, LockValue> = {};
  for (const [name, entries] of categories) content[name] = Object.fromEntries(definedOf(entries));
  content["_meta"] = {
    "pipfile-spec": currentSpec,
    ...meta.others,
    ...(meta.sha256 !== undefined && { hash: { sha256: meta.sha256 } }),
    requires: meta.requires,
    sources: meta.sources,
  };
  const text = `${pythonJson(wholeNumbers(content), { indent: 4, keySeparator: ": " })}\n`;
  return newline === "\n" ? text : text.replaceAll("\n", newline);
}

function definedOf(entries: LockCategory): [string, LockTable][] {
  return [...entries].map(([name, entry]) => {
    const table: Record<string, LockValue> = {};
    for (const [key, value] of Object.entries(entry)) if (value !== undefined) table[key] = value;
    return [name, table];
  });
}

/** JSON does not tell ints from floats; in a lock they are ints. */
function wholeNumbers(value: LockValue): PythonValue {
  if (typeof value === "number") return Number.isSafeInteger(value) ? BigInt(value) : value;
  if (typeof value !== "object" || value === null) return value;
  if (isList(value)) return value.map(wholeNumbers);
  return Object.fromEntries(Object.entries(value).map(([key, item]) => [key, wholeNumbers(item)]));
}

function isList(value: LockValue): value is readonly LockValue[] {
  return Array.isArray(value);
}

/**
 * Reads a Pipfile.lock. Keys that nobody knows are kept, a missing section reads as empty.
 *
 * @throws ThothError `bad-lock` where it is no JSON or a part has the wrong shape
 */
export function parseLock(text: string, file: string): PipfileLock {
  const newline = text.includes("\r\n") ? "\r\n" : "\n";
  const content = tableOf(parseJson(text, file), "the lock", file);
  const { _meta: metaValue = {}, ...sections } = content;
  const categories = new Map<string, LockCategory>();
  for (const [name, section] of Object.entries(sections)) {
    categories.set(name, readCategory(tableOf(section, `\`${name}\``, file), name, file));
  }
  return { meta: readMeta(tableOf(metaValue, "`_meta`", file), file), categories, newline };
}

function readMeta(table: LockTable, file: string): LockMeta {
  const { hash = {}, requires = {}, sources = [], ...others } = table;
  const { sha256 } = tableOf(hash, "`hash`", file);
  if (!isList(sources)) throw wrongShape("`sources`", "a list", file);
  return {
    ...(typeof sha256 === "string" && { sha256 }),
    requires: tableOf(requires, "`requires`", file),
    sources: sources.map((source) => tableOf(source, "a source", file)),
    others,
  };
}

function readCategory(table: LockTable, category: string, file: string): LockCategory {
  const entries = new Map<string, LockEntry>();
  for (const [name, value] of Object.entries(table)) {
    const what = `\`${name}\` in \`${category}\``;
    entries.set(name, readEntry(tableOf(value, what, file), what, file));
  }
  return entries;
}

const texts = [
  "version",
  "markers",
  "index",
  "git",
  "ref",
  "subdirectory",
  "path",
  "file",
] as const;
const lists = ["hashes", "extras"] as const;

function readEntry(table: LockTable, what: string, file: string): LockEntry {
  const known: Record<string, LockValue> = {};
  for (const key of texts) {
    const { [key]: value } = table;
    if (value === undefined || value === null) continue;
    if (typeof value !== "string") throw wrongShape(`\`${key}\` of ${what}`, "a text", file);
    known[key] = value;
  }
  for (const key of lists) {
    const { [key]: value } = table;
    if (value === undefined || value === null) continue;
    if (!isList(value)) throw wrongShape(`\`${key}\` of ${what}`, "a list", file);
    known[key] = value.map(String);
  }
  const { editable } = table;
  if (editable !== undefined && typeof editable !== "boolean") {
    throw wrongShape(`\`editable\` of ${what}`, "true or false", file);
  }
  return { ...table, ...known };
}

function tableOf(value: LockValue, what: string, file: string): LockTable {
  if (isTable(value)) return value;
  throw wrongShape(what, "a table", file);
}

function isTable(value: LockValue): value is LockTable {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

const remedy = "restore the file, or delete it and lock again";

function wrongShape(what: string, expected: string, file: string): ThothError {
  return new ThothError("bad-lock", `${what} must be ${expected}`, {
    place: { file, line: 1, column: 1 },
    hint: remedy,
  });
}

function parseJson(text: string, file: string): LockValue {
  try {
    // pipenv skips a byte order mark here, unlike in the Pipfile.
    return JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    const conflict = text.search(/^(?:<{7}|>{7}|={7})/m);
    if (conflict >= 0) {
      throw new ThothError("bad-lock", "the lock holds an unresolved merge conflict", {
        place: { file, ...positionOf(text, conflict) },
        hint: "take one side of the conflict, then lock again",
      });
    }
    throw new ThothError("bad-lock", "the lock is no JSON", {
      place: { file, ...positionOf(text, brokenAt(text, error)) },
      hint: remedy,
      cause: error,
    });
  }
}

/** V8 says the offset in its message, and nothing at the end of the text. */
function brokenAt(text: string, error: SyntaxError): number {
  const offset = /position (\d+)/.exec(error.message)?.[1];
  return offset === undefined ? text.length : Number(offset);
}

function positionOf(text: string, offset: number): { line: number; column: number } {
  const before = text.slice(0, offset).split("\n");
  return { line: before.length, column: (before.at(-1)?.length ?? 0) + 1 };
}

/** The version that an entry pins; undefined: it comes from elsewhere than an index, or is no version. */
export function pinnedVersion({ version }: Pick<LockEntry, "version">): Version | undefined {
  return parseVersion(version?.replace(/^===?/, "") ?? "");
}

/** All versions that a lock pins, normalised. */
export function lockedVersions(lock: PipfileLock | undefined): ReadonlyMap<PackageName, string> {
  const locked = new Map<PackageName, string>();
  for (const entries of lock?.categories.values() ?? []) {
    for (const [raw, entry] of entries) {
      const version = pinnedVersion(entry);
      if (version !== undefined) locked.set(packageName(raw), version.text);
    }
  }
  return locked;
}
