import { chmodSync, mkdtempSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { errorCode, inNewFolder } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";

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
  const folder = newFolder(parent);
  removeLeftBehind(parent);
  try {
    return await use(folder);
  } catch (error) {
    throw errorCode(error) === "ENOSPC" ? diskFull(cacheDirectory, error) : error;
  } finally {
    removeTree(folder);
  }
}

function newFolder(parent: string): string {
  try {
    return inNewFolder(join(parent, "x"), () =>
      mkdtempSync(join(parent, `${prefix}${process.pid}-`)),
    );
  } catch (error) {
    throw errorCode(error) === "ENOSPC" ? diskFull(parent, error) : error;
  }
}

/** No package's fault: whoever waits for it is told, and it is tried again. */
export function diskFull(folder: string, cause?: unknown): ThothError {
  return new ThothError("disk-full", `no space left to try out packages in \`${folder}\``, {
    hint: "make room there, or choose another folder with THOTH_CACHE",
    cause,
  });
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
