import { createHash } from "node:crypto";
import type { Message, MessageType } from "../model/message.ts";
import type { Database, Queries, Row } from "../postgres/database.ts";
import { migrate } from "../postgres/migrations.ts";
import { checkMessage } from "./codec.ts";
import { messageKey } from "./message-fields.ts";
import { PostgresClaims } from "./postgres-claims.ts";
import { deadLettersIn, listIn, statsIn } from "./postgres-listing.ts";
import { PostgresPresence } from "./postgres-presence.ts";
import { PostgresSettling } from "./postgres-settling.ts";
import { nowAs, queueTables, statesAt } from "./postgres-tables.ts";
import type {
  ClaimOptions,
  Delivery,
  ListOptions,
  MessageQueue,
  QueuedMessage,
  QueueStats,
} from "./queue.ts";
import { type QueueSurroundings, queueRules } from "./queue-world.ts";

/**
 * A queue in PostgreSQL, shared by all that reach the database; for those who need no Kafka. Its
 * tables are made when it is first used. Leases are measured by the server's clock; those of a
 * consumer that lost its connection for good end within seconds. Every call may be repeated after a
 * lost connection without doing anything twice. Throws `database-unreachable` and `database-refused`.
 * Closing it closes the database.
 */
export function openPostgresQueue(
  database: Database,
  surroundings: QueueSurroundings = {},
): MessageQueue {
  return new PostgresQueue(database, surroundings);
}

class PostgresQueue implements MessageQueue {
  readonly #database: Database;
  readonly #table: string;
  readonly #surroundings: QueueSurroundings;
  readonly #presence: PostgresPresence;
  readonly #claims: PostgresClaims;
  readonly #settling: PostgresSettling;
  #ready: Promise<void> | undefined;

  constructor(database: Database, surroundings: QueueSurroundings) {
    this.#database = database;
    this.#surroundings = surroundings;
    this.#table = `${database.schema}.message`;
    this.#presence = new PostgresPresence(database, () => this.#claims.lookAgain());
    this.#claims = new PostgresClaims(database, this.#presence.holder, () => this.#now());
    this.#settling = new PostgresSettling(database, this.#presence.holder, () => this.#now());
  }

