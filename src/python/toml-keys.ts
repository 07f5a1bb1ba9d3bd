/** Where a key stands, and where its value starts; all count from 1. */
export interface KeyPlace {
  readonly line: number;
  readonly column: number;
  /** Characters of the key as written. */
  readonly length: number;
  /** Absent for a table header. */
  readonly value?: { readonly line: number; readonly column: number; readonly length: number };
}

/** Keys from the root to the value; the elements of an array count from "0". */
export type KeyPath = readonly string[];

/** What stands before one `=`, and its value. Offsets count characters from 0. */
export interface PairSpan {
  /** From the root, as in `KeyPath`. */
  readonly path: KeyPath;
  readonly start: number;
  /** Behind the value. */
  readonly end: number;
}

/** A `[table]` or `[[element]]`, or what stands before the first. Offsets count characters from 0. */
export interface TableSpan {
  readonly path: KeyPath;
  /** Of the first bracket. */
  readonly start: number;
  /** Behind the last bracket; 0 without a header. */
  readonly end: number;
  /** In the order of the file; those of inline tables are part of their value. */
  readonly pairs: readonly PairSpan[];
}

interface Scanned {
  readonly places: ReadonlyMap<string, KeyPlace>;
  readonly tables: readonly TableSpan[];
}

let lastText: string | undefined;
let last: Scanned = { places: new Map(), tables: [] };

function scanned(text: string): Scanned {
  if (text !== lastText) {
    last = new KeyScanner(text).scan();
    lastText = text;
  }
  return last;
}

/**
 * Finds where a key of a TOML document stands: in a `[table]` header, before a `=`, dotted, in
 * an inline table or in an element of an array (`["source", "0", "url"]`). The text must be
 * TOML already; of other text some keys may not be found.
 */
export function locateKey(text: string, path: KeyPath): KeyPlace | undefined {
  return scanned(text).places.get(JSON.stringify(path));
}

/** The tables of a TOML document in its order, for editing; the first is the root's. */
export function tableSpans(text: string): readonly TableSpan[] {
  return scanned(text).tables;
}

const bareKey = /[\w-]+/y;
const blanks = /[ \t]*/y;
const filler = /(?:[\s,]|#[^\n]*)*/y;
const bareValue = /[^,\]}#\n]*/y;

/** A recursive descent over the document that only looks at keys. */
class KeyScanner {
  readonly #text: string;
  readonly #lineStarts: number[] = [0];
  readonly #places = new Map<string, KeyPlace>();
  /** How many elements an array of tables has so far. */
  readonly #elements = new Map<string, number>();
  #pairs: PairSpan[] = [];
  readonly #tables: TableSpan[] = [];
  #at = 0;

  constructor(text: string) {
    this.#text = text;
    for (let feed = text.indexOf("\n"); feed >= 0; feed = text.indexOf("\n", feed + 1)) {
      this.#lineStarts.push(feed + 1);
    }
  }

