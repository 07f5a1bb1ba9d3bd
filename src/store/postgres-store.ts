import { join } from "node:path";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import {
  type Database,
  openDatabase,
  type PostgresSettings,
  type Row,
  type SqlValue,
} from "../postgres/database.ts";
import { migrate } from "../postgres/migrations.ts";
import { openReader } from "../postgres/reader.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { parsedJson } from "../util/json.ts";
import { packageRoot } from "../util/package-root.ts";
import type { Backing } from "./backing.ts";
import { Quarantine } from "./damage.ts";
import { knowledgeTables } from "./database-tables.ts";
import type { DirtyTable } from "./flush.ts";
import { type PackageOnIndex, withInMemory } from "./inventory.ts";
import { shareAdvisories } from "./postgres-advisories.ts";
import { DatabaseCache } from "./postgres-cache.ts";
import { flushToDatabase } from "./postgres-flush.ts";
import { openPostgresRunStore } from "./postgres-run-store.ts";
import { unpackedPage } from "./postgres-texts.ts";
import { readReleases } from "./releases-text.ts";
import type { RunStore } from "./run-store.ts";
import type { KnowledgeStore } from "./store.ts";
import { StorePaths } from "./store-paths.ts";
import { TableStore } from "./table-store.ts";

/** Where knowledge in PostgreSQL is, and where this machine keeps what it read of it. */
export interface PostgresStoreOptions {
  readonly settings: PostgresSettings;
  /** May be deleted at any time. */
  readonly cacheDirectory: string;
  /** The built `bin/database-reader.ts`. */
  readonly reader?: string;
}

/**
 * The knowledge of a team in a PostgreSQL database. Connects at once, in a thread, and makes the
 * tables where they are missing. Reads see the database as it was when a package was first asked
 * for, until `catchUp`. Any call may throw `database-unreachable` and `database-refused`; what a
 * flush did not write is still in memory then.
 */
export function openPostgresStore(options: PostgresStoreOptions): KnowledgeStore {
  return new TableStore(postgresBacking(options));
}

/** The same with the runs of the team; `folder` is this machine's store. */
export function openPostgresTeam(options: PostgresStoreOptions & { readonly folder: string }): {
  readonly store: KnowledgeStore;
  readonly runs: RunStore;
} {
  const backing = new PostgresBacking(options);
  const runs = openPostgresRunStore({
    database: () => backing.migrated(),
    read: (sql, values) => backing.read(sql, values),
    folder: options.folder,
  });
  return { store: new TableStore(backing), runs };
}

/** The same for those who deal with whole files. */
export function postgresBacking(options: PostgresStoreOptions): Backing {
  return new PostgresBacking(options);
}

class PostgresBacking implements Backing {
  readonly quarantine: Quarantine;
  readonly #database: Database;
  readonly #cache: DatabaseCache;

  constructor({ settings, cacheDirectory, reader }: PostgresStoreOptions) {
    const program = reader ?? join(packageRoot(), "dist", "database-reader.cjs");
    const folder = join(cacheDirectory, "postgresql");
    this.#database = openDatabase(settings);
    this.#cache = new DatabaseCache(folder, settings.schema, {
      reader: () => openReader(settings, program, this.#database.reached),
      database: () => this.migrated(),
    });
    this.quarantine = new Quarantine((path) => this.#cache.drop(path));
  }

  async migrated(): Promise<Database> {
    await migrate(this.#database, knowledgeTables);
    return this.#database;
  }

  read(sql: string, values?: readonly SqlValue[]): readonly Row[] {
    return this.#cache.query(sql, values);
  }

  folder(name: PackageName, index: IndexUrl): string {
    return this.#cache.folder(name, index);
  }

  expect(packages: readonly PackageOnIndex[]): Promise<void> {
    return this.#cache.expect(packages);
  }

  source(key: string): string {
    return this.#cache.source(key);
  }

  advisories(): string {
    return this.#cache.advisories();
  }

  async flush(dirty: Map<DirtyTable, IndexUrl | undefined>): Promise<readonly PackageOnIndex[]> {
    const packages = await flushToDatabase(dirty, await this.migrated());
    this.#cache.changed(packages);
    return packages;
  }

  /** Asked anew at once where something is read. */
  moved(): boolean {
    this.#cache.forget();
    return true;
  }

  revision(): string {
    const { id, revision } = this.#cache.state;
    return `${revision}-${id}`;
  }

  packages(inMemory: readonly PackageOnIndex[]): readonly PackageOnIndex[] {
    const rows = this.#cache.query("SELECT name, index FROM $.package");
    const found = rows.map(({ name, index }) => ({
      name: packageName(String(name)),
      index: indexUrl(String(index)),
    }));
    return withInMemory(found, inMemory);
  }

  indexes(name: PackageName, inMemory: readonly PackageOnIndex[]): readonly IndexUrl[] {
    const rows = this.#cache.query("SELECT index FROM $.package WHERE name = $1", [name]);
    const found = rows.map(({ index }) => ({ name, index: indexUrl(String(index)) }));
    const all = withInMemory(
      found,
      inMemory.filter((one) => one.name === name),
    );
    return all.map(({ index }) => index);
  }

  async shareAdvisories(folder: string): Promise<void> {
    await shareAdvisories(new StorePaths(folder).advisories, await this.migrated());
  }

  sources(): readonly string[] {
    return this.#cache.query("SELECT key FROM $.source ORDER BY key").map(({ key }) => String(key));
  }

  async count(): ReturnType<KnowledgeStore["count"]> {
    const [row] = this.#cache.query(
      `SELECT (SELECT count(*) FROM $.package) AS packages,
         (SELECT coalesce(sum(releases), 0) FROM $.page) AS releases`,
    );
    return { packages: Number(row?.["packages"]), releases: Number(row?.["releases"]) };
  }

  async verify(): ReturnType<KnowledgeStore["verify"]> {
    const problems: { file: string; reason: string }[] = [];
    for (const one of this.packages([])) {
      const [row] = this.#cache.query(
        "SELECT content FROM $.page JOIN $.package ON package = id WHERE name = $1 AND index = $2",
        [one.name, one.index],
      );
      const page = row === undefined ? undefined : unpackedPage(row["content"]);
      if (page !== undefined && !isPage(page))
        problems.push({ file: `page of ${one.name}`, reason: "it is no list of releases" });
    }
    return problems;
  }

  async close(): Promise<void> {
    await this.#cache.close();
    await this.#database.close();
  }
}

function isPage(text: string): boolean {
  return parsedJson(text) !== undefined && readReleases(text, "page") !== undefined;
}