  async publish(
    messages: readonly Message[],
    { priority = queueRules.defaultPriority }: { readonly priority?: number } = {},
  ): Promise<number> {
    const fresh = new Map<string, Message>();
    for (const message of messages.map(checkMessage)) {
      const key = keyOf(message);
      if (!fresh.has(key)) fresh.set(key, message);
    }
    if (fresh.size === 0) return 0;
    const keys = [...fresh.keys()];
    const types = [...fresh.values()].map(({ type }) => type);
    const texts = [...fresh.values()].map((message) => JSON.stringify(message));
    const added = await this.#change(async (queries) => {
      // Ids in the order that was given, rows in the order of keys: two publishers don't deadlock
      const rows = await queries.query(
        `WITH given AS MATERIALIZED (
           SELECT nextval('${this.#database.schema}.message_id') AS id, key, type, message
           FROM (SELECT * FROM unnest($1::text[], $2::text[], $3::text[])
             WITH ORDINALITY AS u(key, type, message, at) ORDER BY at) AS g
         )
         INSERT INTO ${this.#table} (id, key, type, message, priority, since)
         SELECT id, key, type, message, $4::integer, ${this.#now()} FROM given ORDER BY key
         ON CONFLICT (key) WHERE dead IS NULL DO NOTHING RETURNING id`,
        [keys, types, texts, priority],
      );
      if (rows.length < keys.length) await this.#raise(queries, keys, priority);
      if (rows.length > 0) await this.#announce(queries);
      return rows.length;
    });
    this.#claims.lookAgain();
    return added;
  }

  async #raise(queries: Queries, keys: readonly string[], priority: number): Promise<void> {
    await queries.query(
      `UPDATE ${this.#table} SET priority = $2 WHERE id IN (
         SELECT id FROM ${this.#table}
         WHERE dead IS NULL AND key = ANY($1::text[]) AND priority > $2 ORDER BY id FOR UPDATE
       )`,
      [keys, priority],
    );
  }

  /** Wakes who waits for something to do, once this is committed. */
  async #announce(queries: Queries): Promise<void> {
    await queries.query("SELECT pg_notify($1, '')", [this.#presence.channel]);
  }

  async claim(limit: number, options: ClaimOptions = {}): Promise<readonly Delivery[]> {
    await this.#opened();
    await this.#presence.attend();
    return this.#claims.take(limit, options);
  }

  async ack(ids: readonly string[]): Promise<void> {
    await this.#opened();
    await this.#settling.ack(ids);
  }

  async extend(
    ids: readonly string[],
    leaseMs: number = queueRules.leaseMs,
  ): Promise<readonly string[]> {
    await this.#opened();
    return this.#settling.extend(ids, leaseMs);
  }

  async reject(id: string, reason: string): Promise<void> {
    await this.#opened();
    await this.#settling.reject(id, reason, (this.#surroundings.random ?? Math.random)());
    this.#claims.lookAgain();
  }

  async bury(id: string, reason: string): Promise<void> {
    await this.#opened();
    await this.#settling.bury(id, reason);
  }

  async release(ids: readonly string[]): Promise<void> {
    await this.#opened();
    await this.#settling.release(ids);
    this.#claims.lookAgain();
  }

  async retry(ids: readonly string[] | "all"): Promise<number> {
    const { schema } = this.#database;
    const wanted = ids === "all" ? [] : ids.map(entryOf).filter((id) => id !== undefined);
    // They become new messages, so that no late answer to the old ones is taken for theirs
    const number = await this.#change(async (queries) => {
      const [row] = await queries.query(
        `WITH letters AS (
           DELETE FROM ${this.#table} WHERE dead IS NOT NULL AND ($1 OR id = ANY($2::bigint[]))
           RETURNING *
         ), ordered AS MATERIALIZED (
           SELECT nextval('${schema}.message_id') AS fresh, key, type, message, priority
           FROM (SELECT * FROM letters ORDER BY id) AS l
         ), put AS (
           INSERT INTO ${this.#table} (id, key, type, message, priority, since)
           SELECT fresh, key, type, message, priority, ${this.#now()} FROM ordered ORDER BY key
           ON CONFLICT (key) WHERE dead IS NULL DO NOTHING
         )
         SELECT count(*) AS number FROM letters`,
        [ids === "all", wanted],
      );
      await this.#announce(queries);
      return Number(row?.["number"]);
    });
    this.#claims.lookAgain();
    return number;
  }

  async drop(ids: readonly string[]): Promise<number> {
    const wanted = ids.map(entryOf).filter((id) => id !== undefined);
    const { inWork } = statesAt(this.#now());
    await this.#opened();
    const rows = await this.#database.query(
      `DELETE FROM ${this.#table} WHERE id IN (
         SELECT id FROM ${this.#table} WHERE id = ANY($1::bigint[]) AND NOT ${inWork}
         ORDER BY id FOR UPDATE
       ) RETURNING id`,
      [wanted],
    );
    return rows.length;
  }

  async pause(type: MessageType): Promise<void> {
    await this.#opened();
    await this.#database.query(
      `INSERT INTO ${this.#database.schema}.paused_type VALUES ($1) ON CONFLICT DO NOTHING`,
      [type],
    );
  }

  async resume(type: MessageType): Promise<void> {
    await this.#change(async (queries) => {
      await queries.query(`DELETE FROM ${this.#database.schema}.paused_type WHERE type = $1`, [
        type,
      ]);
      await this.#announce(queries);
    });
    this.#claims.lookAgain();
  }

  async paused(): Promise<readonly MessageType[]> {
    const rows = await this.#read(
      `SELECT type FROM ${this.#database.schema}.paused_type ORDER BY type`,
    );
    return rows.map(({ type }) => type as MessageType);
  }

  async unsettled(messages: readonly Message[]): Promise<readonly Message[]> {
    const rows = await this.#read(
      `SELECT key FROM ${this.#table} WHERE dead IS NULL AND key = ANY($1::text[])`,
      [messages.map(keyOf)],
    );
    const waiting = new Set(rows.map(({ key }) => key));
    return messages.filter((message) => waiting.has(keyOf(message)));
  }

  async stats(): Promise<QueueStats> {
    await this.#opened();
    return statsIn(this.#database, this.#now());
  }

  async list(options: ListOptions = {}): Promise<readonly QueuedMessage[]> {
    await this.#opened();
    return listIn(this.#database, this.#now(), options);
  }

  async deadLetters(): Promise<readonly { id: string; message: Message; reason: string }[]> {
    await this.#opened();
    return deadLettersIn(this.#database);
  }

  news(ms: number, signal: AbortSignal): Promise<void> {
    return this.#presence.news(ms, signal);
  }

  async close(): Promise<void> {
    await this.#presence.leave();
    await this.#database.close();
  }

  async #read(sql: string, values: readonly (readonly string[])[] = []): Promise<readonly Row[]> {
    await this.#opened();
    return this.#database.query(sql, values);
  }

  async #change<T>(action: (queries: Queries) => Promise<T>): Promise<T> {
    await this.#opened();
    return this.#database.transaction(action);
  }

  #now(): string {
    return nowAs(this.#surroundings.now);
  }

  #opened(): Promise<void> {
    this.#ready ??= migrate(this.#database, queueTables).catch((error: unknown) => {
      // Tried again by the next call
      this.#ready = undefined;
      throw error;
    });
    return this.#ready;
  }
}

/** Keys may be long, and an index takes no more than 2.7 kB. */
function keyOf(message: Message): string {
  return createHash("sha256").update(messageKey(message)).digest("base64");
}

function entryOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
