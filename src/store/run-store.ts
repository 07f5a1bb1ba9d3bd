import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { AdviceRun } from "../model/run.ts";
import { errorCode, listFolder, storageError, writeAtomic } from "../util/atomic-write.ts";
import { isRecord } from "../util/json.ts";
import { acquireLock, type ProcessLock } from "../util/process-lock.ts";
import { fileNameOf } from "./store-paths.ts";

/** The advices that wait for facts, and those that did. They are no knowledge: no export holds them. */
export interface RunStore {
  get(id: string): AdviceRun | undefined;
  /** The newest first. */
  all(): readonly AdviceRun[];
  /** Those that can go on here. */
  waiting(): readonly AdviceRun[];
  /** Whether a run is one of this machine; one without a record is, where its project is here. */
  isHere(run: Pick<AdviceRun, "project"> & { readonly id: string | null }): boolean;
  /** Waits until no other process works on the run. */
  hold(id: string, signal: AbortSignal): Promise<ProcessLock>;
  /** On disk when it resolves. */
  put(run: AdviceRun): Promise<void>;
  /** Where what a run leaves lies: `advice.json`, its lock, `report.md`. */
  folder(id: string): string;
}

const schema = "1.0.0";

/** A run as it is kept. */
export function recordOf(run: AdviceRun): string {
  return `${JSON.stringify({ schema, run }, null, 2)}\n`;
}

/** The other way round; a record that says nothing is a run that failed. */
export function runOf(record: string, id: string): AdviceRun {
  return runIn(record) ?? unreadable(id);
}

/** Longer than the command of a watched project may take. */
const holdTimeoutMs = 15 * 60_000;
export const keptRuns = 100;
export const keptMs = 30 * 24 * 3_600_000;

/**
 * Runs in `runs/ID/run.json` of a store. Of the finished ones those of the last 30 days stay, and
 * the last 100. Opening touches nothing. Throws `store-unwritable` and `disk-full`.
 */
export function openRunStore(storeDirectory: string, now: () => number = Date.now): RunStore {
  return new FolderRunStore(join(storeDirectory, "runs"), now);
}

class FolderRunStore implements RunStore {
  readonly #root: string;
  readonly #now: () => number;
  /** Names of folders whose runs are done: they change no more. */
  readonly #done = new Set<string>();

  constructor(root: string, now: () => number) {
    this.#root = root;
    this.#now = now;
  }

  get(id: string): AdviceRun | undefined {
    return this.#read(fileNameOf(id));
  }

  all(): readonly AdviceRun[] {
    const runs = listFolder(this.#root).flatMap((name) => this.#read(name) ?? []);
    return runs.sort((left, right) => (left.startedAt < right.startedAt ? 1 : -1));
  }

  waiting(): readonly AdviceRun[] {
    const open = listFolder(this.#root).filter((name) => !this.#done.has(name));
    return open
      .flatMap((name) => this.#read(name) ?? [])
      .filter(({ state }) => state === "waiting");
  }

  isHere(): boolean {
    return true;
  }

  hold(id: string, signal: AbortSignal): Promise<ProcessLock> {
    return acquireLock(join(this.folder(id), "run.lock"), { timeoutMs: holdTimeoutMs, signal });
  }

  async put(run: AdviceRun): Promise<void> {
    const path = join(this.folder(run.id), recordName);
    try {
      writeAtomic(path, recordOf(run), { durable: true });
      if (run.state !== "waiting") this.#prune();
    } catch (error) {
      throw storageError(error, path, "store-unwritable");
    }
  }

  folder(id: string): string {
    return join(this.#root, fileNameOf(id));
  }

  #read(name: string): AdviceRun | undefined {
    const path = join(this.#root, name, recordName);
    const text = textOf(path);
    if (text === undefined) return undefined;
    const run = runOf(text, name);
    if (run.state === "done") this.#done.add(name);
    return run;
  }

  #prune(): void {
    const limit = new Date(this.#now() - keptMs).toISOString();
    const finished = this.all().filter(({ state }) => state !== "waiting");
    for (const { id, updatedAt } of finished.slice(keptRuns)) {
      if (updatedAt < limit) removeRun(this.folder(id));
    }
  }
}

const recordName = "run.json";

/** The record goes last: killed in between, the rest is removed the next time. */
function removeRun(folder: string): void {
  for (const name of listFolder(folder)) {
    if (name !== recordName) rmSync(join(folder, name), { recursive: true, force: true });
  }
  rmSync(folder, { recursive: true, force: true });
}

function textOf(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return undefined;
    throw storageError(error, path, "store-damaged");
  }
}

function runIn(text: string): AdviceRun | undefined {
  try {
    const value: unknown = JSON.parse(text);
    const run = isRecord(value) ? value["run"] : undefined;
    return isRun(run) ? run : undefined;
  } catch {
    return undefined;
  }
}

/** A record that somebody else wrote or damaged is shown, since a run that vanishes is worse. */
function unreadable(id: string): AdviceRun {
  const nothing = { runtime: null, python: null, verify: null, dev: true, upgrade: [] } as const;
  const never = new Date(0).toISOString();
  return {
    ...nothing,
    id,
    project: "",
    purpose: "asked",
    causes: [],
    state: "failed",
    waitingFor: [],
    further: 0,
    passes: 0,
    problem: `its \`${recordName}\` can't be read`,
    startedAt: never,
    updatedAt: never,
  };
}

function isRun(value: unknown): value is AdviceRun {
  if (!isRecord(value)) return false;
  const optional = ["outcome", "lock", "problem", "recommendationType"];
  return (
    ["id", "project"].every((name) => isText(value[name])) &&
    ["startedAt", "updatedAt"].every((name) => isTime(value[name])) &&
    optional.every((name) => value[name] === undefined || typeof value[name] === "string") &&
    ["runtime", "python", "verify"].every(
      (name) => value[name] === null || typeof value[name] === "string",
    ) &&
    ["waiting", "done", "failed"].some((state) => state === value["state"]) &&
    ["asked", "watched"].some((purpose) => purpose === value["purpose"]) &&
    (value["upgrade"] === "all" || isList(value["upgrade"], isText)) &&
    isList(value["causes"], isCause) &&
    isList(value["waitingFor"], isRecord) &&
    typeof value["dev"] === "boolean" &&
    typeof value["further"] === "number" &&
    (value["size"] === undefined || isSize(value["size"])) &&
    typeof value["passes"] === "number"
  );
}

function isList(value: unknown, is: (item: unknown) => boolean): boolean {
  return Array.isArray(value) && value.every(is);
}

function isCause(value: unknown): boolean {
  return (
    isRecord(value) &&
    ["type", "package_name", "index_url"].every((name) => isText(value[name])) &&
    (value["package_version"] === null || isText(value["package_version"]))
  );
}

function isSize(value: unknown): boolean {
  return isRecord(value) && ["lines", "pins"].every((name) => typeof value[name] === "number");
}

function isTime(value: unknown): boolean {
  return typeof value === "string" && !Number.isNaN(Date.parse(value));
}

function isText(value: unknown): boolean {
  return typeof value === "string";
}
