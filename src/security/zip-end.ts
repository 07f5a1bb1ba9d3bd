import { open } from "node:fs/promises";
import { ArchiveRefused } from "./archive-limits.ts";

const endSignature = Buffer.from("PK\u0005\u0006", "latin1");
const locatorSignature = 0x07064b50;
const end64Signature = 0x06064b50;
const endBytes = 22;
const locatorBytes = 20;
const end64Bytes = 56;
const mostComment = 0xffff;

/**
 * Where the directory of a zip archive ends, from the record at its end (APPNOTE 4.3.16). Readers
 * disagree: some count entries from an address, Python reads so many bytes before the end. Only an
 * archive that says the same to all of them is taken, so that none installs what was not looked at.
 */
export async function directoryEnd(archivePath: string): Promise<number> {
  const tail = await readTail(archivePath);
  const at = tail.bytes.lastIndexOf(endSignature);
  if (at < 0 || at + endBytes > tail.bytes.length) throw refused("has no end record");
  const end = tail.start + at;
  const size = tail.bytes.readUInt32LE(at + 12);
  const offset = tail.bytes.readUInt32LE(at + 16);
  const locator = at - locatorBytes;
  const isLong = locator >= 0 && tail.bytes.readUInt32LE(locator) === locatorSignature;
  const last = isLong ? end - locatorBytes - end64Bytes : end;
  if (isLong) checkLongRecord(tail.bytes, locator - end64Bytes, last);
  const isElsewhere = isLong && (size === 0xffffffff || offset === 0xffffffff);
  if (!isElsewhere && size + offset !== last) throw refused(contradiction);
  return last;
}

function checkLongRecord(tail: Buffer, record: number, last: number): void {
  if (record < 0 || tail.readUInt32LE(record) !== end64Signature)
    throw refused("has no long end record where it says");
  const size = Number(tail.readBigUInt64LE(record + 40));
  const offset = Number(tail.readBigUInt64LE(record + 48));
  if (size + offset !== last) throw refused(contradiction);
}

const contradiction = "contradicts itself about where its directory is";

async function readTail(path: string) {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, mostComment + endBytes + locatorBytes + end64Bytes);
    const bytes = Buffer.alloc(length);
    await file.read(bytes, 0, length, size - length);
    return { bytes, start: size - length };
  } finally {
    await file.close();
  }
}

/** Throws ArchiveRefused unless reading the entries ended where the directory does. */
export function checkDirectoryEnd(reached: number, end: number): void {
  if (reached !== end) throw refused("has more entries than it says");
}

function refused(what: string): ArchiveRefused {
  return new ArchiveRefused("bad-archive", `the archive ${what}`);
}
