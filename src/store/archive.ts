import { createHash, type Hash } from "node:crypto";
import { createReadStream } from "node:fs";
import { pipeline } from "node:stream";
import { createGunzip } from "node:zlib";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord, parsedJson } from "../util/json.ts";
import { DamagedFileError } from "./damage.ts";
import { BadTar, readTar, type TarMember, tarEnd, tarHeader, tarPadding } from "./tar.ts";

/*
 * An archive of knowledge is a tar.gz with the files of a store as they lie there, in order of
 * their paths, and behind them a manifest that names each with its size and digest:
 *
 *     packages/…/flask/metadata.json
 *     packages/…/flask/releases.json
 *     sources/….json
 *     manifest.json    {"schema":"thoth.knowledge-archive","version":"1.0",…,"members":[
 *                      {"path":…,"size":…,"sha256":…},
 *                      …
 *                      ]}
 */

/** A state of knowledge: which store, and its revision. */
export interface Origin {
  readonly store: string;
  readonly revision: number;
}

/** What a manifest says beside its list. */
export interface Manifest extends Origin {
  /** Version of Thoth. */
  readonly program: string;
  /** What the archive leaves out because these hold it; empty if it holds everything. */
  readonly since: readonly Origin[];
}

/** One file of an archive. */
export interface ArchiveMember {
  readonly path: string;
  readonly bytes: Buffer;
  readonly sha256: string;
}

/** No file of a store is near that; what is larger is made to fill the memory. */
const largestMember = 64 * 1024 * 1024;
/** Some two million packages; an archive of zeros unpacks to a thousand times its size. */
const largestArchive = 64 * 1024 ** 3;
const largestHead = 64 * 1024;
const manifestName = "manifest.json";
const listEnd = "\n]}\n";

/** The bytes of an archive before compression; `files` in order of their paths. */
export async function* archiveBytes(
  files: AsyncIterable<ArchiveMember>,
  manifest: Manifest,
): AsyncGenerator<Buffer> {
  const list: string[] = [manifestHead(manifest)];
  for await (const { path, bytes, sha256 } of files) {
    list.push(listLine(list.length === 1, path, bytes.length, sha256));
    yield* member(path, [bytes]);
  }
  list.push(listEnd);
  yield* member(manifestName, joined(list));
  yield tarEnd;
}

/**
 * Reads an archive from beginning to end and shows its files to `visit` in order. It is whole only
 * if this resolves: what the manifest says is compared at the end. Throws `bad-archive`; what
 * `visit` throws as DamagedFileError becomes one.
 */
export async function readArchive(
  path: string,
  signal: AbortSignal,
  visit: (file: ArchiveMember) => void | Promise<void>,
): Promise<Manifest> {
  const unpacked = createGunzip();
  // Errors of either end reach the reader of `unpacked`.
  pipeline(createReadStream(path), unpacked, () => undefined);
  try {
    return await readMembers(readTar(unpacked), signal, visit);
  } catch (error) {
    throw archiveError(path, error);
  } finally {
    unpacked.destroy();
  }
}

async function readMembers(
  members: AsyncIterable<TarMember>,
  signal: AbortSignal,
  visit: (file: ArchiveMember) => void | Promise<void>,
): Promise<Manifest> {
  const list = createHash("sha256");
  let previous = "";
  let manifest: Manifest | undefined;
  let problem: unknown;
  let total = 0;
  for await (const { path, size, body } of members) {
    signal.throwIfAborted();
    total += size;
    if (total > largestArchive) throw new BadTar("it is too large");
    if (manifest !== undefined) throw new BadTar("something follows its manifest");
    if (path === manifestName) {
      manifest = await readManifest(body, list);
      continue;
    }
    if (!isBefore(previous, path)) throw new BadTar(`\`${path}\` is not in its place`);
    if (size > largestMember) throw new BadTar(`\`${path}\` is too large`);
    const bytes = await collected(body);
    const sha256 = createHash("sha256").update(bytes).digest("hex");
    list.update(listLine(previous === "", path, size, sha256));
    previous = path;
    // The manifest may yet say that a newer Thoth wrote it all.
    if (problem === undefined) problem = await problemOf(() => visit({ path, bytes, sha256 }));
  }
  if (manifest === undefined) throw new BadTar("it has no manifest");
  if (problem !== undefined) throw problem;
  return manifest;
}

