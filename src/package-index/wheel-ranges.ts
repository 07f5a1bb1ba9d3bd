import type { PackageName } from "../python/name.ts";
import { chooseMetadataEntry, isMetadataName } from "./wheel-names.ts";
import {
  dataStart,
  entriesOf,
  entrySpan,
  findDirectory,
  UnreadByRanges,
  unpackEntry,
} from "./zip-directory.ts";

/** A file that is read in pieces: `read(start, end)` gives the bytes from start up to before end. */
export interface Pieces {
  readonly size: number;
  read(start: number, end: number): Promise<Buffer>;
}

const maxDirectoryBytes = 32e6;
const maxMetadataBytes = 16e6;

/**
 * How much of a wheel's end to ask for first. The directory of a large wheel is large too, and
 * METADATA mostly stands just before it: of 21 wheels measured this part holds both for 15. (Some
 * build backends write METADATA first, which no tail helps.)
 */
export function tailBytes(size: number | undefined): number {
  if (size === undefined) return 65_536;
  return Math.min(size, 524_288, 49_152 + Math.ceil(size / 24));
}

/**
 * METADATA of a wheel from pieces of it.
 * @throws UnreadByRanges where the whole file is needed, BadArchive where it is damaged.
 */
export async function readWheelMetadata(
  pieces: Pieces,
  name: PackageName,
  tail: Buffer,
): Promise<string> {
  const tailStart = pieces.size - tail.length;
  const read = async (start: number, end: number): Promise<Buffer> =>
    start >= tailStart
      ? tail.subarray(start - tailStart, end - tailStart)
      : pieces.read(start, end);

  const { offset, size } = findDirectory(tail, pieces.size);
  if (size > maxDirectoryBytes) throw new UnreadByRanges(`a directory of ${size} bytes`);
  const directory = await read(offset, offset + size);
  const entry = chooseMetadataEntry(entriesOf(directory, isMetadataName), name);
  const local = await read(entry.offset, Math.min(pieces.size, entry.offset + entrySpan(entry)));
  const start = dataStart(local);
  const end = start + entry.compressedSize;
  const data =
    end <= local.length
      ? local.subarray(start, end)
      : await read(entry.offset + start, entry.offset + end);
  return unpackEntry(entry, data, maxMetadataBytes).toString("utf8");
}
