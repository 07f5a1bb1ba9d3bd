import type { Readable } from "node:stream";
import { type Entry, open, type ZipFile } from "yauzl";
import { errorCode } from "./environment.ts";
import { BadArchive } from "./zip-directory.ts";

const maxMembers = 200_000;

/** Members of a zip on disk by name, contents read when asked for. */
export interface ZipMember {
  readonly name: string;
  read(maxBytes: number): Promise<Buffer>;
}

/**
 * Opens a zip, hands the members whose name passes to `use`, and closes it again.
 * @throws BadArchive where it is damaged, unsafe or has too many members.
 */
export async function withZip<T>(
  path: string,
  wanted: (name: string) => boolean,
  use: (members: readonly ZipMember[]) => Promise<T>,
): Promise<T> {
  const zip = await openZip(path);
  try {
    const found = await listEntries(zip, wanted);
    return await use(
      found.map((entry) => ({
        name: entry.fileName,
        read: (maxBytes: number) => readEntry(zip, entry, maxBytes),
      })),
    );
  } finally {
    zip.close();
  }
}

function openZip(path: string): Promise<ZipFile> {
  return new Promise((resolve, reject) => {
    open(path, { lazyEntries: true, autoClose: false }, (error, zip) => {
      if (error === null) resolve(zip);
      else reject(damaged(error));
    });
  });
}

function listEntries(zip: ZipFile, wanted: (name: string) => boolean): Promise<readonly Entry[]> {
  return new Promise((resolve, reject) => {
    const found: Entry[] = [];
    if (zip.entryCount > maxMembers) {
      reject(new BadArchive(`it has ${zip.entryCount} members`));
      return;
    }
    zip.on("error", (error: Error) => reject(damaged(error)));
    zip.on("end", () => resolve(found));
    zip.on("entry", (entry: Entry) => {
      if (wanted(entry.fileName)) found.push(entry);
      zip.readEntry();
    });
    zip.readEntry();
  });
}

async function readEntry(zip: ZipFile, entry: Entry, maxBytes: number): Promise<Buffer> {
  if (entry.uncompressedSize > maxBytes) {
    throw new BadArchive(`${entry.fileName} has ${entry.uncompressedSize} bytes`);
  }
  try {
    const chunks: Uint8Array[] = [];
    let length = 0;
    for await (const chunk of await openEntry(zip, entry)) {
      const bytes: Uint8Array = chunk;
      length += bytes.length;
      if (length > maxBytes) throw new BadArchive(`${entry.fileName} is larger than it says`);
      chunks.push(bytes);
    }
    return Buffer.concat(chunks, length);
  } catch (error) {
    throw damaged(error);
  }
}

function openEntry(zip: ZipFile, entry: Entry): Promise<Readable> {
  return new Promise((resolve, reject) => {
    zip.openReadStream(entry, (error, stream) => {
      if (error === null) resolve(stream);
      else reject(error);
    });
  });
}

// yauzl's complaints are plain errors without a code; those of the file system have one.
function damaged(error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof BadArchive || (code !== undefined && !code.startsWith("Z_"))) return error;
  return new BadArchive("it is no readable zip", { cause: error });
}