async function problemOf(visit: () => void | Promise<void>): Promise<unknown> {
  try {
    await visit();
    return undefined;
  } catch (error) {
    if (error instanceof DamagedFileError) return error;
    throw error;
  }
}

async function readManifest(body: AsyncIterable<Buffer>, list: Hash): Promise<Manifest> {
  const found = createHash("sha256");
  let head = "";
  let complete = false;
  for await (const chunk of body) {
    const end = complete ? -1 : chunk.indexOf("\n");
    if (complete) found.update(chunk);
    else head += chunk.toString("latin1", 0, end < 0 ? chunk.length : end);
    if (end >= 0) {
      complete = true;
      found.update(chunk.subarray(end + 1));
    }
    if (head.length > largestHead) throw new BadTar("its manifest has no end");
  }
  const manifest = parseHead(head);
  if (found.digest("hex") !== list.update(listEnd).digest("hex")) {
    throw new BadTar("its files are not those that its manifest names");
  }
  return manifest;
}

function parseHead(head: string): Manifest {
  const value = parsedJson(`${head}]}`);
  if (!isRecord(value) || value["schema"] !== "thoth.knowledge-archive") {
    throw new BadTar("it is no archive of knowledge");
  }
  const { version, store, revision, program, since } = value;
  if (typeof version !== "string" || !/^1\.\d+$/.test(version)) {
    throw new BadTar("a newer Thoth wrote it");
  }
  const origin = { store, revision };
  const sources: readonly unknown[] = Array.isArray(since) ? since : [undefined];
  if (!isOrigin(origin) || typeof program !== "string" || !sources.every(isOrigin)) {
    throw new BadTar("its manifest lacks what it should say");
  }
  return { ...origin, program, since: sources };
}

function manifestHead({ store, revision, program, since }: Manifest): string {
  const head = { schema: "thoth.knowledge-archive", version: "1.0", store, revision, program };
  return `${JSON.stringify({ ...head, since }).slice(0, -1)},"members":[\n`;
}

function listLine(first: boolean, path: string, size: number, sha256: string): string {
  return `${first ? "" : ",\n"}${JSON.stringify({ path, size, sha256 })}`;
}

function* member(path: string, parts: readonly Buffer[]): Generator<Buffer> {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  const header = tarHeader(path, size);
  if (header === undefined) throw new Error(`no room for ${path} in an archive`);
  yield header;
  yield* parts;
  yield tarPadding(size);
}

/** A few large pieces in place of many small ones. */
function joined(list: readonly string[]): Buffer[] {
  const parts: Buffer[] = [];
  const step = 10_000;
  for (let at = 0; at < list.length; at += step) {
    parts.push(Buffer.from(list.slice(at, at + step).join(""), "latin1"));
  }
  return parts;
}

/** Folder by folder, as they are walked: a folder's name ends before "/". */
function isBefore(path: string, other: string): boolean {
  return path.replaceAll("/", "\0") < other.replaceAll("/", "\0");
}

async function collected(body: AsyncIterable<Buffer>): Promise<Buffer> {
  const parts: Buffer[] = [];
  for await (const part of body) parts.push(part);
  return Buffer.concat(parts);
}

function isOrigin(value: unknown): value is Origin {
  return (
    isRecord(value) && typeof value["store"] === "string" && typeof value["revision"] === "number"
  );
}

function archiveError(path: string, error: unknown): unknown {
  const refused = (reason: string, hint: string) =>
    new ThothError("bad-archive", `\`${path}\` can't be taken: ${reason}`, { hint, cause: error });
  const again = "nothing was changed; fetch it again, or have it exported again";
  if (error instanceof DamagedFileError) return refused(`${error.path}: ${error.reason}`, again);
  if (error instanceof BadTar) return refused(error.message, again);
  const code = errorCode(error) ?? "";
  if (code.startsWith("Z_")) return refused("it is damaged or no tar.gz", again);
  if (["ENOENT", "EACCES", "EISDIR", "EPERM"].includes(code)) {
    return refused(
      `it can't be read (${code})`,
      "name an archive made by `thoth knowledge export`",
    );
  }
  return error;
}
