import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { errorCode, inNewFolder } from "../util/atomic-write.ts";

const prefix = "run-";

/**
 * Gives `use` a new folder under the cache directory and removes it afterwards, whatever a build
 * left in it. Folders of processes that were killed are removed on the way.
 */
export async function withScratch<T>(
  cacheDirectory: string,
  use: (folder: string) => Promise<T>,
): Promise<T> {
  const parent = join(cacheDirectory, "scratch");
  const folder = inNewFolder(join(parent, "x"), () =>
    mkdtempSync(join(parent, `${prefix}${process.pid}-`)),
  );
  removeLeftBehind(parent);
  try {
    return await use(folder);
  } finally {
    removeTree(folder);
  }
}

function removeLeftBehind(parent: string): void {
  for (const name of readdirSync(parent)) {
    const pid = Number(/^run-(\d+)-/.exec(name)?.[1]);
    if (pid > 0 && !isAlive(pid)) removeTree(join(parent, name));
  }
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    if (errorCode(error) === "EPERM") return true;
    if (errorCode(error) === "ESRCH") return false;
    throw error;
  }
}

function removeTree(folder: string): void {
  try {
    rmSync(folder, { recursive: true, force: true });
  } catch (error) {
    if (errorCode(error) !== "EACCES" && errorCode(error) !== "EPERM") throw error;
    makeWritable(folder);
    rmSync(folder, { recursive: true, force: true });
  }
}

/** A build may leave folders that even their owner can't change. */
function makeWritable(folder: string): void {
  chmodSync(folder, 0o700);
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) makeWritable(join(folder, entry.name));
  }
}

/** Bytes of memory that can be used now without swapping, within the limit of a container. */
export function availableMemory(): number {
  const limit = process.constrainedMemory();
  const constrained = limit > 0 && limit < totalmem() ? limit : totalmem();
  return Math.min(constrained, memoryAvailable() ?? totalmem() / 2);
}

function memoryAvailable(): number | undefined {
  try {
    const found = /^MemAvailable:\s+(\d+) kB/m.exec(readFileSync("/proc/meminfo", "utf8"));
    return found === null ? undefined : Number(found[1]) * 1024;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

/** Memory limit for one sandboxed process: a third of what is free, at most 4 GiB. */
export function memoryLimit(): number {
  return Math.floor(Math.min(4 * 1024 ** 3, Math.max(512 * 1024 ** 2, availableMemory() / 3)));
}
