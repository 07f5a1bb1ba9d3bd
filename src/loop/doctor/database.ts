import type { Finding } from "../../model/checkup.ts";
import { type Database, openDatabase, type Row } from "../../postgres/database.ts";
import { counted } from "../../reports/wording.ts";
import { ThothError } from "../../util/errors.ts";
import { type Check, checkLimitMs, type DatabaseAnswer, findingOf, type Patient } from "./check.ts";

/** The PostgreSQL that keeps knowledge or messages: whether it answers, how far off, how full. */
export const database: Check<Pick<Patient, "database">> = {
  name: "database",
  find: async (patient) => (await patient.database())?.findings ?? [],
};

/** Asks the database; undefined where none is configured. */
export async function askDatabase({
  knowledge,
  messaging,
  postgresql,
}: Pick<Patient["configuration"], "knowledge" | "messaging" | "postgresql">): Promise<
  DatabaseAnswer | undefined
> {
  if (knowledge !== "postgresql" && messaging !== "postgresql") return undefined;
  if (postgresql === undefined) {
    const message = "`postgresql_url` is not set";
    const hint =
      "set THOTH_POSTGRESQL_URL to `postgresql://HOST:5432/DATABASE`, user and password before the host";
    return failed(new ThothError("bad-configuration", message, { hint }));
  }
  const connectMs = checkLimitMs - 500;
  const opened = openDatabase(postgresql, {
    name: "thoth doctor",
    connections: 1,
    patienceMs: 0,
    connectMs,
  });
  try {
    return { findings: await findingsOf(opened) };
  } catch (error) {
    if (error instanceof ThothError) return failed(error);
    throw error;
  } finally {
    await opened.close();
  }
}

function failed(problem: ThothError): DatabaseAnswer {
  return { problem, findings: [findingOf(problem)] };
}

async function findingsOf(opened: Database): Promise<readonly Finding[]> {
  await opened.query("SELECT 1");
  const start = performance.now();
  const [row = {}] = await opened.query(question, [opened.schema]);
  const ms = Math.round(performance.now() - start);
  const secured = row["encrypted"] === true ? "by TLS" : "in the clear";
  const version = String(row["version"]);
  return [
    {
      condition: "works",
      text: `${opened.place.shown} answers in ${ms} ms, ${secured}: PostgreSQL ${version}`,
      facts: { ms, version, encrypted: row["encrypted"] === true },
    },
    ...places(row),
    ...rights(row, opened),
    ...clockOf(row),
  ];
}

const question = `SELECT
  current_setting('server_version') AS version,
  (extract(epoch FROM clock_timestamp()) * 1000)::float8 AS now,
  current_setting('max_connections')::integer
    - current_setting('superuser_reserved_connections')::integer
    - (SELECT count(*)::integer FROM pg_stat_activity WHERE backend_type = 'client backend') AS places,
  coalesce((SELECT ssl FROM pg_stat_ssl WHERE pid = pg_backend_pid()), false) AS encrypted,
  to_regnamespace($1) IS NOT NULL AS made,
  CASE WHEN to_regnamespace($1) IS NULL
    THEN has_database_privilege(current_database(), 'CREATE')
    ELSE has_schema_privilege($1, 'USAGE') END AS permitted`;

/** An investigator holds up to a dozen connections. */
const scarcePlaces = 12;

function places(row: Row): readonly Finding[] {
  const left = Number(row["places"]);
  if (left >= scarcePlaces) return [];
  const text = `the server has room for ${counted(Math.max(0, left), "more connection")}`;
  const hint = "raise its `max_connections`, or end programs that hold some";
  return [{ condition: "warning", text, hint, facts: { connectionsLeft: left } }];
}

function rights(row: Row, { schema }: Database): readonly Finding[] {
  if (row["permitted"] === true) return [];
  const text =
    row["made"] === true
      ? `this role may not use the schema \`${schema}\``
      : `there is no schema \`${schema}\`, and this role may not make it`;
  const hint = "deploy/postgresql/roles.sql makes a role for each use";
  return [{ condition: "broken", text, hint }];
}

const noticeableMs = 10_000;

function clockOf(row: Row): readonly Finding[] {
  const aheadMs = Number(row["now"]) - Date.now();
  if (Math.abs(aheadMs) < noticeableMs) return [];
  const seconds = Math.round(Math.abs(aheadMs) / 1000);
  const text = `the server's clock is ${seconds} s ${aheadMs > 0 ? "ahead of" : "behind"} this one`;
  const hint = "set the one that is wrong, for example with `timedatectl set-ntp true`";
  return [
    { condition: "warning", text, hint, facts: { aheadSeconds: Math.round(aheadMs / 1000) } },
  ];
}
