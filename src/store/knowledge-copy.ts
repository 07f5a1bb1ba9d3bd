import { readFileSync } from "node:fs";
import { join } from "node:path";
import { setImmediate } from "node:timers/promises";
import { listFolder } from "../util/atomic-write.ts";
import { ArchiveMerge, type MergeCounts } from "./archive-merge.ts";
import { type ArchivedFile, isPortableSource, readArchivedFile } from "./archived-file.ts";
import { numberWidth } from "./ascii-json.ts";
import type { Backing } from "./backing.ts";
import { DamagedFileError, readOwn } from "./damage.ts";
import { checkedAtPrefix } from "./releases-text.ts";
import { fileNameOf, StorePaths } from "./store-paths.ts";

export interface CopyRequest {
  readonly from: Backing;
  readonly to: Backing;
  /** ms since the epoch. */
  readonly now: number;
  readonly signal: AbortSignal;
  /** Told of the two passes as they begin. */
  readonly onStage: (stage: "copy" | "verify") => void;
}

export interface CopyResult {
  /** Packages that were read, each on one index, and direct sources. */
  readonly packages: number;
  readonly sources: number;
  readonly merged: MergeCounts;
  /** Direct sources that mean something on one machine only. */
  readonly local: number;
  /** What could not be read, or says what no other store should take. */
  readonly leftOut: readonly { readonly file: string; readonly reason: string }[];
  /** Whether reading both again showed that the second has all that the first has. */
  readonly whole: boolean;
}

const fileKinds =
  /^(releases|metadata|security|performance|about|attestations|installed-.+)\.json$/;

/**
 * Merges what one store knows into another, fact by fact, by the rules that a store itself merges
 * with; the first stays as it is. Ended early, another copy brings the rest. Afterwards both are
 * read again. Throws what a flush throws.
 */
export async function copyKnowledge(request: CopyRequest): Promise<CopyResult> {
  const { to, onStage } = request;
  onStage("copy");
  const merge = new ArchiveMerge(to);
  const read = await eachFile(request, (file) => merge.add(file));
  await merge.end();
  onStage("verify");
  to.moved();
  // Nothing of it is kept: it only counts what is missing
  const check = new ArchiveMerge({
    quarantine: to.quarantine,
    folder: (name, index) => to.folder(name, index),
    source: (key) => to.source(key),
    flush: async (dirty) => {
      dirty.clear();
      return [];
    },
  });
  await eachFile(request, (file) => check.add(file));
  await check.end();
  const { facts, packages, releases } = check.counts;
  const missing = packages + releases + facts.added + facts.renewed;
  return { ...read, merged: merge.counts, whole: missing === 0 };
}

async function eachFile(
  { from, to, now, signal }: CopyRequest,
  use: (file: ArchivedFile) => Promise<void>,
): Promise<Pick<CopyResult, "packages" | "sources" | "local" | "leftOut">> {
  const leftOut: { file: string; reason: string }[] = [];
  const below = new StorePaths("");
  const readFile = async (path: string, file: string, there?: string) => {
    try {
      const text = readFileSync(path, "utf8");
      if (there === undefined || !isPageOf(there, text))
        await use(readArchivedFile(file, text, now));
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      leftOut.push({ file, reason: error.reason });
    }
  };
  const packages = from.packages([]);
  for (const { name, index } of packages) {
    signal.throwIfAborted();
    const folder = from.folder(name, index);
    const page = join(to.folder(name, index), "releases.json");
    for (const file of listFolder(folder).filter((one) => fileKinds.test(one)))
      await readFile(
        join(folder, file),
        `${below.package(name, index)}/${file}`,
        file === "releases.json" ? page : undefined,
      );
    await setImmediate();
  }
  const keys = from.sources();
  const portable = keys.filter(isPortableSource);
  for (const key of portable) {
    signal.throwIfAborted();
    await readFile(from.source(key), `sources/${fileNameOf(key)}.json`);
  }
  const local = keys.length - portable.length;
  return { packages: packages.length, sources: portable.length, local, leftOut };
}

/** Whether a releases.json is there already, checked at the same time or later: most are. */
function isPageOf(path: string, text: string): boolean {
  const there = readOwn(path);
  const [start, end] = [checkedAtPrefix.length, checkedAtPrefix.length + numberWidth];
  return (
    there?.slice(0, start) === text.slice(0, start) &&
    there.slice(end) === text.slice(end) &&
    Number(there.slice(start, end)) >= Number(text.slice(start, end))
  );
}