  scan(): Scanned {
    let table: KeyPath = [];
    this.#tables.push({ path: table, start: 0, end: 0, pairs: this.#pairs });
    while (this.#skip(filler) && this.#at < this.#text.length) {
      const before = this.#at;
      if (this.#peek() === "[") table = this.#header();
      else {
        const path = this.#pair(table);
        const end = this.#text.slice(before, this.#at).trimEnd().length + before;
        this.#pairs.push({ path, start: before, end });
      }
      // Text that is no TOML must not hold the scanner up.
      if (this.#at === before) this.#at++;
    }
    return { places: this.#places, tables: this.#tables };
  }

  #header(): KeyPath {
    const start = this.#at;
    const path = this.#headerPath();
    const end = this.#text.slice(start, this.#at).trimEnd().length + start;
    this.#pairs = [];
    this.#tables.push({ path, start, end, pairs: this.#pairs });
    return path;
  }

  #headerPath(): KeyPath {
    const isElement = this.#text.startsWith("[[", this.#at);
    this.#at += isElement ? 2 : 1;
    let path: KeyPath = [];
    let place: KeyPlace | undefined;
    for (const key of this.#keys()) {
      path = [...this.#newestElement(path), key.name];
      place = key.place;
      this.#note(path, place);
    }
    this.#skip(/[\] \t]*/y);
    if (!isElement) return this.#newestElement(path);
    const index = this.#elements.get(JSON.stringify(path)) ?? 0;
    this.#elements.set(JSON.stringify(path), index + 1);
    if (place !== undefined) this.#note([...path, String(index)], place);
    return this.#newestElement(path);
  }

  /** `[source.auth]` after `[[source]]` belongs to the element begun last. */
  #newestElement(path: KeyPath): KeyPath {
    const count = this.#elements.get(JSON.stringify(path));
    return count === undefined ? path : [...path, String(count - 1)];
  }

  #pair(table: KeyPath): KeyPath {
    let path = table;
    let place: KeyPlace | undefined;
    for (const key of this.#keys()) {
      path = [...path, key.name];
      place = key.place;
      this.#note(path, place);
    }
    if (place === undefined || this.#peek() !== "=") return path;
    this.#at++;
    this.#skip(blanks);
    const start = this.#at;
    this.#value(path);
    const end = this.#text.slice(start, this.#at).trimEnd().length + start;
    const value = { ...this.#position(start), length: this.#lengthOnLine(start, end) };
    if (this.#places.get(JSON.stringify(path)) === place) {
      this.#places.set(JSON.stringify(path), { ...place, value });
    }
    return path;
  }

  #value(path: KeyPath): void {
    const first = this.#peek();
    if (first === '"' || first === "'") this.#string();
    else if (first === "[") this.#array(path);
    else if (first === "{") this.#inlineTable(path);
    else this.#skip(bareValue);
  }

  #array(path: KeyPath): void {
    this.#at++;
    for (let index = 0; this.#skip(filler) && this.#at < this.#text.length; index++) {
      if (this.#peek() === "]") break;
      const before = this.#at;
      this.#value([...path, String(index)]);
      if (this.#at === before) return;
    }
    this.#at++;
  }

  #inlineTable(path: KeyPath): void {
    this.#at++;
    while (this.#skip(filler) && this.#at < this.#text.length) {
      if (this.#peek() === "}") break;
      const before = this.#at;
      this.#pair(path);
      if (this.#at === before) return;
    }
    this.#at++;
  }

  *#keys(): Iterable<{ readonly name: string; readonly place: KeyPlace }> {
    while (this.#skip(blanks)) {
      const start = this.#at;
      const quote = this.#peek();
      const isQuoted = quote === '"' || quote === "'";
      const written = isQuoted ? this.#string() : this.#take(bareKey);
      if (written === "") return;
      const place = { ...this.#position(start), length: this.#at - start };
      yield { name: isQuoted ? unquoted(written) : written, place };
      this.#skip(blanks);
      if (this.#peek() !== ".") return;
      this.#at++;
    }
  }

  /** Steps over a string of any of the four kinds and returns it with its quotes. */
  #string(): string {
    const start = this.#at;
    const quote = this.#peek();
    const delimiter = this.#text.startsWith(quote.repeat(3), start) ? quote.repeat(3) : quote;
    this.#at += delimiter.length;
    while (this.#at < this.#text.length && !this.#text.startsWith(delimiter, this.#at)) {
      this.#at += quote === '"' && this.#peek() === "\\" ? 2 : 1;
    }
    this.#at += delimiter.length;
    // Up to two quotes may stand before the three that end a long string.
    while (delimiter.length === 3 && this.#peek() === quote) this.#at++;
    return this.#text.slice(start, this.#at);
  }

  #note(path: KeyPath, place: KeyPlace): void {
    const key = JSON.stringify(path);
    if (!this.#places.has(key)) this.#places.set(key, place);
  }

  #position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.#lineStarts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((this.#lineStarts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return { line: low + 1, column: offset - (this.#lineStarts[low] ?? 0) + 1 };
  }

  #lengthOnLine(start: number, end: number): number {
    const feed = this.#text.indexOf("\n", start);
    return Math.max(1, (feed >= 0 && feed < end ? feed : end) - start);
  }

  #peek(): string {
    return this.#text[this.#at] ?? "";
  }

  #take(pattern: RegExp): string {
    const start = this.#at;
    this.#skip(pattern);
    return this.#text.slice(start, this.#at);
  }

  #skip(pattern: RegExp): true {
    pattern.lastIndex = this.#at;
    if (pattern.test(this.#text)) this.#at = pattern.lastIndex;
    return true;
  }
}

const escapes = new Map([
  ["b", "\b"],
  ["t", "\t"],
  ["n", "\n"],
  ["f", "\f"],
  ["r", "\r"],
  ["e", "\u001b"],
]);

function unquoted(written: string): string {
  const inside = written.slice(1, -1);
  if (written.startsWith("'")) return inside;
  return inside.replaceAll(
    /\\(?:u([\da-fA-F]{4})|U([\da-fA-F]{8})|x([\da-fA-F]{2})|(.))/g,
    (_, short?: string, long?: string, byte?: string, letter = "") => {
      const digits = short ?? long ?? byte;
      if (digits !== undefined) return String.fromCodePoint(Number.parseInt(digits, 16));
      return escapes.get(letter) ?? letter;
    },
  );
}
