import { ThothError } from "../util/errors.ts";
import type { Database, Queries } from "./database.ts";

/** One step of a schema: SQL for the tables in the schema of that name. Never changed once released. */
export type Migration = (schema: string) => string;

/** The tables of one back end, and the steps that make them; the first leads to version 1. */
export interface SchemaPart {
  /** `knowledge`, `queue`, … */
  readonly name: string;
  readonly migrations: readonly Migration[];
}

/**
 * Brings the tables of a part up to date, once however many begin at the same time. Writes nothing
 * where they are, so that a role that may only read can ask. Throws `database-refused` where a newer
 * Thoth made them, and where they are missing or old and this role may not change that.
 */
export async function migrate(database: Database, part: SchemaPart): Promise<void> {
  if ((await versionOf(database, database, part)) === part.migrations.length) return;
  try {
    await database.transaction((queries) => migrateLocked(queries, database, part));
  } catch (error) {
    if (!(error instanceof ThothError) || !isForbidden(error.cause)) throw error;
    const message = `the tables of \`${part.name}\` in schema \`${database.schema}\` are not up to date, and this role may not change them`;
    throw new ThothError("database-refused", message, {
      hint: "have the owner of the schema run `thoth knowledge migrate`",
      notes: [`the database is \`${database.place.shown}\`, set by ${database.place.origin}`],
      cause: error.cause,
    });
  }
}

async function migrateLocked(
  queries: Queries,
  database: Pick<Database, "schema" | "place">,
  part: SchemaPart,
): Promise<void> {
  const { schema } = database;
  await queries.query("SELECT pg_advisory_xact_lock(hashtext($1))", [`thoth ${schema}`]);
  const [found] = await queries.query("SELECT to_regnamespace($1) AS schema", [schema]);
  if (found?.["schema"] === null) await queries.query(`CREATE SCHEMA ${schema}`);
  await queries.query(
    `CREATE TABLE IF NOT EXISTS ${schema}.schema_version (part text PRIMARY KEY, version integer NOT NULL)`,
  );
  const version = await versionOf(queries, database, part);
  const missing = part.migrations.slice(version);
  for (const step of missing) await queries.query(step(schema));
  await queries.query(
    `INSERT INTO ${schema}.schema_version (part, version) VALUES ($1, $2)
     ON CONFLICT (part) DO UPDATE SET version = excluded.version`,
    [part.name, part.migrations.length],
  );
}

/** 0 where there are no tables yet. */
async function versionOf(
  queries: Queries,
  { schema, place }: Pick<Database, "schema" | "place">,
  { name, migrations }: SchemaPart,
): Promise<number> {
  const [table] = await queries.query("SELECT to_regclass($1) AS found", [
    `${schema}.schema_version`,
  ]);
  if (table?.["found"] === null) return 0;
  const [row] = await queries.query(
    `SELECT version FROM ${schema}.schema_version WHERE part = $1`,
    [name],
  );
  const version = Number(row?.["version"] ?? 0);
  if (version <= migrations.length) return version;
  const message = `the tables of \`${name}\` in schema \`${schema}\` of \`${place.shown}\` were made by a newer Thoth (${version})`;
  throw new ThothError("database-refused", message, {
    hint: "use that Thoth, or name another schema by `postgresql_schema`",
  });
}

function isForbidden(error: unknown): boolean {
  return error instanceof Error && "code" in error && error.code === "42501";
}
