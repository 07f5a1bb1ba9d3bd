import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import type { AdviceRun } from "../model/run.ts";
import type { Database, Row, SqlValue } from "../postgres/database.ts";
import { writeAtomic } from "../util/atomic-write.ts";
import type { ProcessLock } from "../util/process-lock.ts";
import { keptMs, keptRuns, openRunStore, type RunStore, recordOf, runOf } from "./run-store.ts";

/** What a run leaves for others; the rest of its folder is of no use elsewhere. */
const left = /^(report[.]md|advice[.]json|exec[.]log|.*[.](lock|txt|toml))$/;

const askAgainMs = 250;

export interface PostgresRunOptions {
  /** Has the tables of knowledge. */
  readonly database: () => Promise<Database>;
  /** Waits for rows; `$.` stands for the schema. */
  readonly read: (sql: string, values?: readonly SqlValue[]) => readonly Row[];
  /** The store's folder of this machine, where a run leaves its files. */
  readonly folder: string;
  /** Tells machines apart. */
  readonly machine?: string;
}

/**
 * The runs of a team: each goes on at the machine that has its project, and all can see it with what
 * it left. Of the finished ones as many stay as in a folder.
 */
export function openPostgresRunStore(options: PostgresRunOptions): RunStore {
  return new PostgresRunStore(options);
}

class PostgresRunStore implements RunStore {
  readonly #options: PostgresRunOptions;
  readonly #machine: string;
  readonly #local: RunStore;

  constructor(options: PostgresRunOptions) {
    this.#options = options;
    this.#machine = options.machine ?? hostname();
    this.#local = openRunStore(options.folder);
  }

  get(id: string): AdviceRun | undefined {
    return this.#runs("WHERE id = $1", [id])[0];
  }

  all(): readonly AdviceRun[] {
    return this.#runs("ORDER BY started_at DESC");
  }

  waiting(): readonly AdviceRun[] {
    const own = this.#runs("WHERE state = 'waiting' AND machine = $1", [this.#machine]);
    return own.filter(({ project }) => existsSync(project));
  }

  isHere({ id, project }: { readonly id: string | null; readonly project: string }): boolean {
    if (!existsSync(project)) return false;
    const [row] = this.#options.read("SELECT machine FROM $.run WHERE id = $1", [id]);
    return row === undefined || row["machine"] === this.#machine;
  }

  /** A lock of the server, which ends with the connection. */
  async hold(id: string, signal: AbortSignal): Promise<ProcessLock> {
    const database = await this.#options.database();
    const session = await database.session();
    const release = () => void session.end();
    try {
      // A wait within the server could not be given up
      for (;;) {
        const { rows } = await session.query(
          "SELECT pg_try_advisory_lock(hashtextextended($1, 0)) AS held",
          [`thoth run ${database.schema} ${id}`],
        );
        if (rows[0]?.held === true) return { release };
        await setTimeout(askAgainMs, undefined, { signal });
      }
    } catch (error) {
      release();
      signal.throwIfAborted();
      throw error;
    }
  }

  async put(run: AdviceRun): Promise<void> {
    const database = await this.#options.database();
    const { schema } = database;
    const files = run.state === "waiting" ? [] : filesOf(this.#local.folder(run.id));
    await database.transaction(async (queries) => {
      await queries.query(
        `INSERT INTO ${schema}.run AS r (id, machine, state, started_at, updated_at, record)
         VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (id) DO UPDATE SET state = excluded.state,
           updated_at = excluded.updated_at, record = excluded.record`,
        [run.id, this.#machine, run.state, run.startedAt, run.updatedAt, recordOf(run)],
      );
      for (const { name, content } of files)
        await queries.query(
          `INSERT INTO ${schema}.run_file (run, name, content) VALUES ($1, $2, $3)
           ON CONFLICT (run, name) DO UPDATE SET content = excluded.content`,
          [run.id, name, content],
        );
      if (run.state === "waiting") return;
      await queries.query(
        `DELETE FROM ${schema}.run WHERE updated_at < $1 AND id IN (
           SELECT id FROM ${schema}.run WHERE state <> 'waiting' ORDER BY started_at DESC OFFSET $2)`,
        [new Date(Date.now() - keptMs).toISOString(), keptRuns],
      );
    });
  }

  /** With the files of a run that ended elsewhere. */
  folder(id: string): string {
    const folder = this.#local.folder(id);
    if (existsSync(folder)) return folder;
    const rows = this.#options.read("SELECT name, content FROM $.run_file WHERE run = $1", [id]);
    for (const { name, content } of rows) {
      // From another machine: nothing but the names that a run leaves
      if (!(content instanceof Uint8Array && left.test(String(name)))) continue;
      mkdirSync(folder, { recursive: true });
      writeAtomic(join(folder, String(name).replaceAll("/", "-")), content);
    }
    return folder;
  }

  #runs(condition: string, values: readonly SqlValue[] = []): readonly AdviceRun[] {
    const rows = this.#options.read(`SELECT id, record::text FROM $.run ${condition}`, values);
    return rows.map(({ id, record }) => runOf(String(record), String(id)));
  }
}

function filesOf(folder: string): readonly { readonly name: string; readonly content: Buffer }[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isFile() && left.test(entry.name))
    .map(({ name }) => ({ name, content: readFileSync(join(folder, name)) }));
}
