/**
 * Names and the files that concern them, in one piece of bytes: lengths, a header of JSON, a table
 * of hashes of a fixed width, then the lines. To open it takes only the head; a name that is not
 * there is told by the table alone, without a look at the lines.
 */
export class NameIndex {
  readonly header: unknown;
  #table: Table;
  #whole: Buffer | undefined;
  readonly #read: () => Buffer;

  /** `head`: at least `headLength` bytes; `read` gives all of them. Throws SyntaxError. */
  constructor(head: Buffer, read: () => Buffer) {
    this.header = JSON.parse(head.toString("utf8", lengths, lengths + head.readUInt32LE(0)));
    this.#table = tableOf(head);
    this.#read = read;
  }

  /** Whether there may be such a name; of one in millions that is wrong. */
  mayHave(name: string): boolean {
    return firstAt(this.#table, hashOf(name)) !== undefined;
  }

  /** The files that concern a name. */
  files(name: string): readonly string[] {
    const hash = hashOf(name);
    if (firstAt(this.#table, hash) === undefined) return [];
    const lines = this.#lines();
    const first = firstAt(this.#table, hash) ?? this.#table.count;
    for (let at = first; at < this.#table.count && hashAt(this.#table, at) === hash; at += 1) {
      const [own, ...files] = lineAt(this.#table, lines, at);
      if (own === name) return files;
    }
    return [];
  }

  /** Each name with its files, in no order. */
  *entries(): Generator<readonly [name: string, files: readonly string[]]> {
    const lines = this.#lines();
    for (let at = 0; at < this.#table.count; at += 1) {
      const [name = "", ...files] = lineAt(this.#table, lines, at);
      yield [name, files];
    }
  }

  #lines(): Buffer {
    if (this.#whole === undefined) {
      this.#whole = this.#read();
      // It may be another one by now; lines go with their own table
      this.#table = tableOf(this.#whole);
    }
    return this.#whole;
  }
}

const lengths = 8;
const entryWidth = 8;

/** Where the table is, and how many entries it has: the hash of a name, and where its line ends. */
interface Table {
  readonly bytes: Buffer;
  readonly start: number;
  readonly count: number;
}

/** How many of the first bytes the head is. Throws SyntaxError where these can't be any. */
export function headLength(first: Buffer): number {
  if (first.length < lengths) throw new SyntaxError("an index has a head");
  return lengths + first.readUInt32LE(0) + entryWidth * first.readUInt32LE(4);
}

/** How many bytes it is as a whole. */
export function indexLength(head: Buffer): number {
  const end = headLength(head);
  return head.readUInt32LE(4) === 0 ? end : end + head.readUInt32LE(end - 4);
}

function tableOf(bytes: Buffer): Table {
  const count = bytes.readUInt32LE(4);
  return { bytes, start: lengths + bytes.readUInt32LE(0), count };
}

function hashAt({ bytes, start }: Table, at: number): number {
  return bytes.readUInt32LE(start + entryWidth * at);
}

/** The first entry with that hash; undefined: there is none. */
function firstAt(table: Table, hash: number): number | undefined {
  let from = 0;
  let to = table.count;
  while (from < to) {
    const middle = (from + to) >> 1;
    if (hashAt(table, middle) < hash) from = middle + 1;
    else to = middle;
  }
  return from < table.count && hashAt(table, from) === hash ? from : undefined;
}

function lineAt({ bytes, start, count }: Table, lines: Buffer, at: number): readonly string[] {
  const end = (entry: number) => bytes.readUInt32LE(start + entryWidth * entry + 4);
  const base = start + entryWidth * count;
  return lines.toString("utf8", base + (at === 0 ? 0 : end(at - 1)), base + end(at)).split("\t");
}

/** FNV-1a over the units of UTF-16: names are of anybody, and equal hashes only cost a look. */
function hashOf(name: string): number {
  let hash = 0x811c9dc5;
  for (let at = 0; at < name.length; at += 1)
    hash = Math.imul(hash ^ name.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}

/** Neither a name nor a file may have a control character. */
export function encodeNameIndex(
  header: unknown,
  files: ReadonlyMap<string, ReadonlySet<string>>,
): Buffer {
  const head = Buffer.from(JSON.stringify(header));
  const entries = [...files].map(([name, own]) => ({
    hash: hashOf(name),
    line: Buffer.from([name, ...own].join("\t")),
  }));
  entries.sort((left, right) => left.hash - right.hash || Buffer.compare(left.line, right.line));
  const table = Buffer.alloc(lengths + entryWidth * entries.length);
  table.writeUInt32LE(head.length, 0);
  table.writeUInt32LE(entries.length, 4);
  let end = 0;
  for (const [at, { hash, line }] of entries.entries()) {
    end += line.length;
    table.writeUInt32LE(hash, lengths + entryWidth * at);
    table.writeUInt32LE(end, lengths + entryWidth * at + 4);
  }
  const lines = entries.map(({ line }) => line);
  return Buffer.concat([table.subarray(0, lengths), head, table.subarray(lengths), ...lines]);
}
