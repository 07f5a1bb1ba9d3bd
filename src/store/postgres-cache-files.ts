import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import {
  errorCode,
  listFolder,
  storageError,
  temporaryName,
  writeAtomic,
} from "../util/atomic-write.ts";
import { confirmInPlace } from "./releases-table.ts";

const keptMs = 24 * 3_600_000;

/** Throws `store-unwritable` and `disk-full`. */
export function putFile(path: string, content: string): void {
  writing(path, () => writeAtomic(path, content));
}

/** A folder appears as a whole, whoever else makes it at the same time. Throws as `putFile`. */
export function putFolder(
  folder: string,
  files: readonly { readonly name: string; readonly content: string | Uint8Array }[],
): void {
  const temporary = temporaryName(folder);
  writing(folder, () => {
    mkdirSync(temporary, { recursive: true });
    for (const { name, content } of files) writeFileSync(join(temporary, name), content);
    try {
      renameSync(temporary, folder);
    } catch (error) {
      rmSync(temporary, { recursive: true, force: true });
      if (!["ENOTEMPTY", "EEXIST"].includes(errorCode(error) ?? "")) throw error;
    }
    prune(folder);
  });
}

/** Whether the folder is there; the time of the last check may have moved on since it was made. */
export function confirmed(folder: string, checkedAt: number): boolean {
  try {
    if (checkedAt > 0) confirmInPlace(join(folder, "releases.json"), checkedAt);
    return checkedAt > 0 || existsSync(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Whoever began to read an earlier revision is through with it a day after a later one came. */
function prune(current: string): void {
  const folder = dirname(current);
  for (const name of listFolder(folder)) {
    const path = join(folder, name);
    const unfinished = name.endsWith(".tmp");
    const mark = unfinished ? path : join(path, "superseded");
    const since = statSync(mark, { throwIfNoEntry: false })?.mtimeMs;
    if (path === current) continue;
    if (since === undefined) writeFileSync(mark, "");
    else if (Date.now() - since > keptMs) rmSync(path, { recursive: true, force: true });
  }
}

function writing(path: string, write: () => void): void {
  try {
    write();
  } catch (error) {
    throw storageError(error, path, "store-unwritable");
  }
}
