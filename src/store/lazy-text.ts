import { closeSync, fstatSync, openSync, readSync } from "node:fs";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";

const firstRead = 16 * 1024;
const scratch = Buffer.allocUnsafeSlow(firstRead);

/**
 * The text of an ASCII file as far as it was needed: the first 16 KiB at once, twice as much each
 * time more is asked for. The file stays open, so what is read later belongs to what was read
 * first, even if another process replaced the file meanwhile.
 */
export class LazyText {
  readonly path: string;
  /** Bytes of the file. */
  readonly size: number;
  /** What was read up to now, from the start. */
  text: string;
  #file: number | undefined;

  /** undefined if there is no such file. */
  static open(path: string): LazyText | undefined {
    const file = openForReading(path);
    if (file === undefined) return undefined;
    const read = readSync(file, scratch, 0, firstRead, 0);
    // A short read is the whole file; asking for its size would be one call more.
    const size = read < firstRead ? read : fstatSync(file).size;
    return new LazyText(path, file, size, scratch.toString("latin1", 0, read));
  }

  private constructor(path: string, file: number, size: number, text: string) {
    this.path = path;
    this.size = size;
    this.text = text;
    this.#file = file;
    if (this.complete) this.close();
  }

  get complete(): boolean {
    return this.text.length >= this.size;
  }

  get open(): boolean {
    return this.#file !== undefined;
  }

  /** Reads on; false if all was read before. `upTo`: at least so many bytes from the start. */
  more(upTo = 0): boolean {
    if (this.complete || this.#file === undefined) return false;
    const wanted = Math.max(this.text.length, upTo - this.text.length);
    const part = this.at(this.text.length, Math.min(wanted, this.size - this.text.length));
    this.text += part;
    return part.length > 0;
  }

  /** A part of the file, read at its place unless it was read before. "" once closed. */
  at(offset: number, length: number): string {
    if (offset + length <= this.text.length) return this.text.slice(offset, offset + length);
    if (this.#file === undefined || offset < 0 || length < 0 || offset > this.size) return "";
    const wanted = Math.min(length, this.size - offset);
    const buffer = wanted <= firstRead ? scratch : Buffer.allocUnsafe(wanted);
    const read = readSync(this.#file, buffer, 0, wanted, offset);
    return buffer.toString("latin1", 0, read);
  }

  close(): void {
    if (this.#file === undefined) return;
    closeSync(this.#file);
    this.#file = undefined;
  }
}

function openForReading(path: string): number | undefined {
  try {
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
