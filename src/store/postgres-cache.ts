import { existsSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import type { Database, Row, SqlValue } from "../postgres/database.ts";
import type { Reader } from "../postgres/reader.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { asciiJson } from "./ascii-json.ts";
import { factKey, writeFacts } from "./facts-file.ts";
import type { PackageOnIndex } from "./inventory.ts";
import { missingAdvisories } from "./postgres-advisories.ts";
import { type Asking, ask } from "./postgres-asking.ts";
import { confirmed, putFile, putFolder } from "./postgres-cache-files.ts";
import { newestRequirements, type PackageDocument, packageFiles } from "./postgres-documents.ts";
import { RecentPackages } from "./postgres-recent.ts";
import { unpackedPage } from "./postgres-texts.ts";
import { fileNameOf, StorePaths } from "./store-paths.ts";

/** What a database says of itself as a whole. */
export interface DatabaseState {
  readonly id: string;
  readonly revision: string;
  readonly advisories: string;
}

/** Where rows come from: at once, by a thread, or as a promise. Both are opened when first needed. */
export interface CacheSources {
  readonly reader: () => Reader;
  readonly database: () => Promise<Database>;
}

/** Packages whose content comes with one statement. */
const atOnce = 100;
/** Packages that are looked at beside those that were asked for, as their requirements. */
const mostAhead = 1000;

/**
 * What a database holds, as files of this machine: a folder for each revision of a package, whose
 * files never change, made when the package is first asked for. That a folder is current is asked of
 * the database once for all packages that one is likely to ask for, until `forget`.
 */
export class DatabaseCache {
  readonly #folder: string;
  readonly #schema: string;
  readonly #sources: CacheSources;
  #reader: Reader | undefined;
  /** Moves when what was asked before holds no longer. */
  #epoch = 0;
  #state: DatabaseState | undefined;
  /** Folders that are current, by package. */
  readonly #current = new Map<string, string>();
  #recent: RecentPackages | undefined;

  constructor(folder: string, schema: string, sources: CacheSources) {
    this.#folder = folder;
    this.#schema = schema;
    this.#sources = sources;
  }

  get state(): DatabaseState {
    return this.#state ?? this.#now(this.#readState());
  }

  /** The folder with the files of a package; one that is not there where nothing is known of it. */
  folder(name: PackageName, index: IndexUrl): string {
    const key = keyOf({ name, index });
    const current = this.#current.get(key);
    const likely = this.#recentPackages().asked({ name, index }, current !== undefined);
    if (current !== undefined) return current;
    this.#now(this.#load(likely));
    return this.#current.get(key) ?? this.#nothing();
  }

  /**
   * Reads what will be asked for without the thread, which takes time to start. What changes meanwhile
   * is left to the questions themselves.
   */
  async expect(packages: readonly PackageOnIndex[]): Promise<void> {
    const epoch = this.#epoch;
    const database = await this.#sources.database();
    const asking = this.#prepare(packages);
    for (let step = asking.next(); step.done !== true && this.#epoch === epoch; ) {
      const rows = await database.query(this.#sql(step.value.sql), step.value.values);
      if (this.#epoch === epoch) step = asking.next(rows);
    }
  }

  /** The file of a direct source. */
  source(key: string): string {
    const [row] = this.query("SELECT revision, fact::text FROM $.source WHERE key = $1", [key]);
    if (row === undefined) return this.#nothing();
    const path = join(this.#root(), "sources", `${fileNameOf(key)}.${text(row, "revision")}.json`);
    if (existsSync(path)) return path;
    const subject = { kind: "source", of: asciiJson({ key }) } as const;
    putFile(path, writeFacts(subject, new Map([[factKey(key), text(row, "fact")]])));
    return path;
  }

  /** The folder with the files of the advisory database. */
  advisories(): string {
    const { advisories } = this.state;
    const folder = join(this.#root(), "advisories", advisories);
    if (!existsSync(folder)) this.#now(this.#readAdvisories(folder));
    return folder;
  }

  /** Of a damaged file: its folder is made anew. */
  drop(path: string): void {
    rmSync(dirname(path), { recursive: true, force: true });
    this.forget();
  }

  /** What is current is asked anew. */
  forget(): void {
    this.#epoch += 1;
    this.#state = undefined;
    this.#current.clear();
    this.#recent?.forget();
  }

  changed(packages: readonly PackageOnIndex[]): void {
    this.#epoch += 1;
    this.#state = undefined;
    for (const one of packages) this.#current.delete(keyOf(one));
  }

  /** `$.` stands for the schema. */
  query(sql: string, values: readonly SqlValue[] = []): readonly Row[] {
    this.#reader ??= this.#sources.reader();
    return this.#reader.query(this.#sql(sql), values);
  }

  async close(): Promise<void> {
    this.#recent?.save();
    await this.#reader?.close();
  }

  #now<T>(asking: Asking<T>): T {
    let step = asking.next();
    while (step.done !== true) step = asking.next(this.query(step.value.sql, step.value.values));
    return step.value;
  }

  #sql(sql: string): string {
    return sql.replaceAll("$.", `${this.#schema}.`);
  }

  *#readState(): Asking<DatabaseState> {
    const [row] = yield ask("SELECT id, revision, advisories FROM $.state");
    this.#state = {
      id: text(row, "id"),
      revision: text(row, "revision"),
      advisories: text(row, "advisories"),
    };
    return this.#state;
  }

  *#readAdvisories(folder: string): Asking<void> {
    putFolder(folder, yield* missingAdvisories(dirname(folder)));
  }

  *#prepare(packages: readonly PackageOnIndex[]): Asking<void> {
    if (this.#state === undefined) yield* this.#readState();
    if (packages.length > 0) yield* this.#load(this.#recentPackages().expected(packages));
  }

  /** Whatever is likely to be asked for next comes with it, and what that requires. */
  *#load(packages: readonly PackageOnIndex[]): Asking<void> {
    let ahead = 0;
    let asked = packages.filter((one) => !this.#current.has(keyOf(one)));
    while (asked.length > 0) {
      const missing = yield* this.#validate(asked);
      const next: PackageOnIndex[] = [];
      for (let from = 0; from < missing.length; from += atOnce)
        next.push(...(yield* this.#fetch(missing.slice(from, from + atOnce))));
      const fresh = new Map(next.map((one) => [keyOf(one), one]));
      for (const key of this.#current.keys()) fresh.delete(key);
      asked = [...fresh.values()].slice(0, mostAhead - ahead);
      ahead += asked.length;
    }
  }

  /** Finds what is current; the ids of packages of which this machine lacks it. */
  *#validate(packages: readonly PackageOnIndex[]): Asking<readonly string[]> {
    const rows = yield ask(
      `SELECT p.id, name, index, p.revision, checked_at FROM $.package AS p
       JOIN unnest($1::text[], $2::text[]) AS w (name, index) USING (name, index)
       LEFT JOIN $.page ON page.package = p.id`,
      [packages.map(({ name }) => name), packages.map(({ index }) => index)],
    );
    const found = new Set(rows.map((row) => `${text(row, "name")} ${text(row, "index")}`));
    for (const key of packages.map(keyOf))
      if (!found.has(key)) this.#current.set(key, this.#nothing());
    return rows.flatMap((row) => {
      const folder = this.#folderOf(row);
      if (!confirmed(folder, Number(row["checked_at"] ?? 0))) return [text(row, "id")];
      this.#current.set(`${text(row, "name")} ${text(row, "index")}`, folder);
      return [];
    });
  }

  /** Makes the folders of packages; what their newest releases require. */
  *#fetch(ids: readonly string[]): Asking<readonly PackageOnIndex[]> {
    // One statement: a package's revision and what it holds are of one moment
    const rows = yield ask(
      `SELECT p.id, name, index, p.revision, checked_at, d.kind, d.runtime, d.content, d.text
       FROM $.package AS p LEFT JOIN $.page ON page.package = p.id JOIN (
         SELECT package, 'releases' AS kind, '' AS runtime, content, NULL AS text FROM $.page
         WHERE package = ANY($1)
         UNION ALL SELECT package, kind, runtime, NULL, string_agg(key || E'\\t' || fact::text, E'\\n')
         FROM $.fact WHERE package = ANY($1) GROUP BY package, kind, runtime
       ) AS d ON d.package = p.id WHERE p.id = ANY($1)`,
      [ids],
    );
    const found = new Map<string, { readonly row: Row; readonly documents: PackageDocument[] }>();
    for (const row of rows) {
      const one = found.get(text(row, "id")) ?? { row, documents: [] };
      found.set(text(row, "id"), one);
      one.documents.push({
        kind: text(row, "kind"),
        runtime: text(row, "runtime"),
        text: row["text"] === null ? unpackedPage(row["content"]) : text(row, "text"),
      });
    }
    return [...found.values()].flatMap(({ row, documents }) => this.#keep(row, documents));
  }

  #keep(row: Row, documents: readonly PackageDocument[]): readonly PackageOnIndex[] {
    const { name, index } = row;
    const folder = this.#folderOf(row);
    const of = {
      name: String(name),
      index: String(index),
      checkedAt: Number(row["checked_at"] ?? 0),
    };
    const files = packageFiles(of, documents);
    putFolder(folder, files);
    this.#current.set(`${of.name} ${of.index}`, folder);
    const requirements = newestRequirements(files);
    return requirements.map((required) => ({ name: required, index: indexOf(row) }));
  }

  #folderOf(row: Row): string {
    const paths = new StorePaths(this.#root());
    return join(paths.package(packageName(text(row, "name")), indexOf(row)), text(row, "revision"));
  }

  #recentPackages(): RecentPackages {
    this.#recent ??= new RecentPackages(join(this.#root(), "recent.json"));
    return this.#recent;
  }

  #root(): string {
    return join(this.#folder, this.state.id);
  }

  #nothing(): string {
    return join(this.#folder, "nothing");
  }
}

function keyOf({ name, index }: { readonly name: string; readonly index: string }): string {
  return `${name} ${index}`;
}

function text(row: Row | undefined, column: string): string {
  return String(row?.[column]);
}

function indexOf(row: Row): IndexUrl {
  return indexUrl(text(row, "index"));
}
