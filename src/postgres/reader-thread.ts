import { type MessagePort, workerData } from "node:worker_threads";
import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";
import { type Database, openDatabase, type PostgresSettings } from "./database.ts";
import type { ReaderReply, ReaderRequest } from "./reader.ts";

/** What the thread was started with. */
interface ReaderStart {
  readonly settings: PostgresSettings;
  readonly signal: Int32Array;
  readonly port: MessagePort;
  readonly reached: boolean;
}

/** Answers what `openReader` asks, one after the other, once `prepare` is done. */
export function serveReader(prepare: (database: Database) => Promise<void>): void {
  const start: unknown = workerData;
  if (!isStart(start)) throw new Error("this program is a thread of another");
  const { settings, signal, port, reached } = start;
  const database = openDatabase(settings, { connections: 1, name: "thoth reads", reached });
  // Whoever asks first is told of its failure
  let ready: Promise<void> | undefined = prepare(database);
  ready.catch(() => {});
  port.on("message", (request: ReaderRequest) => {
    void (async () => {
      port.postMessage(await reply(request));
      Atomics.add(signal, 0, 1);
      Atomics.notify(signal, 0);
    })();
  });

  async function reply({ sql, values }: ReaderRequest): Promise<ReaderReply> {
    try {
      ready ??= prepare(database);
      await ready.catch((error: unknown) => {
        ready = undefined;
        throw error;
      });
      return { rows: await database.query(sql, values) };
    } catch (error) {
      return told(error);
    }
  }
}

function told(error: unknown): ReaderReply {
  if (error instanceof ThothError) {
    const { code, message, hint, notes } = error;
    return { code, message, hint, notes };
  }
  const message = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return { code: undefined, message, hint: undefined, notes: undefined };
}

function isStart(value: unknown): value is ReaderStart {
  return isRecord(value) && value["signal"] instanceof Int32Array && isRecord(value["settings"]);
}
