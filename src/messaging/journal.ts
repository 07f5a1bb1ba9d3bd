import {
  appendFileSync,
  closeSync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  statSync,
  writeSync,
} from "node:fs";
import { join } from "node:path";
import { errorCode, inNewFolder, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { type QueueEntry, type QueueOperation, QueueState } from "./queue-state.ts";

const schema = "1.0.0";
const compactAbove = 128 * 1024;
/** About what one entry takes in the journal. */
const entryBytes = 400;

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
  #file: number | undefined;
  #state = new QueueState();
  #offset = 0;
  #unreadable: string[] = [];
  #nextId = 1;

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
    const { size } = fstatSync(this.#file);
    const tail = Buffer.allocUnsafe(Math.max(0, size - this.#offset));
    const text = tail.toString("utf8", 0, readSync(this.#file, tail, 0, tail.length, this.#offset));
    const complete = text.slice(0, text.lastIndexOf("\n") + 1);
    for (const line of complete.split("\n").slice(0, -1)) this.#applyLine(line);
    this.#offset += Buffer.byteLength(complete);
  }

  /** Adds what one call does. Only under the lock, after `read`. */
  append(operations: readonly QueueOperation[]): void {
    const file = this.#writable();
    const line = `${JSON.stringify(operations)}\n`;
    const header = this.#offset === 0 ? headerLine(this.nextId) : "";
    ftruncateSync(file, this.#offset);
    try {
      this.#offset += writeAll(file, header + line, this.#offset);
    } catch (error) {
      ftruncateSync(file, this.#offset);
      throw error;
    }
    for (const operation of operations) this.#state.apply(operation);
    const live = this.#state.size * entryBytes;
    if (this.#unreadable.length > 0 || this.#offset > Math.max(compactAbove, 4 * live))
      this.#compact();
  }

  close(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#reset();
  }

  #compact(): void {
    // Never thrown away: what can't be read may still say something to a person.
    if (this.#unreadable.length > 0) {
      appendFileSync(this.#damagedPath, this.#unreadable.map((line) => `${line}\n`).join(""));
    }
    const entries: QueueEntry[] = [...this.#state.entries()];
    const pauses = [...this.#state.paused].map((type): QueueOperation => ({ op: "pause", type }));
    const operations: readonly QueueOperation[] = [{ op: "put", entries }, ...pauses];
    const text = `${headerLine(this.nextId)}${JSON.stringify(operations)}\n`;
    writeAtomic(this.#path, text, { durable: true });
    this.#reset();
    this.read();
  }

  #applyLine(line: string): void {
    const value = parseLine(line);
    if (Array.isArray(value)) {
      for (const operation of value) this.#state.apply(operation);
    } else if (typeof value === "object" && value !== null && "queue" in value) {
      checkSchema(value.queue, this.#path);
      if ("nextId" in value && typeof value.nextId === "number") this.#nextId = value.nextId;
    } else this.#unreadable.push(line);
  }

  #writable(): number {
    this.#file ??= inNewFolder(this.#path, () => openSync(this.#path, "a+"));
    return this.#file;
  }

  #wasReplaced(): boolean {
    if (this.#file === undefined) return false;
    const now = statSync(this.#path, { throwIfNoEntry: false });
    const own = fstatSync(this.#file);
    // While it is open its number is not given to another file.
    return now?.ino !== own.ino || now.dev !== own.dev || now.size < this.#offset;
  }

  #reset(): void {
    if (this.#file !== undefined) closeSync(this.#file);
    this.#file = undefined;
    this.#state = new QueueState();
    this.#offset = 0;
    this.#unreadable = [];
    this.#nextId = 1;
  }
}

function headerLine(nextId: number): string {
  return `${JSON.stringify({ queue: schema, nextId })}\n`;
}

function checkSchema(found: unknown, path: string): void {
  const major = typeof found === "string" ? Number(found.split(".")[0]) : Number.NaN;
  if (major <= 1) return;
  throw new ThothError("queue-unusable", `\`${path}\` was written by a newer Thoth (${found})`, {
    hint: "use that Thoth, or name another folder with --store",
  });
}

function openIfThere(path: string): number | undefined {
  try {
    return openSync(path, "r+");
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    if (errorCode(error) === "EACCES" || errorCode(error) === "EROFS") return openSync(path, "r");
    throw error;
  }
}

function parseLine(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}

function writeAll(file: number, text: string, position: number): number {
  const bytes = Buffer.from(text);
  for (let written = 0; written < bytes.length; ) {
    written += writeSync(file, bytes, written, bytes.length - written, position + written);
  }
  return bytes.length;
}
