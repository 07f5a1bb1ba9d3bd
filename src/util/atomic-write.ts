import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import { type ErrorCode, ThothError } from "./errors.ts";

/** The `code` of an error of the operating system ("ENOENT"), undefined for any other error. */
export function errorCode(error: unknown): string | undefined {
  if (!(error instanceof Error) || !("code" in error)) return undefined;
  return typeof error.code === "string" ? error.code : undefined;
}

/** Removes a file; that it is gone already is fine. */
export function removeFile(path: string): void {
  try {
    unlinkSync(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
  }
}

/**
 * A file's content changes as a whole or not at all: written under another name, then renamed.
 * Missing folders are made. Errors are those of `node:fs`; nothing is left behind by one.
 * `durable` also survives a power cut (fsync), for what can't be learnt again.
 * `temporaryFolder` must be on the same file system; without it the file's own folder is used.
 */
export function writeAtomic(
  path: string,
  data: string | Uint8Array,
  options: {
    readonly temporaryFolder?: string;
    readonly durable?: boolean;
    readonly mode?: number;
  } = {},
): void {
  const temporary = temporaryName(join(options.temporaryFolder ?? dirname(path), basename(path)));
  try {
    writeNew(temporary, data, options.durable ?? false, options.mode ?? 0o666);
    inNewFolder(path, () => renameSync(temporary, path));
  } catch (error) {
    removeFile(temporary);
    throw error;
  }
}

/** A name that no other process uses; `removeLeftovers` knows it by its ending. */
export function temporaryName(path: string): string {
  const random = Math.floor(Math.random() * 2 ** 40).toString(36);
  return `${path}.${process.pid}.${random}.tmp`;
}

/** Runs `action`; if a folder of `path` is missing, makes it and runs `action` again. */
export function inNewFolder<T>(path: string, action: () => T): T {
  try {
    return action();
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true });
    return action();
  }
}

const abandonedAfterMs = 3_600_000;
const deadAfterMs = 60_000;

/**
 * Removes what killed processes left in a folder: temporary files of processes that no longer
 * exist, and any older than an hour. Returns how many. `exists` says whether a process number is
 * in use.
 */
export function removeLeftovers(folder: string, exists: (pid: number) => boolean): number {
  let removed = 0;
  for (const name of listFolder(folder)) {
    const pid = /\.(\d+)\.[0-9a-z]+\.tmp$/.exec(name)?.[1];
    if (pid === undefined) continue;
    const age = Date.now() - (modifiedAt(join(folder, name)) ?? Date.now());
    // A minute's grace: the number may belong to a process of another machine.
    if (age > abandonedAfterMs || (age > deadAfterMs && !exists(Number(pid)))) {
      removeFile(join(folder, name));
      removed += 1;
    }
  }
  return removed;
}

/** Names in a folder, sorted; none if there is no such folder. */
export function listFolder(folder: string): string[] {
  try {
    return readdirSync(folder).sort();
  } catch (error) {
    if (errorCode(error) === "ENOENT" || errorCode(error) === "ENOTDIR") return [];
    throw error;
  }
}

/**
 * The user's side of a failed write: disk full, no permission, a file where a folder should be.
 * Any other error comes back as it is.
 */
export function storageError(error: unknown, path: string, code: ErrorCode): unknown {
  // Of a folder that a read-only file system refuses, Node says that its parent is missing
  const refused = error instanceof Error && "syscall" in error && error.syscall === "mkdir";
  const reason = errorCode(error);
  switch (reason === "ENOENT" && refused ? "EROFS" : reason) {
    case "ENOSPC":
    case "EDQUOT":
      return new ThothError("disk-full", `no space left to write \`${path}\``, {
        hint: "free some space and run again: what was written before is whole",
        cause: error,
      });
    case "EACCES":
    case "EPERM":
    case "EROFS":
      return new ThothError(code, `\`${path}\` may not be written`, {
        hint: "check its permissions, or name another folder with --store",
        cause: error,
      });
    case "ENOTDIR":
    case "EEXIST":
      return new ThothError(code, `\`${path}\` can't be written: a file stands in its way`, {
        hint: "name another folder with --store",
        cause: error,
      });
    default:
      return error;
  }
}

function writeNew(path: string, data: string | Uint8Array, durable: boolean, mode: number): void {
  const file = inNewFolder(path, () => openSync(path, "wx", mode));
  try {
    writeFileSync(file, data);
    if (durable) fsyncSync(file);
  } finally {
    closeSync(file);
  }
}

function modifiedAt(path: string): number | undefined {
  return statSync(path, { throwIfNoEntry: false })?.mtimeMs;
}
