import { createReadStream } from "node:fs";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { type Extract, extract } from "tar-stream";
import { errorCode } from "./environment.ts";
import { BadArchive } from "./zip-directory.ts";
import { withZip } from "./zip-file.ts";

/** Limits on what is unpacked in search of PKG-INFO. */
const maxUnpackedBytes = 1e9;
const maxMembers = 200_000;
const maxPkgInfoBytes = 16e6;

/**
 * The text of an sdist's top-level PKG-INFO (PEP 643), read in memory; undefined where there is
 * none, or where the format (`.tar.bz2`, `.tar.xz`) can't be read here.
 * @throws BadArchive where the archive is damaged or breaks a limit.
 */
export async function readPkgInfo(path: string): Promise<string | undefined> {
  if (path.endsWith(".zip")) return fromZip(path);
  return /\.(tar\.gz|tgz)$/.test(path) ? fromTar(path) : undefined;
}

function isPkgInfo(member: string): boolean {
  return /^(\.\/)?[^/]+\/PKG-INFO$/.test(member);
}

function fromZip(path: string): Promise<string | undefined> {
  return withZip(path, isPkgInfo, async ([member]) =>
    (await member?.read(maxPkgInfoBytes))?.toString("utf8"),
  );
}

async function fromTar(path: string): Promise<string | undefined> {
  const unpacked = extract();
  const flow = pipeline(
    createReadStream(path),
    createGunzip(),
    countBytes(maxUnpackedBytes),
    unpacked,
  );
  // Its error also reaches the loop below; on an early end it is only "closed too soon".
  flow.catch(() => undefined);
  try {
    return await search(unpacked);
  } catch (error) {
    throw damaged(error);
  } finally {
    unpacked.destroy();
    await flow.catch(() => undefined);
  }
}

async function search(unpacked: Extract): Promise<string | undefined> {
  let members = 0;
  for await (const entry of unpacked) {
    members += 1;
    if (members > maxMembers) throw new BadArchive(`it has more than ${maxMembers} members`);
    if (entry.header.type === "file" && isPkgInfo(entry.header.name)) {
      // Leaving the loop ends the archive, so the member must be read before
      return await readAll(contents(entry));
    }
    entry.resume();
  }
  return undefined;
}

// streamx declares the chunks of its streams as unknown.
async function* contents(member: AsyncIterable<unknown>): AsyncIterable<Uint8Array> {
  for await (const chunk of member) {
    if (chunk instanceof Uint8Array) yield chunk;
  }
}

async function readAll(member: AsyncIterable<Uint8Array>): Promise<string> {
  const chunks: Uint8Array[] = [];
  let length = 0;
  for await (const chunk of member) {
    length += chunk.length;
    if (length > maxPkgInfoBytes) throw new BadArchive("its PKG-INFO is too large");
    chunks.push(chunk);
  }
  return Buffer.concat(chunks, length).toString("utf8");
}

function countBytes(limit: number): Transform {
  let seen = 0;
  return new Transform({
    transform(chunk: Buffer, _encoding, done) {
      seen += chunk.length;
      if (seen > limit) done(new BadArchive(`it unpacks to more than ${limit / 1e6} MB`));
      else done(null, chunk);
    },
  });
}

// tar-stream's complaints are plain errors without a code; those of the file system have one.
function damaged(error: unknown): unknown {
  const code = errorCode(error);
  if (error instanceof BadArchive) return error;
  if (code !== undefined && !code.startsWith("Z_") && !code.startsWith("ERR_STREAM")) return error;
  return new BadArchive("it is no readable archive", { cause: error });
}
