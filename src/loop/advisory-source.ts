import { createHash } from "node:crypto";
import { stat } from "node:fs/promises";
import { resolve } from "node:path";
import { setImmediate } from "node:timers/promises";
import { type AdvisoryCollection, AdvisoryCollector } from "../advisory/database.ts";
import { shownUrl } from "../package-index/credentials.ts";
import { indexSource } from "../package-index/index-source.ts";
import { BadArchive } from "../package-index/zip-directory.ts";
import { errorCode, removeFile } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import type { Tree } from "../util/shaped-tree.ts";
import { yamlTree } from "../util/yaml-tree.ts";
import type { Services } from "../wiring.ts";
import {
  type AdvisoryFile,
  archiveInFolder,
  filesOfArchive,
  filesOfFolder,
  maxArchiveBytes,
  readArchive,
} from "./advisory-files.ts";

/** A database as it was found, and where. */
export interface FoundAdvisories {
  /** Without credentials. */
  readonly source: string;
  /** Of its file; undefined for a folder of records. */
  readonly sha256: string | undefined;
  /** Throws `bad-archive` where it is none. */
  read(): Promise<AdvisoryCollection>;
}

type Means = Pick<Services, "client" | "configuration" | "signal" | "now">;
type Use<T> = (found: FoundAdvisories) => Promise<T>;

const hint = "take OSV's export for PyPI (`all.zip`), or a folder of its records";

/**
 * Finds a database of advisories: a zip, a folder or an address. Throws `usage` where there is
 * none, `bad-archive` where it is none, and what a download throws.
 */
export async function withAdvisories<T>(from: string, means: Means, use: Use<T>): Promise<T> {
  if (/^https?:\/\//i.test(from)) return download(from, means, use);
  const path = resolve(from);
  const found = await stat(path).catch((error: unknown) => {
    if (errorCode(error) === undefined) throw error;
    throw new ThothError("usage", `\`${path}\` can't be read (${errorCode(error)})`, { hint });
  });
  const archive = found.isDirectory() ? await archiveInFolder(path) : path;
  if (archive !== undefined) return use(await foundArchive(archive, archive, means));
  const read = () => collect(filesOfFolder(path, means.signal), path, means);
  return use({ source: path, sha256: undefined, read });
}

async function foundArchive(path: string, source: string, means: Means): Promise<FoundAdvisories> {
  const archive = await readArchive(path, means.signal).catch((error: unknown) => {
    throw error instanceof BadArchive ? notImported(source, error) : error;
  });
  const sha256 = createHash("sha256").update(archive.bytes).digest("hex");
  return { source, sha256, read: () => collect(filesOfArchive(archive), source, means) };
}

async function download<T>(from: string, means: Means, use: Use<T>): Promise<T> {
  const { client, configuration, signal } = means;
  const shown = shownUrl(from);
  if (configuration.offline)
    throw new ThothError("usage", `${shown} can't be asked: \`offline\` is set`, {
      hint: "name a file or a folder with --from",
    });
  if (!URL.canParse(from)) throw new ThothError("usage", `\`${shown}\` is no address`, { hint });
  const url = new URL(from);
  const source = indexSource(url.href);
  url.username = "";
  url.password = "";
  // Without a hash the size is only the limit
  const file = { filename: "all.zip", url: url.href, size: maxArchiveBytes };
  const answer = await client.download(source, file, signal).catch((error: unknown) => {
    throw withOwnHint(error);
  });
  if (answer.kind === "absent")
    throw new ThothError("usage", `there is no database at ${shown}`, { hint });
  try {
    return await use(await foundArchive(answer.path, shown, means));
  } finally {
    // The next one is another file: in the cache they would only pile up
    removeFile(answer.path);
  }
}

/** The hints of the client speak of indexes. */
function withOwnHint(error: unknown): unknown {
  if (!(error instanceof ThothError) || !error.code.startsWith("index-")) return error;
  const { code, message, notes } = error;
  const way = "check the address, or name a file or a folder with --from";
  return new ThothError(code, message, { notes, hint: way, cause: error });
}

async function collect(
  files: AsyncIterable<AdvisoryFile>,
  place: string,
  { signal, now }: Means,
): Promise<AdvisoryCollection> {
  const collector = new AdvisoryCollector();
  let count = 0;
  try {
    for await (const file of files) {
      await add(collector, file);
      count += 1;
      if (count % restAfter === 0) await setImmediate();
      signal.throwIfAborted();
    }
  } catch (error) {
    throw error instanceof BadArchive ? notImported(place, error) : error;
  }
  const collection = collector.collected(now());
  if (collection.records > 0) return collection;
  const [first] = collection.damaged;
  throw new ThothError("bad-archive", `\`${place}\` holds no advisory of a package of PyPI`, {
    ...(first === undefined ? {} : { notes: [`${first.name}: ${first.reason}`] }),
    hint,
  });
}

function notImported(place: string, cause: BadArchive): ThothError {
  const message = `\`${place}\` can't be imported: ${cause.message}`;
  return new ThothError("bad-archive", message, { hint, cause });
}

// Signals are heard in between.
const restAfter = 200;

async function add(collector: AdvisoryCollector, { name, text }: AdvisoryFile): Promise<void> {
  try {
    const value = name.endsWith(".json") ? JSON.parse(text) : plain(await yamlTree(text, name));
    collector.add(name, value, text);
  } catch (error) {
    collector.setAside(name, reasonOf(error), text);
  }
}

/** Why a file is no record; what is no fault of the file is thrown. */
function reasonOf(error: unknown): string {
  if (error instanceof RangeError) return "it is nested too deeply";
  if (error instanceof SyntaxError) return `it is no JSON: ${error.message}`;
  if (error instanceof ThothError) return `it is no YAML: ${error.message}`;
  throw error;
}

/** As JSON would have it, but that every scalar is a text: the version `1.10` is no number. */
function plain(tree: Tree): unknown {
  if (tree.kind === "list") return tree.items.map(plain);
  if (tree.kind === "scalar") return tree.text;
  return Object.fromEntries([...tree.members].map(([key, { value }]) => [key, plain(value)]));
}
