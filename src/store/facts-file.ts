import { isRecord } from "../util/json.ts";
import { asciiJson, numberWidth, paddedNumber } from "./ascii-json.ts";
import { DamagedFileError, parseOwn, readOwn } from "./damage.ts";
import { isReadableSchema, storeSchema } from "./schema.ts";
import { compareVersionTexts } from "./stored-page.ts";
import { WindowedFile } from "./windowed-file.ts";

/**
 * Facts of one kind about one subject, one line each, newest version first, so that one is found
 * by searching for the beginning of its line:
 *
 *     {"schema":"1.0.0","kind":"metadata","of":{…},"bytes":…,"facts":[
 *     ["3.0.3","flask-3.0.3-py3-none-any.whl",{"state":"known",…}],
 *     …
 *     ]}
 */
export interface FactsSubject {
  readonly kind:
    | "metadata"
    | "installed"
    | "security"
    | "performance"
    | "about"
    | "attestations"
    | "source";
  /** A JSON object in the form that `asciiJson` gives it. */
  readonly of: string;
}

/** `["3.0.3","flask-3.0.3-py3-none-any.whl",` : how the line of a fact begins. */
export type FactKey = `[${string},`;

const unsafe = /[^ -~]|["\\]/;

export function factKey(first: string, second?: string, third?: string): FactKey {
  if (second === undefined) return `[${quoted(first)},`;
  const key: FactKey = `[${quoted(first)},${quoted(second)},`;
  return third === undefined ? key : `${key}${quoted(third)},`;
}

/** Nearly always there is nothing to escape, and JSON.stringify takes longer than looking. */
function quoted(text: string): string {
  return unsafe.test(text) ? asciiJson(text) : `"${text}"`;
}

/** The JSON text of a fact, and where its line begins; 0 where that is not known. */
export interface FoundFact {
  readonly text: string;
  readonly at: number;
}

/**
 * One fact; undefined if the file does not have it. Reads no more than it takes to
 * find it, first from `near` on, unless the file does not look as Thoth wrote it.
 * Throws DamagedFileError.
 */
export function findFact(
  path: string,
  subject: FactsSubject,
  key: FactKey,
  near: number,
): FoundFact | "no-file" | undefined {
  const file = WindowedFile.open(path);
  if (file === undefined) return "no-file";
  try {
    const begin = headerStart(subject);
    const header = file.slice(0, begin.length + numberWidth);
    const asWritten = header.startsWith(begin) && Number(header.slice(begin.length)) === file.size;
    if (!asWritten) {
      const text = readWholeFacts(path, subject)?.get(key);
      return text === undefined ? undefined : { text, at: 0 };
    }
    const from = Math.max(near, header.length);
    // The fact comes next, so that no longer key is meant
    const begins = `\n${key}{`;
    const later = file.indexOf(begins, from);
    const found = later < 0 && from > header.length ? file.indexOf(begins, header.length) : later;
    if (found < 0) return undefined;
    const start = found + 1 + key.length;
    const line = file.slice(start, file.indexOf("\n", start));
    return { text: line.slice(0, line.endsWith(",") ? -2 : -1), at: found };
  } finally {
    file.close();
  }
}

export function writeFacts(subject: FactsSubject, facts: ReadonlyMap<FactKey, string>): string {
  const begin = headerStart(subject);
  const lines = [...facts]
    .map(([key, fact]) => ({ key, parts: keyParts(key), fact }))
    .sort((a, b) => compareParts(a.parts, b.parts))
    .map(({ key, fact }) => `${key}${fact}]`);
  const rest = `,"facts":[\n${lines.join(",\n")}\n]}\n`;
  return `${begin}${paddedNumber(begin.length + numberWidth + rest.length)}${rest}`;
}

/**
 * Every fact of a file, also of one that was edited by hand, and of any subject if none is given;
 * undefined if there is no such file. Throws DamagedFileError.
 */
export function readWholeFacts(
  path: string,
  subject?: FactsSubject,
): Map<FactKey, string> | undefined {
  const text = readOwn(path);
  if (text === undefined) return undefined;
  const value: unknown = parseOwn(path, () => JSON.parse(text));
  if (!isRecord(value) || !isReadableSchema(value["schema"], path)) {
    throw new DamagedFileError(path, "it is no file of a knowledge store");
  }
  const { kind, facts } = value;
  const of = asciiJson(value["of"] ?? null);
  if (subject && (kind !== subject.kind || of !== subject.of)) {
    throw new DamagedFileError(path, `it speaks of something else: ${of}`);
  }
  return factLines(path, facts);
}

/** What a facts file says it is about. Throws DamagedFileError. */
export function readSubject(path: string): unknown {
  const text = readOwn(path);
  const value: unknown = text === undefined ? undefined : parseOwn(path, () => JSON.parse(text));
  return isRecord(value) ? value["of"] : undefined;
}

function factLines(path: string, lines: unknown): Map<FactKey, string> {
  const facts = new Map<FactKey, string>();
  for (const line of Array.isArray(lines) ? lines : [undefined]) {
    const parts: unknown = Array.isArray(line) ? line.slice(0, -1) : undefined;
    if (!isParts(parts)) throw new DamagedFileError(path, "a line of it is no fact");
    facts.set(factKey(parts[0], parts[1], parts[2]), asciiJson(line[line.length - 1]));
  }
  return facts;
}

function headerStart(subject: FactsSubject): string {
  return `{"schema":"${storeSchema}","kind":"${subject.kind}","of":${subject.of},"bytes":`;
}

/** What a key was made of: a version, for metadata also a file name and where it was built. */
export function keyParts(key: FactKey): readonly string[] {
  return JSON.parse(`${key.slice(0, -1)}]`);
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  const [version = "", ...rest] = a;
  const [otherVersion = "", ...otherRest] = b;
  const order = compareVersionTexts(otherVersion, version);
  if (order !== 0) return order;
  const [text, other] = [rest.join("\n"), otherRest.join("\n")];
  return text < other ? -1 : Number(text > other);
}

function isParts(parts: unknown): parts is [string, string?, string?] {
  return (
    Array.isArray(parts) &&
    parts.length >= 1 &&
    parts.length <= 3 &&
    parts.every((part) => typeof part === "string")
  );
}
