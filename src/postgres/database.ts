import { setTimeout } from "node:timers/promises";
import type { Client, ClientConfig, Pool } from "pg";
import { ThothError } from "../util/errors.ts";
import { addressWords, postgresAddress } from "./address.ts";
import { postgresDriver } from "./driver.ts";
import { databaseError, isPassing, type PostgresPlace } from "./failures.ts";

/** What the configuration says of the database. */
export interface PostgresSettings {
  /** As set, with credentials: never shown. */
  readonly url: string;
  /** Where it is set: `THOTH_POSTGRESQL_URL` or `.thoth.yaml:5:3`. */
  readonly origin: string;
  /** Letters, digits and `_`: needs no quotes in SQL. */
  readonly schema: string;
}

/** Values of a statement: text, numbers, truths, null, bytes, and lists of one of them. */
export type SqlValue = string | number | boolean | null | Uint8Array | readonly SqlValue[];

export type Row = Readonly<Record<string, unknown>>;

/** Runs one statement; `$1` stands for the first value. */
export interface Queries {
  query(sql: string, values?: readonly SqlValue[]): Promise<readonly Row[]>;
}

/**
 * A database with its connections, made when first used. What fails because a connection was lost,
 * the server restarts or all its places are taken is tried again, for as long as `patienceMs` says,
 * once it was reached at all. Throws `database-unreachable` and `database-refused`.
 */
export interface Database extends Queries {
  readonly schema: string;
  readonly place: PostgresPlace;
  /** Whether it ever answered. */
  readonly reached: boolean;
  /**
   * Everything or nothing. May run `action` several times, and once more after it took effect where
   * the answer to COMMIT was lost: the second time must do no harm. Its errors roll back.
   */
  transaction<T>(action: (queries: Queries) => Promise<T>): Promise<T>;
  /** A connection beside the pool, for LISTEN and for what one session holds; whoever asks ends it. */
  session(): Promise<Client>;
  close(): Promise<void>;
}

export interface DatabaseOptions {
  /** Connections at most; more work waits for one. */
  readonly connections?: number;
  readonly patienceMs?: number;
  /** It answered before, though not to this. */
  readonly reached?: boolean;
  /** How long one connection may take to be made. */
  readonly connectMs?: number;
  /** How the server's own lists call this program. */
  readonly name?: string;
}

const standard = {
  connections: 4,
  patienceMs: 60_000,
  connectMs: 10_000,
  name: "thoth",
  reached: false,
};
const longestPauseMs = 1000;

/** Connects to nothing yet. Throws `bad-configuration` for an address that is none. */
export function openDatabase(settings: PostgresSettings, options: DatabaseOptions = {}): Database {
  return new PooledDatabase(settings, { ...standard, ...options });
}

/** How `pg` is told of a connection. Reads the certificates that the address names. */
export function clientConfig(
  settings: PostgresSettings,
  { connectMs, name }: Pick<typeof standard, "connectMs" | "name">,
): ClientConfig {
  const { origin, url } = settings;
  const address = postgresAddress(url);
  if (address === undefined)
    throw new ThothError("bad-configuration", `${origin} takes ${addressWords}`);
  const { shown: _, tls, ...where } = address;
  return {
    ...where,
    ssl: tls === undefined ? false : certificates(tls, origin),
    application_name: name,
    connectionTimeoutMillis: connectMs,
    keepAlive: true,
    // A stopped process must not keep others from what it holds
    idle_in_transaction_session_timeout: 60_000,
  };
}

class PooledDatabase implements Database {
  readonly schema: string;
  readonly place: PostgresPlace;
  readonly #settings: PostgresSettings;
  readonly #options: typeof standard;
  #pool: Promise<Pool> | undefined;
  #reached: boolean;

  constructor(settings: PostgresSettings, options: typeof standard) {
    const { origin, schema, url } = settings;
    this.schema = schema;
    this.place = { shown: postgresAddress(url)?.shown ?? "", origin };
    this.#settings = settings;
    this.#options = options;
    this.#reached = options.reached;
  }

  get reached(): boolean {
    return this.#reached;
  }

  query(sql: string, values: readonly SqlValue[] = []): Promise<readonly Row[]> {
    return this.#patiently(async (pool) => (await pool.query(sql, [...values])).rows);
  }

  transaction<T>(action: (queries: Queries) => Promise<T>): Promise<T> {
    return this.#patiently((pool) => inTransaction(pool, action));
  }

  async session(): Promise<Client> {
    const { Client } = await postgresDriver();
    const client = new Client(clientConfig(this.#settings, this.#options));
    // Whoever asked for it is told by its next statement, too
    client.on("error", () => {});
    try {
      await client.connect();
      return client;
    } catch (error) {
      throw databaseError(error, this.place);
    }
  }

  async close(): Promise<void> {
    const pool = this.#pool;
    this.#pool = undefined;
    await (await pool)?.end();
  }

  async #patiently<T>(action: (pool: Pool) => Promise<T>): Promise<T> {
    const until = Date.now() + this.#options.patienceMs;
    for (let pauseMs = 50; ; pauseMs = Math.min(2 * pauseMs, longestPauseMs)) {
      try {
        const result = await action(await this.#opened());
        this.#reached = true;
        return result;
      } catch (error) {
        const again = this.#reached && isPassing(error) && Date.now() + pauseMs < until;
        if (!again) throw databaseError(error, this.place);
      }
      await setTimeout(pauseMs);
    }
  }

  #opened(): Promise<Pool> {
    this.#pool ??= postgresDriver().then(({ Pool }) => {
      const { connections } = this.#options;
      const pool = new Pool({
        ...clientConfig(this.#settings, this.#options),
        max: connections,
        allowExitOnIdle: true,
      });
      // One that breaks while nobody uses it is replaced by the next use, and a statement tells of
      // one that breaks in use
      pool.on("error", () => {});
      pool.on("connect", (client) => client.on("error", () => {}));
      return pool;
    });
    return this.#pool;
  }
}

async function inTransaction<T>(pool: Pool, action: (queries: Queries) => Promise<T>): Promise<T> {
  const client = await pool.connect();
  let broken: Error | undefined;
  try {
    await client.query("BEGIN");
    const result = await action({
      query: async (sql, values = []) => (await client.query(sql, [...values])).rows,
    });
    await client.query("COMMIT");
    return result;
  } catch (error) {
    await client.query("ROLLBACK").catch((cause: Error) => {
      broken = cause;
    });
    throw error;
  } finally {
    client.release(broken);
  }
}

function certificates(read: () => NonNullable<ClientConfig["ssl"]>, origin: string) {
  try {
    return read();
  } catch (cause) {
    const message = `a certificate that ${origin} names can't be read`;
    throw new ThothError("bad-configuration", message, {
      hint: "check `sslrootcert`, `sslcert` and `sslkey` of the address",
      cause,
    });
  }
}
