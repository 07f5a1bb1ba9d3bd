import { randomInt } from "node:crypto";
import type { Database } from "../postgres/database.ts";
import { ThothError } from "../util/errors.ts";
import { pause } from "../util/pause.ts";

type Session = Awaited<ReturnType<Database["session"]>>;

/** How often a consumer looks whether another is gone, ms. */
const lookAgainMs = 1000;
/** How long one must be gone before its messages are free, ms: a server that restarts loses all. */
const goneMs = 4000;
const reconnectMs = 500;

/**
 * Says to the others that this consumer lives, by a lock that a connection of its own holds, and
 * hears what is announced. Of one whose connection is gone for good the leases end. Where the server
 * has no place for one more connection, all works but that: leases end by time then.
 */
export class PostgresPresence {
  /** Names this consumer in the database. */
  readonly holder = randomInt(1, 2 ** 31 - 1);
  readonly #database: Database;
  readonly #heard: () => void;
  /** Since when others are gone, by a clock that nobody sets. */
  readonly #gone = new Map<number, number>();
  readonly #waiting = new Set<() => void>();
  #session: Promise<Session | undefined> | undefined;
  #timer: NodeJS.Timeout | undefined;
  #lookedAt = Number.NEGATIVE_INFINITY;
  #closed = false;

  /** `heard` is called whenever something was published. */
  constructor(database: Database, heard: () => void) {
    this.#database = database;
    this.#heard = heard;
  }

  /** What is told when something was published. */
  get channel(): string {
    return `${this.#database.schema}_queue`;
  }

  /** To be called before each claim, once the tables are there. */
  async attend(): Promise<void> {
    this.#session ??= this.#connect();
    await this.#session;
    const now = performance.now();
    if (now - this.#lookedAt < lookAgainMs) return;
    this.#lookedAt = now;
    for (const holder of await this.#absent()) {
      const since = this.#gone.get(holder) ?? now;
      this.#gone.set(holder, since);
      if (now - since >= goneMs) await this.#free(holder);
    }
  }

  /** Waits until something is published, no longer than `ms`. */
  async news(ms: number, signal: AbortSignal): Promise<void> {
    const woken = new AbortController();
    const wake = () => woken.abort();
    this.#waiting.add(wake);
    await pause(ms, AbortSignal.any([woken.signal, signal]));
    this.#waiting.delete(wake);
  }

  async leave(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    const session = await this.#session;
    if (session === undefined) return;
    const { schema } = this.#database;
    // Who breaks off here is found to be gone a little later
    await session
      .query(`DELETE FROM ${schema}.consumer WHERE holder = $1`, [this.holder])
      .catch(() => undefined);
    await session.end();
  }

  /** Others that said they live and whose connection is gone; whoever is back is forgotten. */
  async #absent(): Promise<readonly number[]> {
    const { schema } = this.#database;
    const rows = await this.#database.query(
      `SELECT holder FROM ${schema}.consumer AS c WHERE holder <> $1 AND NOT ${present}`,
      [this.holder, this.channel],
    );
    const absent = rows.map(({ holder }) => Number(holder));
    for (const holder of this.#gone.keys()) if (!absent.includes(holder)) this.#gone.delete(holder);
    return absent;
  }

  async #free(holder: number): Promise<void> {
    const { schema } = this.#database;
    await this.#database.query(
      `WITH gone AS (
         DELETE FROM ${schema}.consumer AS c WHERE holder = $1 AND NOT ${present} RETURNING holder
       )
       UPDATE ${schema}.message AS m SET lease_until = 0
       FROM gone WHERE m.holder = gone.holder AND m.lease_until IS NOT NULL`,
      [holder, this.channel],
    );
    this.#gone.delete(holder);
    this.#tell();
  }

  async #connect(): Promise<Session | undefined> {
    let session: Session | undefined;
    try {
      session = await this.#database.session();
      session.on("notification", () => this.#tell());
      session.on("end", () => this.#lost());
      await session.query("SELECT pg_advisory_lock(hashtext($2), $1)", [this.holder, this.channel]);
      await session.query(`LISTEN ${this.channel}`);
      const { schema } = this.#database;
      // After the lock, so that nobody finds it without
      await session.query(`INSERT INTO ${schema}.consumer VALUES ($1) ON CONFLICT DO NOTHING`, [
        this.holder,
      ]);
      this.#tell();
      return session;
    } catch (error) {
      if (session === undefined && !(error instanceof ThothError)) throw error;
      await session?.end().catch(() => undefined);
      this.#lost();
      return undefined;
    }
  }

  /** Connects again soon, even while nobody claims: others would take this one for gone. */
  #lost(): void {
    if (this.#closed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#session = this.#connect();
    }, reconnectMs);
    this.#timer.unref();
  }

  #tell(): void {
    this.#heard();
    for (const wake of this.#waiting) wake();
  }
}

/** Whether the holder `c` has the lock that says it lives. */
const present = `EXISTS (
  SELECT FROM pg_locks
  WHERE locktype = 'advisory' AND classid = hashtext($2)::oid AND objid = c.holder::oid
    AND objsubid = 2 AND granted
    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
)`;
