import { createReadStream } from "node:fs";
import { open as openFile } from "node:fs/promises";
import type { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { extract, type Header } from "tar-stream";
import { type Entry, open, type ZipFile } from "yauzl";
import {
  type ArchiveLimits,
  ArchiveMeter,
  ArchiveRefused,
  checkLink,
  checkMemberPath,
} from "./archive-limits.ts";
import { checkDirectoryEnd, directoryEnd } from "./zip-end.ts";

/** Reads an archive's members without unpacking it. */
export interface MemberReading {
  /** A wheel, .zip, .tar.gz, .tgz or .tar. */
  readonly archivePath: string;
  /** Its name in the index, which says the format. */
  readonly filename: string;
  readonly limits: ArchiveLimits;
  readonly signal?: AbortSignal | undefined;
  readonly wants: (path: string) => boolean;
  /** Called for each regular file that is wanted, one after the other. */
  readonly take: (path: string, bytes: Buffer) => Promise<void>;
  /** Called for each regular file that is not wanted. */
  readonly pass?: (path: string) => Promise<void>;
}

/**
 * Gives every wanted regular file of an archive to `take`. Links are never followed: what they
 * point to inside the archive is a member of its own. Throws ArchiveRefused for a damaged archive,
 * a path or link that leaves it, and what is beyond the limits.
 */
export async function readMembers(reading: MemberReading): Promise<void> {
  const { head, endsAsZip } = await signatureOf(reading.archivePath);
  const name = reading.filename.toLowerCase();
  const isZip = head.startsWith("PK");
  // As pip has it, what is a zip by its content is one, whatever its name
  if (/\.(whl|zip)$/.test(name) || (isZip && endsAsZip)) return readZip(reading);
  if (endsAsZip) throw new ArchiveRefused("bad-archive", "it can be read as a zip and as a tar");
  if (/\.(tar\.gz|tgz)$/.test(name)) return readTar(reading, true);
  if (name.endsWith(".tar")) return readTar(reading, false);
  throw new ArchiveRefused("bad-archive", `no reader for the format of ${reading.filename}`);
}

/** What a zip ends with, before a comment of 65,535 bytes at most. */
const zipEnd = "PK\x05\x06";
const longestZipEnd = 22 + 0xffff;

/** The first bytes of a file, and whether it ends as a zip does: that is what Python looks at. */
async function signatureOf(path: string) {
  const file = await openFile(path);
  try {
    const { size } = await file.stat();
    const read = async (length: number, position: number) => {
      const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, position);
      return buffer.toString("latin1", 0, bytesRead);
    };
    const end = await read(longestZipEnd, Math.max(0, size - longestZipEnd));
    return { head: await read(4, 0), endsAsZip: end.includes(zipEnd) };
  } finally {
    await file.close();
  }
}

async function readTar(reading: MemberReading, zipped: boolean): Promise<void> {
  const { archivePath, limits, signal } = reading;
  const meter = new ArchiveMeter(limits);
  const members = extract();
  const source = createReadStream(archivePath);
  const metered = async function* (bytes: AsyncIterable<Buffer>) {
    for await (const chunk of bytes) {
      meter.read(chunk.length);
      yield chunk;
    }
  };
  const flow = zipped
    ? pipeline(source, createGunzip(), metered, members, { signal })
    : pipeline(source, metered, members, { signal });
  const walk = async () => {
    for await (const entry of members) {
      meter.member(entry.header.size);
      const isFile = isRegularFile(entry.header);
      if (isFile && reading.wants(entry.header.name)) {
        meter.keep(entry.header.name, entry.header.size);
        await reading.take(entry.header.name, await collect(entry));
      } else {
        entry.resume();
        if (isFile) await reading.pass?.(entry.header.name);
      }
    }
  };
  try {
    await Promise.all([flow, walk()]);
    meter.end();
  } catch (error) {
    source.destroy();
    signal?.throwIfAborted();
    throw refusal(error);
  }
}

function isRegularFile({ name, type, linkname }: Header): boolean {
  checkMemberPath(name);
  if (type === "symlink") checkLink(name, linkname, "member");
  if (type === "link") checkLink(name, linkname, "top");
  return type === "file" || type === "contiguous-file";
}

async function readZip(reading: MemberReading): Promise<void> {
  const meter = new ArchiveMeter(reading.limits);
  try {
    const zip = await opened(reading.archivePath);
    try {
      for await (const entry of entriesOf(zip)) {
        reading.signal?.throwIfAborted();
        checkMemberPath(entry.fileName);
        meter.member(entry.uncompressedSize);
        if (entry.isEncrypted()) throw new ArchiveRefused("bad-archive", "a member is encrypted");
        if (!isRegular(entry)) continue;
        if (!reading.wants(entry.fileName)) {
          await reading.pass?.(entry.fileName);
          continue;
        }
        meter.keep(entry.fileName, entry.uncompressedSize);
        await reading.take(entry.fileName, await collect(await contentOf(zip, entry)));
      }
      meter.end();
      // A number, whatever its type says
      checkDirectoryEnd(Number(zip.readEntryCursor), await directoryEnd(reading.archivePath));
    } finally {
      zip.close();
    }
  } catch (error) {
    reading.signal?.throwIfAborted();
    throw refusal(error);
  }
}

// Unix modes stand in the upper half; anything but a regular file there is a link or a device.
function isRegular(entry: Entry): boolean {
  const kind = (entry.externalFileAttributes >>> 16) & 0o170000;
  return (kind === 0 || kind === 0o100000) && !entry.fileName.endsWith("/");
}

function opened(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) =>
      error ? reject(error) : resolve(zip),
    );
  });
}

async function* entriesOf(zip: ZipFile): AsyncGenerator<Entry> {
  for (let read = 0; read < zip.entryCount; read += 1) {
    yield await new Promise<Entry>((resolve, reject) => {
      zip.once("entry", resolve).once("error", reject);
      zip.readEntry();
    });
    zip.removeAllListeners("error");
  }
}

function contentOf(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => (error ? reject(error) : resolve(stream)));
  });
}

async function collect(stream: AsyncIterable<unknown>): Promise<Buffer> {
  const chunks: Uint8Array[] = [];
  for await (const chunk of stream) {
    if (!(chunk instanceof Uint8Array)) throw new Error("an archive's stream gave no bytes");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

// The file was there and hash-checked: what a reader of archives says is about its content.
function refusal(error: unknown): unknown {
  if (error instanceof ArchiveRefused || !(error instanceof Error)) return error;
  if ("syscall" in error) return error;
  return new ArchiveRefused("bad-archive", `the archive is damaged: ${error.message}`, {
    cause: error,
  });
}
