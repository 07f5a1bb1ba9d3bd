import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { BadArchive } from "../package-index/zip-directory.ts";

/**
 * The bytes of a file that somebody named. Throws BadArchive for what is no regular file (a device
 * or a pipe may never end) and for one that is too large, before anything is read.
 */
export async function readRegularFile(
  path: string,
  { most, signal }: { readonly most: number; readonly signal: AbortSignal },
): Promise<Buffer> {
  // Without waiting: to open a pipe takes until somebody writes to it
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const status = await file.stat();
    if (!status.isFile()) throw new BadArchive("it is no regular file");
    if (status.size > most) throw new BadArchive(`it has ${status.size} bytes`);
    return await readWhole(file, status.size, signal);
  } finally {
    await file.close();
  }
}

/** No more than it had when it was opened, and in pieces, so that a signal is heard in between. */
async function readWhole(file: FileHandle, size: number, signal: AbortSignal): Promise<Buffer> {
  const bytes = Buffer.allocUnsafe(size);
  let done = 0;
  while (done < size) {
    signal.throwIfAborted();
    const length = Math.min(pieceBytes, size - done);
    const { bytesRead } = await file.read(bytes, done, length, done);
    if (bytesRead === 0) break;
    done += bytesRead;
  }
  return bytes.subarray(0, done);
}

const pieceBytes = 16e6;
