import { createHash, randomBytes } from "node:crypto";
import { type FileHandle, mkdir, open, rename, rm, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { FileDetails } from "../model/knowledge.ts";
import { ThothError } from "../util/errors.ts";
import { unexpectedStatus } from "./body.ts";
import { shownUrl } from "./credentials.ts";
import { errorCode } from "./environment.ts";
import type { Http, HttpRequest, Reply } from "./http.ts";
import { HttpFailure } from "./http-failure.ts";

/** A file in the cache, or that its index no longer has it. */
export type DownloadAnswer =
  | { readonly kind: "file"; readonly path: string }
  | { readonly kind: "absent"; readonly reason: string };

export interface Download {
  readonly file: FileDetails;
  readonly cacheDir: string;
  readonly request: Pick<HttpRequest, "authorize" | "limits" | "signal" | "verifySsl">;
}

const maxFileBytes = 20e9;

/**
 * Fetches a file into the cache, or finds it there. It lies under its own name in a folder named
 * after its SHA-256, is written under a temporary name and checked before it gets its own.
 * @throws ThothError hash-mismatch, disk-full, store-unwritable and those of `Http.get`
 */
export async function downloadFile(http: Http, download: Download): Promise<DownloadAnswer> {
  const { file, cacheDir, request } = download;
  checkFilename(file);
  const wanted: HttpRequest = {
    ...request,
    url: file.url,
    subject: "file",
    headers: { accept: "*/*", "accept-encoding": "identity" },
  };
  try {
    const path = await cachedFile(cacheDir, file);
    if (path !== undefined) return { kind: "file", path };
    return await http.get(wanted, (reply) => receive(reply, download));
  } catch (error) {
    throw diskError(error, cacheDir);
  }
}

/** Where a file lies in the cache; undefined if it is not there as a whole. */
export async function cachedFile(
  cacheDir: string,
  { sha256, filename, size }: FileDetails,
): Promise<string | undefined> {
  if (sha256 === undefined) return undefined;
  const path = cachePath(cacheDir, sha256, filename);
  return (await isWhole(path, size)) ? path : undefined;
}

function cachePath(cacheDir: string, sha256: string, filename: string): string {
  return join(cacheDir, "files", sha256.slice(0, 2), sha256, filename);
}

/** Names come from the index; one that leads elsewhere was never read as a distribution. */
function checkFilename({ filename }: FileDetails): void {
  const bad = filename === "" || filename.length > 255 || /^\.|[/\\\0]/.test(filename);
  if (bad) throw new Error(`not a file name: ${JSON.stringify(filename)}`);
}

// Only the size: a file gets its name after its hash was checked, and pip checks it again.
async function isWhole(path: string, size: number | undefined): Promise<boolean> {
  try {
    const found = await stat(path);
    return found.isFile() && (size === undefined || found.size === size);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

async function receive(reply: Reply, { file, cacheDir }: Download): Promise<DownloadAnswer> {
  if (reply.status === 404 || reply.status === 410) {
    return { kind: "absent", reason: `\`${file.filename}\` is gone (${reply.status})` };
  }
  if (reply.status !== 200) throw unexpectedStatus(reply);
  const folder = join(cacheDir, "files", "incoming");
  await mkdir(folder, { recursive: true });
  const temporary = join(folder, `${process.pid}-${randomBytes(8).toString("hex")}`);
  const handle = await open(temporary, "wx");
  try {
    const sha256 = await write(reply, handle, file);
    checkHash(file, sha256);
    const path = cachePath(cacheDir, sha256, file.filename);
    await mkdir(dirname(path), { recursive: true });
    await rename(temporary, path);
    return { kind: "file", path };
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

async function write(reply: Reply, handle: FileHandle, file: FileDetails): Promise<string> {
  const limit = file.size ?? maxFileBytes;
  const hash = createHash("sha256");
  let length = 0;
  try {
    for await (const chunk of reply.chunks()) {
      length += chunk.length;
      if (length > limit) throw new HttpFailure("garbage", reply.url, `more than ${limit} bytes`);
      hash.update(chunk);
      await handle.writeFile(chunk);
    }
  } finally {
    await handle.close();
  }
  return hash.digest("hex");
}

function checkHash(file: FileDetails, found: string): void {
  if (file.sha256 === undefined || file.sha256 === found) return;
  throw hashMismatch(file.filename, file.url, file.sha256, found);
}

/** The error for bytes that are not those the index promised. */
export function hashMismatch(
  what: string,
  url: string,
  expected: string,
  found: string,
): ThothError {
  return new ThothError("hash-mismatch", `\`${what}\` is not the file that the index lists`, {
    notes: [
      `from ${shownUrl(url)}`,
      `the index says sha256 ${expected}`,
      `received sha256 ${found}`,
    ],
    hint: "the file was changed on its way or on its server: do not install it, and tell the index",
  });
}

function diskError(error: unknown, cacheDir: string): unknown {
  const code = errorCode(error);
  if (error instanceof ThothError) return error;
  if (code === "ENOSPC" || code === "EDQUOT") {
    return new ThothError("disk-full", `no space left for downloads in \`${cacheDir}\``, {
      hint: "free some space, or choose another folder with THOTH_CACHE",
      cause: error,
    });
  }
  if (code === "EACCES" || code === "EROFS" || code === "EPERM" || code === "ENOTDIR") {
    return new ThothError("store-unwritable", `\`${cacheDir}\` can't be written (${code})`, {
      hint: "choose another folder with THOTH_CACHE",
      cause: error,
    });
  }
  return error;
}
