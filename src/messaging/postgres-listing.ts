import type { Message, MessageType } from "../model/message.ts";
import type { Database, Row } from "../postgres/database.ts";
import { messageOf } from "./postgres-rows.ts";
import { statesAt } from "./postgres-tables.ts";
import type { ListOptions, QueuedMessage, QueuedState, QueueStats, StateCounts } from "./queue.ts";

/** A column that says in which state a message is. */
function stateColumn(schema: string, now: string): string {
  const { inWork, delayed } = statesAt(now);
  return `CASE
    WHEN dead IS NOT NULL THEN 'dead'
    WHEN ${inWork} THEN 'in-work'
    WHEN ${delayed} THEN 'delayed'
    WHEN type IN (SELECT type FROM ${schema}.paused_type) THEN 'paused'
    ELSE 'ready' END`;
}

const none: StateCounts = { ready: 0, delayed: 0, "in-work": 0, paused: 0, dead: 0 };

export async function statsIn(database: Database, now: string): Promise<QueueStats> {
  const { schema } = database;
  const rows = await database.query(
    `SELECT type, state, count(*) AS number, min(since) AS oldest
     FROM (SELECT type, since, ${stateColumn(schema, now)} AS state FROM ${schema}.message) AS m
     GROUP BY type, state ORDER BY type, state`,
  );
  const states: Partial<Record<MessageType, Record<QueuedState, number>>> = {};
  const byType: Partial<Record<MessageType, number>> = {};
  const total = { ...none };
  let oldest: number | undefined;
  for (const row of rows) {
    const { type, state } = kindOf(row);
    const number = Number(row["number"]);
    states[type] ??= { ...none };
    states[type][state] += number;
    total[state] += number;
    if (state === "dead") continue;
    byType[type] = (byType[type] ?? 0) + number;
    oldest = Math.min(oldest ?? Number.POSITIVE_INFINITY, Number(row["oldest"]));
  }
  const ready = total.ready + total.delayed + total.paused;
  return { ready, leased: total["in-work"], dead: total.dead, byType, states, oldest };
}

export async function listIn(
  database: Database,
  now: string,
  { states, types, limit }: ListOptions,
): Promise<readonly QueuedMessage[]> {
  const { schema } = database;
  const rows = await database.query(
    `SELECT * FROM (SELECT *, ${stateColumn(schema, now)} AS state FROM ${schema}.message) AS m
     WHERE ($1::text[] IS NULL OR state = ANY($1)) AND ($2::text[] IS NULL OR type = ANY($2))
     ORDER BY array_position(ARRAY['in-work', 'ready', 'delayed', 'paused', 'dead'], state),
       CASE WHEN state = 'delayed' THEN not_before ELSE 0 END, priority, id
     LIMIT $3`,
    [states ?? null, types ?? null, limit ?? null],
  );
  return rows.map(queuedMessage);
}

function queuedMessage(row: Row): QueuedMessage {
  const { state } = kindOf(row);
  return {
    id: String(row["id"]),
    message: messageOf(row),
    state,
    priority: Number(row["priority"]),
    attempts: Number(row["attempt"]),
    publishedAt: Number(row["since"]),
    ...(state === "delayed" ? { dueAt: Number(row["not_before"]) } : {}),
    ...(row["dead"] === null ? {} : { reason: String(row["dead"]) }),
  };
}

export async function deadLettersIn(
  database: Database,
): Promise<readonly { id: string; message: Message; reason: string }[]> {
  const rows = await database.query(
    `SELECT id, message, dead FROM ${database.schema}.message WHERE dead IS NOT NULL ORDER BY id`,
  );
  return rows.map((row) => ({
    id: String(row["id"]),
    message: messageOf(row),
    reason: String(row["dead"]),
  }));
}

/** As the program itself wrote it. */
function kindOf(row: Row): { readonly type: MessageType; readonly state: QueuedState } {
  return { type: row["type"] as MessageType, state: row["state"] as QueuedState };
}
