import {
  appendFileSync,
  closeSync,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { errorCode, inNewFolder, writeAtomic } from "../util/atomic-write.ts";
import { checkSchema, headerLine, parseLine, stateLines } from "./journal-lines.ts";
import type { QueueOperation } from "./queue-operation.ts";
import { QueueState } from "./queue-state.ts";

const compactAbove = 512 * 1024;
/** About what one entry takes in the journal. */
const entryBytes = 400;
const blockBytes = 4 * 1024 * 1024;

/**
 * The queue's file, `journal.jsonl`: a header, then a line for every call, which holds all
 * operations of that call; so a call is in the journal or it is not. A line that a killed process
 * left unfinished is cut off by the next writer. Writers hold the queue's lock; readers need
 * none. Once most of it is history, a writer puts a short file in its place, which others notice
 * because the file they hold open is no longer the one of that name.
 */
export class Journal {
  readonly #path: string;
  readonly #damagedPath: string;
  #file: { readonly number: number; readonly isReadOnly: boolean } | undefined;
  #state = new QueueState();
  #offset = 0;
  #unreadable: string[] = [];
  #isOld = false;
  #nextId = 1;
  #compactAt = compactAbove;

  constructor(folder: string) {
    this.#path = join(folder, "journal.jsonl");
    this.#damagedPath = join(folder, "damaged.jsonl");
  }

  get state(): QueueState {
    return this.#state;
  }

  /** Ids are never given twice, not even after a journal was shortened. */
  get nextId(): number {
    return Math.max(this.#nextId, this.#state.nextId);
  }

  /** Brings `state` up to date. */
  read(): void {
    if (this.#wasReplaced()) this.#reset();
    this.#file ??= openIfThere(this.#path);
    if (this.#file === undefined) return;
    const { number } = this.#file;
    const { size } = fstatSync(number);
    let length = Math.min(size - this.#offset, blockBytes);
    while (length > 0) {
      const block = Buffer.allocUnsafe(length);
      const bytes = block.subarray(0, readSync(number, block, 0, length, this.#offset));
      const end = bytes.lastIndexOf("\n") + 1;
      for (const line of bytes.toString("utf8", 0, end).split("\n").slice(0, -1)) this.#apply(line);
      this.#offset += end;
      const rest = size - this.#offset;
      // A line may be longer than a block; the last one may be unfinished
      if (end === 0 && bytes.length >= rest) return;
      length = Math.min(rest, end === 0 ? 2 * length : blockBytes);
    }
  }

  /** Adds what one call does. Only under the lock, after `read`. */
  append(operations: readonly QueueOperation[]): void {
    // An earlier Thoth would take operations that it does not know for none
    if (this.#isOld) this.#compact();
    const file = this.#writable();
    const line = `${JSON.stringify(operations)}\n`;
    const header = this.#offset === 0 ? headerLine(this.nextId) : "";
    ftruncateSync(file, this.#offset);
    let written: number;
    try {
      written = writeAll(file, header + line, this.#offset);
      if (operations.some(({ op }) => op === "put")) fdatasyncSync(file);
    } catch (error) {
      ftruncateSync(file, this.#offset);
      throw error;
    }
    this.#offset += written;
    for (const operation of operations) this.#state.apply(operation);
    const history = 4 * this.#state.size * entryBytes;
    if (this.#unreadable.length > 0 || this.#offset > Math.max(this.#compactAt, history))
      this.#tryToCompact();
  }

  close(): void {
    this.#reset();
  }

  /** The call is in the journal already: that there is no room for another one is no failure of it. */
  #tryToCompact(): void {
    try {
      this.#compact();
      this.#compactAt = compactAbove;
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      this.#compactAt = 2 * this.#offset;
    }
  }

  #compact(): void {
    // Never thrown away: what can't be read may still say something to a person.
    if (this.#unreadable.length > 0) {
      appendFileSync(this.#damagedPath, this.#unreadable.map((line) => `${line}\n`).join(""));
      this.#unreadable = [];
    }
    const bytes = Buffer.concat([...stateLines(this.#state, this.nextId)]);
    writeAtomic(this.#path, bytes, { durable: true });
    if (this.#file !== undefined) closeSync(this.#file.number);
    this.#file = openIfThere(this.#path);
    this.#offset = bytes.length;
    this.#isOld = false;
  }

  #apply(line: string): void {
    const content = parseLine(line);
    if (content === undefined) this.#unreadable.push(line);
    else if ("operations" in content) {
      for (const operation of content.operations) this.#state.apply(operation);
    } else {
      this.#isOld = checkSchema(content.schema, this.#path) === "old";
      this.#nextId = content.nextId;
    }
  }

  #writable(): number {
    if (this.#file?.isReadOnly === true) {
      // Says why not
      closeSync(openSync(this.#path, "r+"));
    }
    this.#file ??= inNewFolder(this.#path, () => ({
      number: openSync(this.#path, "a+"),
      isReadOnly: false,
    }));
    return this.#file.number;
  }

  #wasReplaced(): boolean {
    if (this.#file === undefined) return false;
    const now = statSync(this.#path, { throwIfNoEntry: false });
    const own = fstatSync(this.#file.number);
    // While it is open its number is not given to another file.
    return now?.ino !== own.ino || now.dev !== own.dev || now.size < this.#offset;
  }

  #reset(): void {
    if (this.#file !== undefined) closeSync(this.#file.number);
    this.#file = undefined;
    this.#state = new QueueState();
    this.#offset = 0;
    this.#unreadable = [];
    this.#isOld = false;
    this.#nextId = 1;
  }
}

function openIfThere(path: string): { number: number; isReadOnly: boolean } | undefined {
  try {
    return { number: openSync(path, "r+"), isReadOnly: false };
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    if (errorCode(error) !== "EACCES" && errorCode(error) !== "EROFS") throw error;
    return { number: openSync(path, "r"), isReadOnly: true };
  }
}

function writeAll(file: number, text: string, position: number): number {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  }
  return bytes.length;
}
