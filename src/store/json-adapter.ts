import { readFileSync } from "node:fs";
import type { SyncAdapter } from "lowdb";
import { errorCode, writeAtomic } from "../util/atomic-write.ts";

/**
 * One JSON document in one file for lowdb. Its own file adapter writes to a fixed temporary name,
 * which two processes truncate for each other; this one never shows half a file.
 */
export class JsonAdapter<Data> implements SyncAdapter<Data> {
  readonly #path: string;
  readonly #parse: (text: string) => Data | null;
  readonly #temporaryFolder: string;

  /** `parse` answers null for a document that can't be used. */
  constructor(path: string, temporaryFolder: string, parse: (text: string) => Data | null) {
    this.#path = path;
    this.#temporaryFolder = temporaryFolder;
    this.#parse = parse;
  }

  read(): Data | null {
    try {
      return this.#parse(readFileSync(this.#path, "utf8"));
    } catch (error) {
      if (errorCode(error) === "ENOENT") return null;
      throw error;
    }
  }

  write(data: Data): void {
    const text = `${JSON.stringify(data, undefined, 2)}\n`;
    // No fsync anywhere in the store: what is lost in a power cut can be learnt again, and what
    // is left damaged by one is set aside when it is read.
    writeAtomic(this.#path, text, { temporaryFolder: this.#temporaryFolder });
  }
}
