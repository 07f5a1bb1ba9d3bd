import { createHash } from "node:crypto";
import { createReadStream, existsSync, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import type { PackageName } from "../python/name.ts";
import { listFolder, storageError, temporaryName, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { processExists } from "../util/process-identity.ts";
import { acquireLock } from "../util/process-lock.ts";
import { checkFilename, type HousedFile, readList, writeList } from "./wheelhouse-list.ts";
import { projectPage, rootPage } from "./wheelhouse-pages.ts";

/** A file of the tree and where it is copied from. */
export interface WheelhouseFile {
  readonly name: PackageName;
  readonly filename: string;
  /** 64 hex digits; absent where the index gives none. */
  readonly sha256?: string;
  readonly requiresPython?: string;
  readonly path: string;
}

/**
 * Makes a folder into a static simple index (PEP 503) of exactly these files, links relative:
 * `simple/NAME/index.html`, the files themselves in `files/`. A new tree appears as a whole. One of
 * before is updated so that at every moment either its old or its new files can be installed.
 * Throws `usage` where the folder holds something else, `hash-mismatch` where a copy is damaged.
 */
export async function writeWheelhouse(
  folder: string,
  files: readonly WheelhouseFile[],
): Promise<{ readonly files: number; readonly bytes: number }> {
  for (const { filename } of files) checkFilename(filename);
  try {
    removeAbandoned(folder);
    const before = readList(folder);
    if (before === undefined) return await makeTree(folder, files);
    const lock = await acquireLock(join(folder, "wheelhouse.lock"), { timeoutMs: 30_000 });
    try {
      return await updateTree(folder, files, before);
    } finally {
      lock.release();
    }
  } catch (error) {
    throw storageError(error, folder, "store-unwritable");
  }
}

async function makeTree(folder: string, files: readonly WheelhouseFile[]) {
  const temporary = temporaryName(folder);
  try {
    const made = await updateTree(temporary, files, []);
    renameSync(temporary, folder);
    return made;
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

async function updateTree(
  folder: string,
  files: readonly WheelhouseFile[],
  before: readonly HousedFile[],
) {
  mkdirSync(join(folder, "files"), { recursive: true });
  let bytes = 0;
  const now: HousedFile[] = [];
  for (const file of files) {
    const sha256 = await putFile(folder, file);
    const { name, filename, requiresPython } = file;
    bytes += statSync(join(folder, "files", filename)).size;
    now.push({
      name,
      filename,
      sha256,
      ...(requiresPython === undefined ? {} : { requiresPython }),
    });
  }
  // With the pages of both, who installs meanwhile finds the files of before and the new ones
  const names = new Set(now.map(({ filename }) => filename));
  const gone = before.filter(({ filename }) => !names.has(filename));
  if (gone.length > 0) writePages(folder, [...now, ...gone]);
  writePages(folder, now);
  writeList(folder, now);
  removeOthers(folder, now);
  return { files: now.length, bytes };
}

function writePages(folder: string, files: readonly HousedFile[]): void {
  const byName = new Map<PackageName, HousedFile[]>();
  for (const file of files) {
    const own = byName.get(file.name);
    if (own === undefined) byName.set(file.name, [file]);
    else own.push(file);
  }
  for (const [name, own] of byName) {
    writeAtomic(join(folder, "simple", name, "index.html"), projectPage(name, own));
  }
  writeAtomic(join(folder, "simple", "index.html"), rootPage([...byName.keys()].sort()));
}

/** Copies a file unless it is there, and checks what was copied; returns its sha256. */
async function putFile(folder: string, file: WheelhouseFile): Promise<string> {
  const path = join(folder, "files", file.filename);
  if (existsSync(path)) {
    const found = await copyTo(undefined, path);
    if (found === file.sha256) return found;
  }
  const temporary = temporaryName(path);
  try {
    const found = await copyTo(temporary, file.path);
    if (file.sha256 !== undefined && found !== file.sha256) throw damaged(file, found);
    renameSync(temporary, path);
    return found;
  } finally {
    rmSync(temporary, { force: true });
  }
}

/** The sha256 of a file, copied on the way if `to` is given. */
async function copyTo(to: string | undefined, from: string): Promise<string> {
  const hash = createHash("sha256");
  const target = to === undefined ? undefined : await open(to, "wx");
  try {
    for await (const chunk of createReadStream(from, { highWaterMark: 1 << 20 })) {
      hash.update(chunk);
      await target?.writeFile(chunk);
    }
  } finally {
    await target?.close();
  }
  return hash.digest("hex");
}

function damaged({ filename, path, sha256 }: WheelhouseFile, found: string): ThothError {
  return new ThothError("hash-mismatch", `\`${filename}\` in the cache is not what was fetched`, {
    notes: [`it should have sha256 ${sha256}`, `it has sha256 ${found}`],
    hint: `remove \`${dirname(path)}\` and run again`,
  });
}

/** What is no longer of the tree; all of `files` and `simple` is Thoth's own. */
function removeOthers(folder: string, files: readonly HousedFile[]): void {
  const filenames = new Set(files.map(({ filename }) => filename));
  const names = new Set<string>(files.map(({ name }) => name));
  for (const one of listFolder(join(folder, "files"))) {
    if (!filenames.has(one)) rmSync(join(folder, "files", one), { recursive: true, force: true });
  }
  for (const one of listFolder(join(folder, "simple"))) {
    if (names.has(one) || one === "index.html") continue;
    rmSync(join(folder, "simple", one), { recursive: true, force: true });
  }
}

/** Trees that killed processes left beside the folder. */
function removeAbandoned(folder: string): void {
  const parent = dirname(folder);
  const start = `${basename(folder)}.`;
  for (const name of listFolder(parent)) {
    const pid = /^(\d+)\.[0-9a-z]+\.tmp$/.exec(name.slice(start.length))?.[1];
    if (!name.startsWith(start) || pid === undefined || processExists(Number(pid))) continue;
    rmSync(join(parent, name), { recursive: true, force: true });
  }
}
