import { mkdirSync, readFileSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { errorCode, storageError } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";

/**
 * A file of the store that can't be what Thoth wrote. Leaves the store only where a list that was
 * handed out turns out to be damaged further down.
 */
export class DamagedFileError extends ThothError {
  readonly path: string;
  readonly reason: string;

  constructor(path: string, reason: string) {
    super("store-damaged", `\`${path}\` is damaged: ${reason}`, {
      hint: "run again: the file is set aside, and what it said is learnt anew",
    });
    this.name = "DamagedFileError";
    this.path = path;
    this.reason = reason;
  }
}

/** Runs a reader of one of our files; text that is no JSON becomes a DamagedFileError. */
export function parseOwn<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof SyntaxError)
      throw new DamagedFileError(path, `not JSON: ${error.message}`);
    throw error;
  }
}

/** The text of one of our files; undefined if there is none. */
export function readOwn(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw errorCode(error) === "ENOTDIR" ? storageError(error, path, "store-unwritable") : error;
  }
}

/** Sets damaged files aside and remembers them for the report. */
export class Quarantine {
  readonly #folder: string | undefined | ((path: string) => void);
  readonly #found = new Map<string, string>();

  /** Without a folder (a store opened for reading) files are only remembered; or what to do with one. */
  constructor(folder: string | undefined | ((path: string) => void)) {
    this.#folder = folder;
  }

  get damaged(): readonly { readonly file: string; readonly reason: string }[] {
    return [...this.#found].map(([file, reason]) => ({ file, reason }));
  }

  get count(): number {
    return this.#found.size;
  }

  /** The answer of `read`; what a damaged file would have said is unknown. */
  guard<T>(read: () => T): T | undefined {
    try {
      return read();
    } catch (error) {
      if (!(error instanceof DamagedFileError)) throw error;
      this.take(error);
      return undefined;
    }
  }

  take(damage: DamagedFileError): void {
    this.#found.set(damage.path, damage.reason);
    if (this.#folder === undefined) return;
    if (typeof this.#folder === "function") {
      this.#folder(damage.path);
      return;
    }
    const name = [basename(dirname(damage.path)), basename(damage.path), Date.now(), process.pid];
    try {
      mkdirSync(this.#folder, { recursive: true });
      renameSync(damage.path, join(this.#folder, name.join(".")));
    } catch (error) {
      // Gone: another process set it aside. No permission: it stays where it is, and is unknown.
      const expected = ["ENOENT", "EACCES", "EPERM", "EROFS", "ENOSPC"];
      if (!expected.includes(errorCode(error) ?? "")) throw error;
    }
  }
}
