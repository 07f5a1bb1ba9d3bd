/**
 * Names and the files that concern them, as sorted lines in one piece of memory: to look a few up
 * among thousands costs neither parsing nor a map. A first line of JSON says what the index is of.
 */
export class LineIndex {
  readonly #bytes: Buffer;
  readonly #start: number;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
    this.#start = bytes.indexOf(newline) + 1;
  }

  /** The first line, parsed. Throws SyntaxError where it is none. */
  header(): unknown {
    return JSON.parse(this.#bytes.toString("utf8", 0, Math.max(0, this.#start - 1)));
  }

  /** The files that concern a name. */
  files(name: string): readonly string[] {
    const wanted = Buffer.from(`${name}\t`);
    let from = this.#start;
    let to = this.#bytes.length;
    while (from < to) {
      const middle = this.#lineStart((from + to) >> 1, from);
      const end = this.#lineEnd(middle);
      const order = this.#bytes.compare(
        wanted,
        0,
        wanted.length,
        middle,
        Math.min(end, middle + wanted.length),
      );
      if (order === 0) return this.#bytes.toString("utf8", middle + wanted.length, end).split("\t");
      if (order < 0) from = end + 1;
      else to = middle;
    }
    return [];
  }

  /** Each name with its files, sorted. */
  *entries(): Generator<readonly [name: string, files: readonly string[]]> {
    for (let at = this.#start; at < this.#bytes.length; ) {
      const end = this.#lineEnd(at);
      const [name = "", ...files] = this.#bytes.toString("utf8", at, end).split("\t");
      yield [name, files];
      at = end + 1;
    }
  }

  #lineStart(at: number, least: number): number {
    return at === least ? least : Math.max(least, this.#bytes.lastIndexOf(newline, at - 1) + 1);
  }

  #lineEnd(at: number): number {
    const end = this.#bytes.indexOf(newline, at);
    return end < 0 ? this.#bytes.length : end;
  }
}

const newline = 0x0a;

/** Neither a name nor a file may have a control character. */
export function encodeLineIndex(
  header: unknown,
  files: ReadonlyMap<string, ReadonlySet<string>>,
): Buffer {
  const lines = [...files].map(([name, own]) => Buffer.from([name, ...own].join("\t")));
  const parts = [Buffer.from(JSON.stringify(header)), ...lines.sort(Buffer.compare)];
  return Buffer.concat(parts.flatMap((part) => [part, Buffer.of(newline)]));
}
