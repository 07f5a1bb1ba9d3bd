import { createHash } from "node:crypto";
import { createWriteStream, readFileSync, renameSync } from "node:fs";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { errorCode, removeFile, storageError, temporaryName } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";
import { type ArchiveMember, archiveBytes, type Origin, readArchive } from "./archive.ts";
import { isPortableSource, readArchivedFile } from "./archived-file.ts";
import { readCatalogue } from "./catalogue.ts";
import { DamagedFileError, parseOwn } from "./damage.ts";
import { storeFiles } from "./inventory.ts";
import { StorePaths } from "./store-paths.ts";
import { tarHeader } from "./tar.ts";

export interface ExportRequest {
  readonly store: string;
  readonly output: string;
  /** Archives whose files are left out where the store has them unchanged. */
  readonly since: readonly string[];
  /** Version of Thoth. */
  readonly program: string;
  /** ms since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
}

export interface ExportResult {
  readonly files: number;
  readonly packages: number;
  /** Of the archive. */
  readonly bytes: number;
  /** As the archives of `since` have them. */
  readonly unchanged: number;
  /** Direct sources that mean something on this machine only. */
  readonly local: number;
  /** Files that are damaged, or say what no other machine should take. */
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
  readonly origin: Origin;
  readonly since: readonly Origin[];
}

/**
 * Writes what a store knows to one archive: the same files always make the same archive. The
 * output appears complete or not at all. Other processes may write meanwhile; each file is taken
 * as it is when it is read. Throws `bad-archive`, `store-unwritable`, `disk-full`.
 */
export async function exportKnowledge(request: ExportRequest): Promise<ExportResult> {
  const { output, program, signal } = request;
  const paths = new StorePaths(request.store);
  const catalogue = readCatalogue(paths.catalogue);
  const origin = { store: catalogue?.id ?? "", revision: catalogue?.revision ?? 0 };
  const base = await readBase(request);
  const selection = new Selection(paths, base.digests, request.now);
  const manifest = { ...origin, program, since: base.origins };
  const temporary = temporaryName(output);
  try {
    await pipeline(
      Readable.from(archiveBytes(selection.files(), manifest), { objectMode: true }),
      createGzip(),
      createWriteStream(temporary, { flags: "wx" }),
      { signal },
    );
    const bytes = await synced(temporary);
    renameSync(temporary, output);
    return { ...selection.counts, bytes, origin, since: base.origins };
  } catch (error) {
    removeFile(temporary);
    signal.throwIfAborted();
    throw outputError(error, temporary, output);
  }
}

/** Of what went wrong, that which another `-o` mends. */
function outputError(error: unknown, temporary: string, output: string): unknown {
  const ofOutput = error instanceof Error && "path" in error && error.path === temporary;
  const code = errorCode(error) ?? "";
  if (ofOutput && ["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EROFS", "EISDIR"].includes(code)) {
    return new ThothError("usage", `\`${output}\` can't be written (${code})`, {
      hint: "name a file in a folder that may be written with -o",
      cause: error,
    });
  }
  return storageError(error, output, "store-unwritable");
}

/** Chooses the files of an archive one by one, and counts. */
class Selection {
  readonly #paths: StorePaths;
  readonly #base: ReadonlyMap<string, string>;
  readonly #now: number;
  readonly #folders = new Set<string>();
  readonly #leftOut: { file: string; reason: string }[] = [];
  #files = 0;
  #unchanged = 0;
  #local = 0;

  constructor(paths: StorePaths, base: ReadonlyMap<string, string>, now: number) {
    this.#paths = paths;
    this.#base = base;
    this.#now = now;
  }

  get counts() {
    return {
      files: this.#files,
      packages: this.#folders.size,
      unchanged: this.#unchanged,
      local: this.#local,
      leftOut: this.#leftOut,
    };
  }

  async *files(): AsyncGenerator<ArchiveMember> {
    for (const path of storeFiles(this.#paths)) {
      const bytes = readFileSync(join(this.#paths.root, path));
      const sha256 = createHash("sha256").update(bytes).digest("hex");
      if (this.#base.get(path) === sha256) this.#unchanged += 1;
      else if (this.#takes(path, bytes.toString("utf8"))) {
        this.#files += 1;
        if (!path.startsWith("sources/")) this.#folders.add(path.slice(0, path.lastIndexOf("/")));
        yield { path, bytes, sha256 };
      }
    }
  }

  #takes(path: string, text: string): boolean {
    try {
      if (isLocalSource(path, text)) {
        this.#local += 1;
        return false;
      }
      readArchivedFile(path, text, this.#now);
      if (tarHeader(path, 0) === undefined)
        throw new DamagedFileError(path, "its path is too long");
      return true;
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      this.#leftOut.push({ file: join(this.#paths.root, path), reason: error.reason });
      return false;
    }
  }
}

function isLocalSource(path: string, text: string): boolean {
  if (!path.startsWith("sources/")) return false;
  const value: unknown = parseOwn(path, () => JSON.parse(text));
  const of = isRecord(value) ? value["of"] : undefined;
  const key = isRecord(of) ? of["key"] : undefined;
  return typeof key === "string" && !isPortableSource(key);
}

/** Later archives speak last. */
async function readBase({ since, signal }: ExportRequest) {
  const digests = new Map<string, string>();
  const origins: Origin[] = [];
  for (const path of since) {
    const { store, revision } = await readArchive(path, signal, (file) => {
      digests.set(file.path, file.sha256);
    });
    origins.push({ store, revision });
  }
  return { digests, origins };
}

async function synced(path: string): Promise<number> {
  const file = await open(path, "r");
  try {
    await file.sync();
    return (await file.stat()).size;
  } finally {
    await file.close();
  }
}
