import { closeSync, fstatSync, openSync, readSync, statSync } from "node:fs";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";

const windowSize = 16 * 1024;
const headSize = 1024;

/**
 * One window for all files. Fresh memory is what reading costs most in a young process: 16 KiB of
 * text kept for each of a hundred packages takes longer than opening and reading their files. Of
 * each file only the first lines are kept.
 */
const bytes = Buffer.allocUnsafeSlow(windowSize);
let owner: WindowedFile | undefined;
let base = 0;
let filled = 0;

/**
 * An ASCII file that is read where it is asked for, 16 KiB at a time. It stays open until
 * `close`, so all that is read belongs together, even if another process replaces the file.
 */
export class WindowedFile {
  readonly path: string;
  /** In bytes. */
  readonly size: number;
  readonly #head: string;
  #file: number | undefined;
  #kept: Buffer | undefined;

  /** undefined if there is no such file. */
  static open(path: string): WindowedFile | undefined {
    const file = openForReading(path);
    if (file === undefined) return undefined;
    const read = readSync(file, bytes, 0, windowSize, 0);
    // A short read is the whole file; asking for its size would be one call more.
    const size = read < windowSize ? read : fstatSync(file).size;
    const head = bytes.toString("latin1", 0, Math.min(read, headSize));
    owner = new WindowedFile(path, file, size, head);
    base = 0;
    filled = read;
    return owner;
  }

  private constructor(path: string, file: number, size: number, head: string) {
    this.path = path;
    this.size = size;
    this.#head = head;
    this.#file = file;
  }

  get open(): boolean {
    return this.#file !== undefined;
  }

  /** Where `wanted` (at most a few hundred bytes) next begins at or after `from`; -1 if nowhere. */
  indexOf(wanted: string, from: number): number {
    const inHead = this.#head.indexOf(wanted, from);
    if (inHead >= 0) return inHead;
    let start = Math.max(from, this.#head.length - wanted.length + 1);
    if (!this.#load(start)) return -1;
    for (;;) {
      const found = bytes.indexOf(wanted, start - base, "latin1");
      // Behind what was filled are old bytes of other files.
      if (found >= 0 && found + wanted.length <= filled) return base + found;
      const end = base + filled;
      // What begins in this window may end in the next one.
      start = Math.max(start, end - wanted.length + 1);
      if (end < this.size) this.#fill(start);
      if (base + filled <= end) return -1;
    }
  }

  /** The text between two places; shorter if the file ends before. */
  slice(start: number, end: number): string {
    if (end <= this.#head.length) return this.#head.slice(start, end);
    if (end <= start || !this.#load(start)) return "";
    if (end > base + filled && base !== start) this.#fill(start);
    if (end <= base + filled) return bytes.toString("latin1", start - base, end - base);
    const all = Buffer.allocUnsafe(Math.min(end, this.size) - start);
    return all.toString("latin1", 0, this.#read(all, start));
  }

  /** Keeps the first `length` bytes in memory, and closes the file. */
  settle(length: number): void {
    if (this.#file === undefined) return;
    const kept = Buffer.allocUnsafeSlow(Math.min(length, this.size));
    this.#kept = kept.subarray(0, this.#read(kept, 0));
    this.close();
  }

  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }

  /** Brings the byte at `start` into the window. */
  #load(start: number): boolean {
    if (owner === this && start >= base && start < base + filled) return true;
    this.#fill(start);
    return filled > 0;
  }

  #fill(start: number): void {
    owner = this;
    base = start;
    filled = this.#read(bytes, start);
  }

  #read(target: Buffer, start: number): number {
    if (this.#file !== undefined) return readSync(this.#file, target, 0, target.length, start);
    return this.#kept?.copy(target, 0, start) ?? 0;
  }
}

function openForReading(path: string): number | undefined {
  try {
    // Most kinds of facts are learnt of few packages, and an error costs ten times the question
    if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
    return openSync(path, "r");
  } catch (error) {
    switch (errorCode(error)) {
      case "ENOENT":
        return undefined;
      case "EACCES":
      case "EPERM":
      case "ENOTDIR":
        throw new ThothError("store-damaged", `\`${path}\` can't be read`, {
          hint: "check its permissions, or name another folder with --store",
          cause: error,
        });
      default:
        throw error;
    }
  }
}
