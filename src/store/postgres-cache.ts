import { existsSync, mkdirSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import type { Row, SqlValue } from "../postgres/database.ts";
import type { Reader } from "../postgres/reader.ts";
import { type PackageName, packageName } from "../python/name.ts";
import {
  errorCode,
  listFolder,
  storageError,
  temporaryName,
  writeAtomic,
} from "../util/atomic-write.ts";
import { asciiJson } from "./ascii-json.ts";
import { factKey, writeFacts } from "./facts-file.ts";
import type { PackageOnIndex } from "./inventory.ts";
import { missingAdvisories } from "./postgres-advisories.ts";
import { newestRequirements, type PackageDocument, packageFiles } from "./postgres-documents.ts";
import { RecentPackages } from "./postgres-recent.ts";
import { unpackedPage } from "./postgres-texts.ts";
import { confirmInPlace } from "./releases-table.ts";
import { fileNameOf, StorePaths } from "./store-paths.ts";

/** What a database says of itself as a whole. */
export interface DatabaseState {
  readonly id: string;
  readonly revision: string;
  readonly advisories: string;
}

const keptMs = 24 * 3_600_000;
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
  readonly #reader: Reader;
  #state: DatabaseState | undefined;
  /** Folders that are current, by package. */
  readonly #current = new Map<string, string>();
  #expected: readonly PackageOnIndex[] = [];
  #recent: RecentPackages | undefined;

  constructor(folder: string, schema: string, reader: Reader) {
    this.#folder = folder;
    this.#schema = schema;
    this.#reader = reader;
  }

  get state(): DatabaseState {
    if (this.#state === undefined) {
      const [row] = this.query("SELECT id, revision, advisories FROM $.state");
      this.#state = {
        id: text(row, "id"),
        revision: text(row, "revision"),
        advisories: text(row, "advisories"),
      };
    }
    return this.#state;
  }

  /** The folder with the files of a package; one that is not there where nothing is known of it. */
  folder(name: PackageName, index: IndexUrl): string {
    const key = keyOf({ name, index });
    const current = this.#current.get(key);
    if (current !== undefined) return current;
    const likely = [...this.#recentPackages().asked({ name, index }), ...this.#expected];
    this.#expected = [];
    const each = new Map(likely.map((one) => [keyOf(one), one]));
    this.#load([...each].flatMap(([of, one]) => (this.#current.has(of) ? [] : [one])));
    return this.#current.get(key) ?? this.#nothing();
  }

  /** Looked at together with what is asked for next. */
  expect(packages: readonly PackageOnIndex[]): void {
    this.#expected = packages;
  }

  /** The file of a direct source. */
  source(key: string): string {
    const [row] = this.query("SELECT revision, fact::text FROM $.source WHERE key = $1", [key]);
    if (row === undefined) return this.#nothing();
    const path = join(this.#root(), "sources", `${fileNameOf(key)}.${text(row, "revision")}.json`);
    if (existsSync(path)) return path;
    const subject = { kind: "source", of: asciiJson({ key }) } as const;
    this.#writing(path, () =>
      writeAtomic(path, writeFacts(subject, new Map([[factKey(key), text(row, "fact")]]))),
    );
    return path;
  }

  /** The folder with the files of the advisory database. */
  advisories(): string {
    const { advisories } = this.state;
    const folder = join(this.#root(), "advisories", advisories);
    if (existsSync(folder)) return folder;
    const files = missingAdvisories(dirname(folder), (sql, values) => this.query(sql, values));
    this.#put(folder, files);
    return folder;
  }

  /** Of a damaged file: its folder is made anew. */
  drop(path: string): void {
    rmSync(dirname(path), { recursive: true, force: true });
    this.forget();
  }

  /** What is current is asked anew. */
  forget(): void {
    this.#state = undefined;
    this.#current.clear();
    this.#recent?.forget();
  }

  changed(packages: readonly PackageOnIndex[]): void {
    this.#state = undefined;
    for (const one of packages) this.#current.delete(keyOf(one));
  }

  /** `$.` stands for the schema. */
  query(sql: string, values: readonly SqlValue[] = []): readonly Row[] {
    return this.#reader.query(sql.replaceAll("$.", `${this.#schema}.`), values);
  }

  async close(): Promise<void> {
    this.#recent?.save();
    await this.#reader.close();
  }

  /** Whatever is likely to be asked for next comes with it, and what that requires. */
  #load(packages: readonly PackageOnIndex[]): void {
    let ahead = 0;
    for (let asked = packages; asked.length > 0; ) {
      const missing = this.#validate(asked);
      const next: PackageOnIndex[] = [];
      for (let from = 0; from < missing.length; from += atOnce)
        next.push(...this.#fetch(missing.slice(from, from + atOnce)));
      const fresh = new Map(next.map((one) => [keyOf(one), one]));
      for (const key of this.#current.keys()) fresh.delete(key);
      asked = [...fresh.values()].slice(0, mostAhead - ahead);
      ahead += asked.length;
    }
  }

  /** Finds what is current; the ids of packages of which this machine lacks it. */
  #validate(packages: readonly PackageOnIndex[]): readonly string[] {
    for (const one of packages) this.#current.set(keyOf(one), this.#nothing());
    const rows = this.query(
      `SELECT p.id, name, index, p.revision, checked_at FROM $.package AS p
       JOIN unnest($1::text[], $2::text[]) AS w (name, index) USING (name, index)
       LEFT JOIN $.page ON page.package = p.id`,
      [packages.map(({ name }) => name), packages.map(({ index }) => index)],
    );
    return rows.flatMap((row) => {
      const folder = this.#folderOf(row);
      if (!confirmed(folder, Number(row["checked_at"] ?? 0))) return [text(row, "id")];
      this.#current.set(`${text(row, "name")} ${text(row, "index")}`, folder);
      return [];
    });
  }

  /** Makes the folders of packages; what their newest releases require. */
  #fetch(ids: readonly string[]): readonly PackageOnIndex[] {
    // One statement: a package's revision and what it holds are of one moment
    const rows = this.query(
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
    this.#put(folder, files);
    this.#current.set(`${of.name} ${of.index}`, folder);
    const requirements = newestRequirements(files);
    return requirements.map((required) => ({ name: required, index: indexOf(row) }));
  }

  #folderOf(row: Row): string {
    const paths = new StorePaths(this.#root());
    return join(paths.package(packageName(text(row, "name")), indexOf(row)), text(row, "revision"));
  }

  /** A folder appears as a whole, whoever else makes it at the same time. */
  #put(
    folder: string,
    files: readonly { readonly name: string; readonly content: string | Uint8Array }[],
  ): void {
    const temporary = temporaryName(folder);
    this.#writing(folder, () => {
      mkdirSync(temporary, { recursive: true });
      for (const { name, content } of files) writeFileSync(join(temporary, name), content);
      try {
        renameSync(temporary, folder);
      } catch (error) {
        rmSync(temporary, { recursive: true, force: true });
        if (!["ENOTEMPTY", "EEXIST"].includes(errorCode(error) ?? "")) throw error;
      }
      prune(folder);
    });
  }

  #writing(path: string, write: () => void): void {
    try {
      write();
    } catch (error) {
      throw storageError(error, path, "store-unwritable");
    }
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

/** Whether the folder is there; the time of the last check may have moved on since it was made. */
function confirmed(folder: string, checkedAt: number): boolean {
  try {
    if (checkedAt > 0) confirmInPlace(join(folder, "releases.json"), checkedAt);
    return checkedAt > 0 || existsSync(folder);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return false;
    throw error;
  }
}

/** Whoever began to read an earlier revision is through with it a day after a later one came. */
function prune(current: string): void {
  const folder = dirname(current);
  for (const name of listFolder(folder)) {
    const path = join(folder, name);
    const unfinished = name.endsWith(".tmp");
    const mark = unfinished ? path : join(path, "superseded");
    const since = statSync(mark, { throwIfNoEntry: false })?.mtimeMs;
    if (path === current) continue;
    if (since === undefined) writeFileSync(mark, "");
    else if (Date.now() - since > keptMs) rmSync(path, { recursive: true, force: true });
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
