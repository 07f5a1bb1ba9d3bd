import type { SchemaPart } from "../postgres/migrations.ts";
import { queueRules } from "./queue-world.ts";

/**
 * The tables of the queue. Times are ms since the epoch, by the clock of the server. A message is
 * kept as text, since what is published may hold what `jsonb` refuses.
 */
export const queueTables: SchemaPart = {
  name: "queue",
  migrations: [
    (schema) => `
      CREATE SEQUENCE ${schema}.message_id;
      CREATE TABLE ${schema}.message (
        id bigint PRIMARY KEY,
        key text NOT NULL,
        type text NOT NULL,
        message text NOT NULL,
        priority integer NOT NULL,
        since bigint NOT NULL,
        attempt integer NOT NULL DEFAULT 0,
        failures integer NOT NULL DEFAULT 0,
        not_before bigint NOT NULL DEFAULT 0,
        lease_until bigint,
        lease_ms bigint,
        holder integer,
        claim text,
        dead text
      ) WITH (
        fillfactor = 70,
        autovacuum_vacuum_scale_factor = 0.01,
        autovacuum_vacuum_threshold = 1000,
        autovacuum_vacuum_cost_delay = 0
      );
      CREATE UNIQUE INDEX message_waiting ON ${schema}.message (key) WHERE dead IS NULL;
      CREATE INDEX message_dead ON ${schema}.message (key) WHERE dead IS NOT NULL;
      CREATE INDEX message_order ON ${schema}.message (priority, id) WHERE dead IS NULL;
      CREATE TABLE ${schema}.paused_type (type text PRIMARY KEY);
      CREATE TABLE ${schema}.consumer (holder integer PRIMARY KEY);
    `,
  ],
};

/** Of two statements at once, one may have begun long before the other ended, ms. */
const slackMs = 60_000;

/** Pieces of SQL about a row of `message`, at a moment that is SQL, too. */
export function statesAt(now: string) {
  // Longer than it was given for, a lease waits only if the clock was set back: it ends
  const inWork = `(lease_until IS NOT NULL AND lease_until > ${now}
    AND lease_until - ${now} <= lease_ms + ${slackMs})`;
  const longest = queueRules.longestWaitMs + slackMs;
  const delayed = `(lease_until IS NULL AND not_before > ${now} AND not_before - ${now} <= ${longest})`;
  return { inWork, delayed };
}

/**
 * Whether a row can be claimed now. A case has the planner expect many such rows, and so read them
 * in the order of the index; of the same as a condition it expects one, and sorts all.
 */
export function readyAt(now: string, schema: string): string {
  const { inWork, delayed } = statesAt(now);
  return `dead IS NULL AND CASE
    WHEN ${inWork} THEN false
    WHEN ${delayed} THEN false
    ELSE type <> ALL (ARRAY(SELECT type FROM ${schema}.paused_type)) END`;
}

/** The moment of the statement, or one that a test gives; found out once, not for every row. */
export function nowAs(now: (() => number) | undefined): string {
  if (now !== undefined) return `${Math.round(now())}::bigint`;
  return "(SELECT (extract(epoch FROM statement_timestamp()) * 1000)::bigint)";
}
