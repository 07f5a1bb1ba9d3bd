import { existsSync } from "node:fs";
import { MessageChannel, receiveMessageOnPort, Worker } from "node:worker_threads";
import { type ErrorCode, errorCodes, ThothError } from "../util/errors.ts";
import type { PostgresSettings, Row, SqlValue } from "./database.ts";

/** One statement for the thread that holds the connection. */
export interface ReaderRequest {
  readonly sql: string;
  readonly values: readonly SqlValue[];
}

/** What became of it. */
export type ReaderReply =
  | { readonly rows: readonly Row[] }
  | {
      readonly code: string | undefined;
      readonly message: string;
      readonly hint: string | undefined;
      readonly notes: readonly string[] | undefined;
    };

/** Statements whose rows are waited for, as reading knowledge does. */
export interface Reader {
  /** Throws what `Database.query` rejects with. */
  query(sql: string, values?: readonly SqlValue[]): readonly Row[];
  close(): Promise<void>;
}

/** Beyond the patience of the connection itself. */
const mostMs = 180_000;

/**
 * Reads a database while everything else waits. A thread of its own holds the one connection, since
 * only there its answers come in meanwhile; it connects at once. `program` is the built
 * `bin/database-reader.ts`, `reached` whether the database ever answered.
 */
export function openReader(settings: PostgresSettings, program: string, reached = false): Reader {
  if (!existsSync(program)) throw new Error(`${program} is missing: it was not built`);
  const signal = new Int32Array(new SharedArrayBuffer(4));
  const { port1, port2 } = new MessageChannel();
  const worker = new Worker(program, {
    workerData: { settings, signal, port: port2, reached },
    transferList: [port2],
  });
  // Nobody waits for a thread that nobody asks
  worker.unref();
  port1.unref();
  return {
    query(sql, values = []) {
      const before = Atomics.load(signal, 0);
      const request: ReaderRequest = { sql, values };
      port1.postMessage(request);
      const answered = Atomics.wait(signal, 0, before, mostMs) !== "timed-out";
      const reply: ReaderReply | undefined = answered
        ? receiveMessageOnPort(port1)?.message
        : undefined;
      if (reply === undefined) throw noAnswer(settings);
      if ("rows" in reply) return reply.rows;
      throw errorOf(reply);
    },
    close: async () => {
      port1.close();
      await worker.terminate();
    },
  };
}

function noAnswer({ origin }: PostgresSettings): ThothError {
  return new ThothError("database-unreachable", `the database set by ${origin} gave no answer`, {
    hint: "run again: what was learnt and stored is kept",
  });
}

function errorOf({ code, ...told }: Exclude<ReaderReply, { rows: unknown }>): Error {
  return isErrorCode(code) ? new ThothError(code, told.message, told) : new Error(told.message);
}

function isErrorCode(code: string | undefined): code is ErrorCode {
  return code !== undefined && Object.hasOwn(errorCodes, code);
}
