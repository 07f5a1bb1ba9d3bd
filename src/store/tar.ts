/** A plain file of an archive while it is read; `body` must be read to its end before the next. */
export interface TarMember {
  readonly path: string;
  readonly size: number;
  readonly body: AsyncIterable<Buffer>;
}

/** Bytes that are no archive as `tarHeader` begins its members; `message` says in what. */
export class BadTar extends Error {
  override readonly name = "BadTar";
}

const block = 512;

/**
 * The header of a plain file (POSIX ustar). Owner, time and mode are always the same, so that the
 * same files make the same archive. Undefined for a path that ustar has no room for.
 */
export function tarHeader(path: string, size: number): Buffer | undefined {
  const parts = splitPath(path);
  if (parts === undefined) return undefined;
  const header = Buffer.alloc(block);
  header.write(parts.name, 0, "latin1");
  header.write(`${octal(0o644, 7)}\0${octal(0, 7)}\0${octal(0, 7)}\0`, 100, "latin1");
  header.write(`${octal(size, 11)}\0${octal(0, 11)}\0`, 124, "latin1");
  header.write("0", 156, "latin1");
  header.write("ustar\x0000", 257, "latin1");
  header.write(parts.prefix, 345, "latin1");
  header.write(`${octal(checksum(header), 6)}\0 `, 148, "latin1");
  return header;
}

/** What follows the bytes of a file. */
export function tarPadding(size: number): Buffer {
  return Buffer.alloc((block - (size % block)) % block);
}

/** What follows the last file. */
export const tarEnd: Buffer = Buffer.alloc(2 * block);

/**
 * The members of an archive that holds nothing but plain files as `tarHeader` makes them. No
 * general reader: it knows no links, devices or extensions, so none can be slipped in, and it never
 * holds more than a chunk in memory. Throws BadTar.
 */
export async function* readTar(chunks: AsyncIterable<Buffer>): AsyncGenerator<TarMember> {
  const source = new ByteSource(chunks);
  for (;;) {
    const header = await source.take(block);
    if (header.every((byte) => byte === 0)) break;
    const { path, size } = readHeader(header);
    let read = 0;
    const body = async function* () {
      for await (const chunk of source.stream(size)) {
        read += chunk.length;
        yield chunk;
      }
    };
    yield { path, size, body: body() };
    if (read !== size) throw new Error(`${path} was not read to its end`);
    const padding = await source.take((block - (size % block)) % block);
    if (padding.some((byte) => byte !== 0)) throw new BadTar("something stands between two files");
  }
  await source.onlyZeros();
}

function readHeader(header: Buffer): { path: string; size: number } {
  const path = `${field(header, 345, 155)}/${field(header, 0, 100)}`.replace(/^\//, "");
  const size = Number.parseInt(field(header, 124, 12), 8);
  // Whatever is not exactly as we write it, be it a link, a device or another owner, differs here.
  if (!Number.isSafeInteger(size) || tarHeader(path, size)?.equals(header) !== true) {
    throw new BadTar("it holds something else than plain files as Thoth writes them");
  }
  return { path, size };
}

function field(header: Buffer, at: number, length: number): string {
  return header.toString("latin1", at, at + length).replace(/\0.*$/s, "");
}

function octal(value: number, digits: number): string {
  return value.toString(8).padStart(digits, "0");
}

function checksum(header: Buffer): number {
  // The field itself counts as eight spaces
  return header.reduce((sum, byte) => sum + byte, 0) + 8 * 0x20;
}

function splitPath(path: string): { prefix: string; name: string } | undefined {
  if (path.length <= 100) return { prefix: "", name: path };
  const slash = path.lastIndexOf("/", 155);
  const name = path.slice(slash + 1);
  return slash < 1 || name.length > 100 ? undefined : { prefix: path.slice(0, slash), name };
}

/** Takes a stream of chunks apart where it is asked to. */
class ByteSource {
  readonly #chunks: AsyncIterator<Buffer>;
  #rest: Buffer = Buffer.alloc(0);

  constructor(chunks: AsyncIterable<Buffer>) {
    this.#chunks = chunks[Symbol.asyncIterator]();
  }

  /** Exactly so many bytes; a few. */
  async take(length: number): Promise<Buffer> {
    const parts: Buffer[] = [];
    for await (const part of this.stream(length)) parts.push(part);
    return parts.length === 1 && parts[0] !== undefined ? parts[0] : Buffer.concat(parts);
  }

  async *stream(length: number): AsyncGenerator<Buffer> {
    for (let left = length; left > 0; ) {
      if (this.#rest.length === 0 && !(await this.#next())) throw new BadTar("it ends too early");
      const part = this.#rest.subarray(0, left);
      this.#rest = this.#rest.subarray(part.length);
      left -= part.length;
      yield part;
    }
  }

  async onlyZeros(): Promise<void> {
    do {
      if (this.#rest.some((byte) => byte !== 0)) throw new BadTar("something follows its end");
    } while (await this.#next());
  }

  async #next(): Promise<boolean> {
    const { value, done } = await this.#chunks.next();
    this.#rest = done === true ? Buffer.alloc(0) : value;
    return done !== true;
  }
}
