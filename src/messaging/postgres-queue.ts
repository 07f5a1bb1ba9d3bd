import { createHash } from "node:crypto";
import type { Message, MessageType } from "../model/message.ts";
import type { Database, Queries, Row } from "../postgres/database.ts";
import { migrate } from "../postgres/migrations.ts";
import { checkMessage } from "./codec.ts";
import { messageKey } from "./message-fields.ts";
import { PostgresClaims } from "./postgres-claims.ts";
import { deadLettersIn, listIn, statsIn } from "./postgres-listing.ts";
import { PostgresPresence } from "./postgres-presence.ts";
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
  #ready: Promise<void> | undefined;

  constructor(database: Database, surroundings: QueueSurroundings) {
    this.#database = database;
    this.#surroundings = surroundings;
    this.#table = `${database.schema}.message`;
    this.#presence = new PostgresPresence(database, () => this.#claims.lookAgain());
    this.#claims = new PostgresClaims(database, this.#presence.holder, () => this.#now());
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
    const { inWork } = statesAt(this.#now());
    // What is done is done, even if the lease ended meanwhile, unless somebody else has it in hand
    await this.#settle(
      ids,
      `DELETE FROM ${this.#table} AS m USING mine AS d
       WHERE m.id = d.id AND (d.current OR NOT ${inWork})`,
    );
  }

  async extend(
    ids: readonly string[],
    leaseMs: number = queueRules.leaseMs,
  ): Promise<readonly string[]> {
    const rows = await this.#settle(
      ids,
      `UPDATE ${this.#table} AS m
       SET lease_until = ${this.#now()} + $3::bigint, lease_ms = $3, holder = $4
       FROM mine AS d WHERE m.id = d.id AND d.current RETURNING m.id, m.attempt`,
      [leaseMs, this.#presence.holder],
    );
    const held = new Set(rows.map(({ id, attempt }) => `${id}.${attempt}`));
    return ids.filter((id) => !held.has(id));
  }

  async reject(id: string, reason: string): Promise<void> {
    const random = (this.#surroundings.random ?? Math.random)();
    const { failures, firstDelayMs, longestDelayMs } = queueRules;
    const delay = `least(${firstDelayMs} * 2 ^ failures, ${longestDelayMs})`;
    const rows = await this.#settle(
      [id],
      `UPDATE ${this.#table} AS m
       SET ${given}, failures = failures + 1,
         not_before = ${this.#now()} + round(${delay} * (0.5 + $3::float8))::bigint
       FROM mine AS d
       WHERE m.id = d.id AND d.current AND failures + 1 < ${failures} RETURNING m.id`,
      [random],
    );
    if (rows.length === 0) await this.bury(id, reason);
    this.#claims.lookAgain();
  }

  async bury(id: string, reason: string): Promise<void> {
    // Of dead letters that ask for the same work, the last one says all
    await this.#settle(
      [id],
      `, letter AS (
         UPDATE ${this.#table} AS m SET ${given}, dead = $3
         FROM mine AS d WHERE m.id = d.id AND d.current RETURNING m.id, m.key
       )
       DELETE FROM ${this.#table} AS m USING letter AS l
       WHERE m.key = l.key AND m.id <> l.id AND m.dead IS NOT NULL`,
      [withoutNul(reason)],
    );
  }

  async release(ids: readonly string[]): Promise<void> {
    await this.#settle(
      ids,
      `UPDATE ${this.#table} AS m SET ${given}, attempt = m.attempt - 1
       FROM mine AS d WHERE m.id = d.id AND d.current`,
    );
    this.#claims.lookAgain();
  }

  /** Does something with deliveries, of which `current` says whether they are still in hand. */
  async #settle(
    ids: readonly string[],
    statement: string,
    values: readonly (string | number)[] = [],
  ): Promise<readonly Row[]> {
    const deliveries = ids.map(deliveryOf).filter((one) => one !== undefined);
    if (deliveries.length === 0) return [];
    await this.#opened();
    // Locked in one order, so that two that settle the same do not deadlock
    return this.#database.query(
      `WITH asked AS (SELECT * FROM unnest($1::bigint[], $2::integer[]) AS u(id, attempt)),
       mine AS MATERIALIZED (
         SELECT m.id, m.lease_until IS NOT NULL AND m.attempt = asked.attempt AS current
         FROM ${this.#table} AS m JOIN asked USING (id) ORDER BY m.id FOR UPDATE OF m
       ) ${statement}`,
      [deliveries.map(({ id }) => id), deliveries.map(({ attempt }) => attempt), ...values],
    );
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

/** What a message that nobody has in hand any more does not have. */
const given = "lease_until = NULL, lease_ms = NULL, holder = NULL, claim = NULL";

/** Keys may be long, and an index takes no more than 2.7 kB. */
function keyOf(message: Message): string {
  return createHash("sha256").update(messageKey(message)).digest("base64");
}

/** PostgreSQL's text has every character but this one. */
function withoutNul(text: string): string {
  return text.replaceAll("\0", "");
}

function deliveryOf(text: string): { readonly id: number; readonly attempt: number } | undefined {
  const [, id, attempt] = /^(\d{1,15})\.(\d{1,9})$/.exec(text) ?? [];
  return id === undefined ? undefined : { id: Number(id), attempt: Number(attempt) };
}

function entryOf(text: string): number | undefined {
  return /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
