import { asciiJson, paddedNumber } from "./ascii-json.ts";
import { DamagedFileError, parseOwn, readOwn } from "./damage.ts";
import { LazyText } from "./lazy-text.ts";
import { isReadableSchema, storeSchema } from "./schema.ts";
import { compareVersionTexts } from "./stored-page.ts";
import { isRecord } from "./stored-page-check.ts";

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
  readonly kind: "metadata" | "installed" | "security" | "source";
  readonly of: Readonly<Record<string, string>>;
}

/** `["3.0.3","flask-3.0.3-py3-none-any.whl",` : how the line of a fact begins. */
export type FactKey = `[${string},`;

export function factKey(...parts: readonly [string, ...string[]]): FactKey {
  return `[${asciiJson(parts).slice(1, -1)},`;
}

/** A facts file for reading. `find` and `entries` give facts as JSON text. */
export class FactsFile {
  readonly #path: string;
  readonly #subject: FactsSubject;
  readonly #lines: LazyText | undefined;
  #whole: ReadonlyMap<FactKey, string> | undefined;

  /** undefined if there is no such file. Throws DamagedFileError. */
  static open(path: string, subject: FactsSubject): FactsFile | undefined {
    const text = LazyText.open(path);
    if (text === undefined) return undefined;
    const begin = headerStart(subject);
    const bytes = Number(text.text.slice(begin.length, begin.length + paddedNumber(0).length));
    const asWritten = text.text.startsWith(begin) && bytes === text.size;
    if (!asWritten) text.close();
    return new FactsFile(path, subject, asWritten ? text : undefined);
  }

  private constructor(path: string, subject: FactsSubject, lines: LazyText | undefined) {
    this.#path = path;
    this.#subject = subject;
    this.#lines = lines;
    if (lines === undefined) this.#whole = readWholeFacts(path, subject);
  }

  find(key: FactKey): string | undefined {
    if (this.#whole !== undefined || this.#lines === undefined) return this.entries().get(key);
    const wanted = `\n${key}`;
    const lines = this.#lines;
    for (let from = 0; ; ) {
      const found = lines.text.indexOf(wanted, from);
      if (found >= 0) return lineAt(lines, found + wanted.length);
      from = Math.max(0, lines.text.length - wanted.length);
      if (!lines.more()) return undefined;
    }
  }

  entries(): ReadonlyMap<FactKey, string> {
    this.#whole ??= readWholeFacts(this.#path, this.#subject);
    return this.#whole;
  }

  get open(): boolean {
    return this.#lines?.open ?? false;
  }

  close(): void {
    this.#lines?.close();
  }

  /** Closes the file after reading all of it. */
  settle(): void {
    this.#lines?.more(this.#lines.size);
    this.close();
  }
}

export function writeFacts(subject: FactsSubject, facts: ReadonlyMap<FactKey, string>): string {
  const begin = headerStart(subject);
  const lines = [...facts]
    .map(([key, fact]) => ({ key, parts: keyParts(key), fact }))
    .sort((a, b) => compareParts(a.parts, b.parts))
    .map(({ key, fact }) => `${key}${fact}]`);
  const rest = `,"facts":[\n${lines.join(",\n")}\n]}\n`;
  const width = paddedNumber(0).length;
  return `${begin}${paddedNumber(begin.length + width + rest.length)}${rest}`;
}

/**
 * Every fact of a file, also of one that was edited by hand; of any subject if none is given.
 * Throws DamagedFileError.
 */
export function readWholeFacts(path: string, subject?: FactsSubject): Map<FactKey, string> {
  const value: unknown = parseOwn(path, () => JSON.parse(readOwn(path)));
  if (!isRecord(value) || !isReadableSchema(value["schema"], path)) {
    throw new DamagedFileError(path, "it is no file of a knowledge store");
  }
  const { kind, of, facts } = value;
  if (subject && (kind !== subject.kind || asciiJson(of) !== asciiJson(subject.of))) {
    throw new DamagedFileError(path, `it speaks of something else: ${asciiJson(of ?? null)}`);
  }
  return factLines(path, facts);
}

function factLines(path: string, lines: unknown): Map<FactKey, string> {
  const facts = new Map<FactKey, string>();
  for (const line of Array.isArray(lines) ? lines : [undefined]) {
    const parts: unknown = Array.isArray(line) ? line.slice(0, -1) : undefined;
    if (!isParts(parts)) throw new DamagedFileError(path, "a line of it is no fact");
    facts.set(factKey(...parts), asciiJson(line[line.length - 1]));
  }
  return facts;
}

function headerStart(subject: FactsSubject): string {
  const { kind, of } = subject;
  return `${asciiJson({ schema: storeSchema, kind, of }).slice(0, -1)},"bytes":`;
}

function lineAt(lines: LazyText, start: number): string {
  let end = lines.text.indexOf("\n", start);
  while (end < 0 && lines.more()) end = lines.text.indexOf("\n", start);
  const line = lines.text.slice(start, end < 0 ? lines.size : end);
  return line.slice(0, line.endsWith(",") ? -2 : -1);
}

function keyParts(key: FactKey): readonly string[] {
  return JSON.parse(`${key.slice(0, -1)}]`);
}

function compareParts(a: readonly string[], b: readonly string[]): number {
  const [version = "", filename = ""] = a;
  const [otherVersion = "", otherFilename = ""] = b;
  const order = compareVersionTexts(otherVersion, version);
  return order !== 0 ? order : filename < otherFilename ? -1 : Number(filename > otherFilename);
}

function isParts(parts: unknown): parts is [string, ...string[]] {
  return (
    Array.isArray(parts) && parts.length > 0 && parts.every((part) => typeof part === "string")
  );
}
