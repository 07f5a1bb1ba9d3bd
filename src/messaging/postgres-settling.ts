import type { Database, Row } from "../postgres/database.ts";
import { statesAt } from "./postgres-tables.ts";
import { queueRules } from "./queue-world.ts";

/** What becomes of deliveries. Each call may be repeated, and does nothing the second time. */
export class PostgresSettling {
  readonly #database: Database;
  readonly #table: string;
  readonly #holder: number;
  readonly #now: () => string;

  constructor(database: Database, holder: number, now: () => string) {
    this.#database = database;
    this.#table = `${database.schema}.message`;
    this.#holder = holder;
    this.#now = now;
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

  async extend(ids: readonly string[], leaseMs: number): Promise<readonly string[]> {
    const rows = await this.#settle(
      ids,
      `UPDATE ${this.#table} AS m
       SET lease_until = ${this.#now()} + $3::bigint, lease_ms = $3, holder = $4
       FROM mine AS d WHERE m.id = d.id AND d.current RETURNING m.id, m.attempt`,
      [leaseMs, this.#holder],
    );
    const held = new Set(rows.map(({ id, attempt }) => `${id}.${attempt}`));
    return ids.filter((id) => !held.has(id));
  }

  async reject(id: string, reason: string, random: number): Promise<void> {
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
  }

  /** Does something with deliveries, of which `current` says whether they are still in hand. */
  async #settle(
    ids: readonly string[],
    statement: string,
    values: readonly (string | number)[] = [],
  ): Promise<readonly Row[]> {
    const deliveries = ids.map(deliveryOf).filter((one) => one !== undefined);
    if (deliveries.length === 0) return [];
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
}

/** What a message that nobody has in hand any more does not have. */
const given = "lease_until = NULL, lease_ms = NULL, holder = NULL, claim = NULL";

/** PostgreSQL's text has every character but this one. */
function withoutNul(text: string): string {
  return text.replaceAll("\0", "");
}

function deliveryOf(text: string): { readonly id: number; readonly attempt: number } | undefined {
  const [, id, attempt] = /^(\d{1,15})\.(\d{1,9})$/.exec(text) ?? [];
  return id === undefined ? undefined : { id: Number(id), attempt: Number(attempt) };
}
