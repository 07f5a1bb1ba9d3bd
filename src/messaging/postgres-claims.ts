import { randomUUID } from "node:crypto";
import type { Message } from "../model/message.ts";
import type { Database, Queries, Row, SqlValue } from "../postgres/database.ts";
import { messageOf, unfitness } from "./postgres-rows.ts";
import { readyAt } from "./postgres-tables.ts";
import type { ClaimOptions, Delivery } from "./queue.ts";
import { queueRules } from "./queue-world.ts";
import type { Accept } from "./ready-views.ts";

/** What is remembered of one consumer's wishes, so that it need not read all messages each time. */
interface View {
  /** Messages never change, so what was refused once is refused for good. */
  readonly refused: Set<number>;
  /** Up to here, nothing was ready that it accepts. */
  from: Position;
  /** When it began at the beginning, by a clock that nobody sets, and how long it read since, ms. */
  began: number;
  spent: number;
  /** What had been told when it began. */
  told: number;
}

interface Position {
  readonly priority: number;
  readonly id: number;
}

const beginning: Position = { priority: -(2 ** 31), id: 0 };
/** How long a view goes on where it stopped, ms: what others gave back before waits no longer. */
const restartMs = 2000;
/** Reading from the beginning takes no more than one part in so many of the time. */
const restShare = 4;
const pageSize = 1000;
const mostRefused = 500_000;

/** Hands out messages of the table: to each consumer others, in order of priority, then age. */
export class PostgresClaims {
  readonly #database: Database;
  readonly #table: string;
  readonly #holder: number;
  readonly #now: () => string;
  readonly #views = new WeakMap<Accept, View>();
  #told = 0;

  constructor(database: Database, holder: number, now: () => string) {
    this.#database = database;
    this.#table = `${database.schema}.message`;
    this.#holder = holder;
    this.#now = now;
  }

  /** Has views begin at the beginning: something may be ready that was not. */
  lookAgain(): void {
    this.#told += 1;
  }

