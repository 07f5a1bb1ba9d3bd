import { setImmediate } from "node:timers/promises";
import type { IndexUrl } from "../model/release.ts";
import { errorCode, removeLeftovers, storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { processExists } from "../util/process-identity.ts";
import { acquireLock, LockTimeoutError, type ProcessLock } from "../util/process-lock.ts";
import type { Catalogue } from "./catalogue.ts";
import type { CatalogueWriter } from "./catalogue-writer.ts";
import type { Quarantine } from "./damage.ts";
import type { FactsSubject } from "./facts-file.ts";
import type { TakenFacts } from "./facts-table.ts";
import { confirmInPlace, type ReleasesChange, ReleasesTable } from "./releases-table.ts";
import type { StorePaths } from "./store-paths.ts";

/** A FactsTable, whatever its facts are. */
export interface DirtyFacts {
  readonly path: string;
  readonly subject: FactsSubject;
  readonly dirty: boolean;
  merged(): string | undefined;
  take(): TakenFacts;
  written(): void;
}

export type DirtyTable = ReleasesTable | DirtyFacts;

interface FlushContext {
  readonly paths: StorePaths;
  readonly quarantine: Quarantine;
  readonly readOnly: boolean;
}

// A flush takes half a second at most; whoever holds the lock longer was stopped.
const lockTimeoutMs = 30_000;
const yieldAfterMs = 20;

/**
 * Brings what was put to disk, under one lock for the whole store: a cold lock writes hundreds of
 * files at once, and a lock for each would cost more than writing them. Each table is merged and
 * written without a pause, so that nothing can be put to it in between; between two tables the
 * event loop runs. Tables that were written leave `dirty`.
 */
export async function flushTables(
  dirty: Map<DirtyTable, IndexUrl | undefined>,
  context: FlushContext,
): Promise<Catalogue> {
  return withStoreLock(context, async (writer) => {
    await writeTables(dirty, writer, context.paths);
    return { ...writer.catalogue };
  });
}

/**
 * Changes a store while nobody else does. `action` moves the revision itself. Throws
 * `store-unwritable` and `disk-full`.
 */
export async function withStoreLock<T>(
  { paths, quarantine, readOnly }: FlushContext,
  action: (writer: CatalogueWriter) => T | Promise<T>,
): Promise<T> {
  if (readOnly) {
    throw new ThothError("store-unwritable", `\`${paths.root}\` was opened for reading only`, {
      hint: "name a folder that may be written with --store",
    });
  }
  // Loaded here: reading knowledge must not wait for lowdb and semver.
  const { CatalogueWriter: Writer } = await import("./catalogue-writer.ts");
  const lock = await lockStore(paths);
  try {
    removeLeftovers(paths.temporary, processExists);
    removeLeftovers(paths.root, processExists);
    return await action(Writer.open(paths, quarantine));
  } catch (error) {
    throw storageError(error, paths.root, "store-unwritable");
  } finally {
    lock.release();
  }
}

async function writeTables(
  dirty: Map<DirtyTable, IndexUrl | undefined>,
  writer: CatalogueWriter,
  paths: StorePaths,
): Promise<void> {
  const begin = once(() => {
    writer.begin([...dirty.values()].filter((index) => index !== undefined));
  });
  let rested = Date.now();
  for (const table of [...dirty.keys()]) {
    if (table instanceof ReleasesTable) writeReleasesTable(table, begin, paths);
    else writeFactsTable(table, begin, paths);
    dirty.delete(table);
    if (Date.now() - rested > yieldAfterMs) {
      await setImmediate();
      rested = Date.now();
    }
  }
  if (begin.done()) writer.end();
}

function writeFactsTable(table: DirtyFacts, begin: () => void, paths: StorePaths): void {
  const text = table.merged();
  if (text !== undefined) {
    begin();
    writeAtomic(table.path, text, { temporaryFolder: paths.temporary });
  }
  table.written();
}

function writeReleasesTable(table: ReleasesTable, begin: () => void, paths: StorePaths): void {
  const change = table.merged();
  if (change.kind === "write") {
    // Only the time of the check and the validators differ: that is no new state of knowledge.
    if (change.news) begin();
    writeAtomic(table.path, change.text, { temporaryFolder: paths.temporary });
  }
  if (change.kind === "confirm") confirm(table, change);
  table.written(change);
}

function confirm(table: ReleasesTable, change: ReleasesChange & { kind: "confirm" }): void {
  try {
    confirmInPlace(table.path, change.checkedAt);
  } catch (error) {
    // Nothing is known of it, so there is nothing to confirm.
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

async function lockStore(paths: StorePaths): Promise<ProcessLock> {
  try {
    return await acquireLock(paths.lock, { timeoutMs: lockTimeoutMs });
  } catch (error) {
    if (!(error instanceof LockTimeoutError)) {
      throw storageError(error, paths.root, "store-unwritable");
    }
    throw new ThothError("store-unwritable", `\`${paths.root}\` is in use by ${error.holder}`, {
      hint: "end that process, or wait for it, and run again",
      cause: error,
    });
  }
}

function once(action: () => void): { (): void; done(): boolean } {
  let done = false;
  const run = () => {
    if (!done) action();
    done = true;
  };
  return Object.assign(run, { done: () => done });
}
