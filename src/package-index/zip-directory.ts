import { crc32, inflateRawSync } from "node:zlib";
import { errorCode } from "./environment.ts";

/** Thrown where an archive is damaged or breaks a limit; the text says how. */
export class BadArchive extends Error {
  override readonly name = "BadArchive";
}

/** Thrown where an archive is fine but larger or newer than this reader: read it as a whole. */
export class UnreadByRanges extends Error {
  override readonly name = "UnreadByRanges";
}

/** Where the central directory of a zip stands (APPNOTE 4.3.16). */
export interface DirectoryPlace {
  readonly offset: number;
  readonly size: number;
}

/** One entry of it (APPNOTE 4.3.12). */
export interface ZipEntry {
  readonly name: string;
  readonly method: number;
  readonly crc: number;
  readonly compressedSize: number;
  readonly size: number;
  /** Where the local header stands. */
  readonly offset: number;
}

const endSize = 22;
const localSize = 30;
const centralSize = 46;

/**
 * Finds the end record in the last bytes of a zip.
 * @throws UnreadByRanges for zip64 or where it is not there.
 */
export function findDirectory(tail: Buffer, total: number): DirectoryPlace {
  for (let at = tail.length - endSize; at >= 0; at -= 1) {
    if (tail.readUInt32LE(at) !== 0x06054b50) continue;
    if (at + endSize + tail.readUInt16LE(at + 20) !== tail.length) continue;
    const size = tail.readUInt32LE(at + 12);
    const offset = tail.readUInt32LE(at + 16);
    const zip64 = tail.readUInt16LE(at + 10) === 0xffff || offset === 0xffffffff;
    if (zip64 || offset + size > total) break;
    return { offset, size };
  }
  throw new UnreadByRanges("no plain end record");
}

/** The entries whose name passes. @throws BadArchive where the directory is damaged. */
export function entriesOf(
  directory: Buffer,
  wanted: (name: string) => boolean,
): readonly ZipEntry[] {
  const found: ZipEntry[] = [];
  for (let at = 0; at < directory.length; ) {
    if (at + centralSize > directory.length || directory.readUInt32LE(at) !== 0x02014b50) {
      throw new BadArchive("its directory is damaged");
    }
    const nameEnd = at + centralSize + directory.readUInt16LE(at + 28);
    const name = directory.toString("utf8", at + centralSize, nameEnd);
    if (wanted(name)) found.push(entryAt(directory, at, name));
    at = nameEnd + directory.readUInt16LE(at + 30) + directory.readUInt16LE(at + 32);
  }
  return found;
}

function entryAt(directory: Buffer, at: number, name: string): ZipEntry {
  if ((directory.readUInt16LE(at + 8) & 1) === 1) throw new BadArchive(`${name} is encrypted`);
  const entry = {
    name,
    method: directory.readUInt16LE(at + 10),
    crc: directory.readUInt32LE(at + 16),
    compressedSize: directory.readUInt32LE(at + 20),
    size: directory.readUInt32LE(at + 24),
    offset: directory.readUInt32LE(at + 42),
  };
  if (Math.max(entry.compressedSize, entry.size, entry.offset) === 0xffffffff) {
    throw new UnreadByRanges("an entry in zip64 form");
  }
  return entry;
}

/** How many bytes from the local header on surely hold the entry; names and extras are short. */
export function entrySpan(entry: ZipEntry): number {
  return localSize + Buffer.byteLength(entry.name) + 512 + entry.compressedSize;
}

/** Where the data start, counted from the local header. @throws BadArchive */
export function dataStart(local: Buffer): number {
  if (local.length < localSize || local.readUInt32LE(0) !== 0x04034b50) {
    throw new BadArchive("a local header is damaged");
  }
  return localSize + local.readUInt16LE(26) + local.readUInt16LE(28);
}

/** Decompresses one entry and checks its size and CRC. @throws BadArchive */
export function unpackEntry(entry: ZipEntry, data: Buffer, maxBytes: number): Buffer {
  if (entry.size > maxBytes) throw new BadArchive(`${entry.name} has ${entry.size} bytes`);
  const bytes = entry.method === 0 ? data : inflate(entry, data, maxBytes);
  if (bytes.length !== entry.size || crc32(bytes) !== entry.crc) {
    throw new BadArchive(`${entry.name} is damaged`);
  }
  return bytes;
}

function inflate(entry: ZipEntry, data: Buffer, maxBytes: number): Buffer {
  if (entry.method !== 8) throw new UnreadByRanges(`compression method ${entry.method}`);
  try {
    return inflateRawSync(data, { maxOutputLength: maxBytes });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    throw new BadArchive(`${entry.name} is damaged`, { cause: error });
  }
}