  async take(
    limit: number,
    { leaseMs = queueRules.leaseMs, accept }: ClaimOptions,
  ): Promise<readonly Delivery[]> {
    const found: Delivery[] = [];
    while (found.length < limit) {
      const wanted = limit - found.length;
      const ids = accept === undefined ? undefined : await this.#acceptable(accept, wanted);
      if (ids?.length === 0) break;
      const rows = await this.#claim(wanted, leaseMs, ids);
      if (rows.length === 0 && ids === undefined) break;
      found.push(...(await this.#fit(rows)));
    }
    return found;
  }

  /** Claims what is still ready: of these messages, or of all. */
  async #claim(
    limit: number,
    leaseMs: number,
    ids: readonly number[] | undefined,
  ): Promise<readonly Row[]> {
    const token = randomUUID();
    let again = false;
    const rows = await this.#database.transaction(async (queries) => {
      // The answer to an earlier try may have been lost, what it claimed was not
      const before = again ? await this.#claimedBy(queries, token) : [];
      again = true;
      return before.length > 0 ? before : this.#claimNow(queries, { limit, leaseMs, ids, token });
    });
    return [...rows].sort((a, b) => order(a) - order(b) || Number(a["id"]) - Number(b["id"]));
  }

  #claimedBy(queries: Queries, token: string): Promise<readonly Row[]> {
    return queries.query(
      `SELECT id, priority, message, attempt FROM ${this.#table} WHERE dead IS NULL AND claim = $1`,
      [token],
    );
  }

  #claimNow(queries: Queries, { limit, leaseMs, ids, token }: ClaimNow): Promise<readonly Row[]> {
    const now = this.#now();
    const values: SqlValue[] = [limit, leaseMs, this.#holder, token];
    if (ids !== undefined) values.push(ids);
    return queries.query(
      `WITH picked AS MATERIALIZED (
         SELECT id FROM ${this.#table}
         WHERE ${this.#ready(now)}
           ${ids === undefined ? "" : "AND id = ANY($5::bigint[])"}
         ORDER BY priority, id LIMIT $1 FOR UPDATE SKIP LOCKED
       )
       UPDATE ${this.#table} AS m
       SET attempt = attempt + 1, lease_until = ${now} + $2::bigint, lease_ms = $2, holder = $3,
         claim = $4
       FROM picked WHERE m.id = picked.id RETURNING m.id, m.priority, m.message, m.attempt`,
      values,
    );
  }

  #ready(now: string): string {
    return readyAt(now, this.#database.schema);
  }

  /** Deliveries of those that somebody can take; the others become dead letters. */
  async #fit(rows: readonly Row[]): Promise<readonly Delivery[]> {
    const deliveries: Delivery[] = [];
    for (const row of rows) {
      const id = Number(row["id"]);
      const attempt = Number(row["attempt"]);
      const message = messageOf(row);
      const reason = unfitness(message, attempt - 1);
      if (reason === undefined) deliveries.push({ id: `${id}.${attempt}`, message, attempt });
      else await this.#bury(id, reason);
    }
    return deliveries;
  }

  /** As if it had not been delivered: nobody could have taken it. */
  async #bury(id: number, reason: string): Promise<void> {
    await this.#database.query(
      `WITH letter AS (
         UPDATE ${this.#table} SET dead = $2, attempt = attempt - 1,
           lease_until = NULL, lease_ms = NULL, holder = NULL, claim = NULL
         WHERE id = $1 AND dead IS NULL RETURNING id, key
       )
       DELETE FROM ${this.#table} AS m USING letter AS l
       WHERE m.key = l.key AND m.id <> l.id AND m.dead IS NOT NULL`,
      [id, reason],
    );
  }

  /** The next messages that are ready and accepted; none once all were looked at. */
  async #acceptable(accept: Accept, limit: number): Promise<readonly number[]> {
    const view = this.#viewOf(accept);
    while (true) {
      const start = performance.now();
      const page = await this.#page(view.from);
      const accepted = await this.#sift(page, accept, view);
      view.spent += performance.now() - start;
      const taken = accepted.slice(0, limit);
      view.from = taken.length === limit ? (taken.at(-1) ?? view.from) : (page.at(-1) ?? view.from);
      if (taken.length > 0 || page.length < pageSize) return taken.map(({ id }) => id);
    }
  }

  async #sift(
    page: readonly Position[],
    accept: Accept,
    { refused }: View,
  ): Promise<readonly Position[]> {
    const asked = page.filter(({ id }) => !refused.has(id));
    const texts = await this.#textsOf(asked.map(({ id }) => id));
    return asked.filter(({ id }) => {
      const text = texts.get(id);
      const wanted = text !== undefined && isWanted(text, accept);
      if (text !== undefined && !wanted) refused.add(id);
      return wanted;
    });
  }

  #viewOf(accept: Accept): View {
    const now = performance.now();
    const fresh = { from: beginning, began: now, spent: 0, told: this.#told };
    const view = this.#views.get(accept) ?? { refused: new Set(), ...fresh };
    const age = now - view.began;
    const isOld = view.told !== this.#told || age > restartMs;
    if (isOld && age >= restShare * view.spent) Object.assign(view, fresh);
    if (view.refused.size > mostRefused) view.refused.clear();
    this.#views.set(accept, view);
    return view;
  }

  async #page(from: Position): Promise<readonly Position[]> {
    const rows = await this.#database.query(
      `SELECT priority, id FROM ${this.#table}
       WHERE ${this.#ready(this.#now())}
         AND (priority, id) > ($1::integer, $2::bigint)
       ORDER BY priority, id LIMIT ${pageSize}`,
      [from.priority, from.id],
    );
    return rows.map(({ priority, id }) => ({ priority: Number(priority), id: Number(id) }));
  }

  async #textsOf(ids: readonly number[]): Promise<ReadonlyMap<number, string>> {
    if (ids.length === 0) return new Map();
    const rows = await this.#database.query(
      `SELECT id, message FROM ${this.#table} WHERE id = ANY($1::bigint[])`,
      [ids],
    );
    return new Map(rows.map(({ id, message }) => [Number(id), String(message)]));
  }
}

interface ClaimNow {
  readonly limit: number;
  readonly leaseMs: number;
  readonly ids: readonly number[] | undefined;
  readonly token: string;
}

function order({ priority }: Row): number {
  return Number(priority);
}

/** What nobody can take is taken by whoever comes, to be put aside. */
function isWanted(text: string, accept: (message: Message) => boolean): boolean {
  const message = messageOf({ message: text });
  return unfitness(message, 0) !== undefined || accept(message);
}
