import { type IndexUrl, indexUrl } from "../model/release.ts";
import type { Database, Queries, Row, SqlValue } from "../postgres/database.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { isRecord } from "../util/json.ts";
import type { FactKey } from "./facts-file.ts";
import type { FactsChange, TakenFacts } from "./facts-table.ts";
import type { DirtyFacts, DirtyTable } from "./flush.ts";
import type { PackageOnIndex } from "./inventory.ts";
import { columnOf, factKeyOf, packedPage, unpackedPage } from "./postgres-texts.ts";
import { pageChange, ReleasesTable } from "./releases-table.ts";
import { readReleases } from "./releases-text.ts";
import type { PagePatch, StoredPage } from "./stored-page.ts";

/** What one flush has of one package. */
interface PackageWork extends PackageOnIndex {
  page?: { readonly table: ReleasesTable; readonly patch: PagePatch };
  readonly facts: FactsWork[];
}

/** Facts of one kind, and of one runtime where that kind has several. */
interface FactsWork {
  readonly table: DirtyFacts;
  readonly taken: TakenFacts;
  readonly kind: string;
  readonly runtime: string;
}

interface SourceWork {
  readonly table: DirtyFacts;
  readonly taken: TakenFacts;
  readonly key: string;
}

/** As many packages as one transaction changes. */
const most = 200;

/**
 * Brings what was put into the database, merged there with what others wrote. Packages are locked in
 * one order, so that writers wait for each other and not for ever. Tables that were written leave
 * `dirty`. Resolves to the packages that were changed or confirmed.
 */
export async function flushToDatabase(
  dirty: Map<DirtyTable, IndexUrl | undefined>,
  database: Database,
): Promise<readonly PackageOnIndex[]> {
  const { packages, sources } = worksOf(dirty.keys());
  for (let from = 0; from < packages.length || from === 0; from += most) {
    const some = packages.slice(from, from + most);
    const ofSources = from === 0 ? sources : [];
    await database.transaction((queries) =>
      new Writing(queries, database.schema).write(some, ofSources),
    );
    for (const { page, facts } of some) {
      page?.table.settled(page.patch);
      for (const { taken } of facts) taken.written();
    }
    for (const { taken } of ofSources) taken.written();
  }
  for (const table of [...dirty.keys()]) if (!table.dirty) dirty.delete(table);
  return packages;
}

/** One transaction. */
class Writing {
  readonly #queries: Queries;
  readonly #schema: string;
  readonly #changed = new Set<string>();
  #news = false;

  constructor(queries: Queries, schema: string) {
    this.#queries = queries;
    this.#schema = schema;
  }

  async write(packages: readonly PackageWork[], sources: readonly SourceWork[]): Promise<void> {
    const ids = await this.#lock(packages);
    const known = packages.flatMap((work) => {
      const id = ids.get(keyOf(work));
      return id === undefined ? [] : [{ id, work }];
    });
    await this.#writePages(known);
    await this.#writeFacts(known);
    await this.#writeSources(sources);
    const { length } = known;
    if (this.#changed.size > 0)
      await this.#run("UPDATE $.package SET revision = revision + 1 WHERE id = ANY($1)", [
        [...this.#changed],
      ]);
    if (length > 0 || this.#news)
      await this.#run("UPDATE $.state SET touched = touched + 1, revision = revision + $1", [
        this.#news ? 2 : 0,
      ]);
  }

  /** The rows of the packages, which nobody else may change until the end. */
  async #lock(packages: readonly PackageWork[]): Promise<ReadonlyMap<string, string>> {
    // To confirm what is unknown makes nothing known
    const made = packages.filter(({ page, facts }) => facts.length > 0 || page?.patch.page);
    await this.#run(
      `INSERT INTO $.package (name, index)
       SELECT * FROM unnest($1::text[], $2::text[]) ON CONFLICT DO NOTHING`,
      columns(
        made.map(({ name, index }) => [name, index]),
        2,
      ),
    );
    const rows = await this.#run(
      `SELECT id, name, index FROM $.package JOIN unnest($1::text[], $2::text[]) AS w (name, index)
       USING (name, index) ORDER BY name, index FOR UPDATE OF package`,
      columns(
        packages.map(({ name, index }) => [name, index]),
        2,
      ),
    );
    return new Map(
      rows.map((row) => [`${text(row, "name")} ${text(row, "index")}`, text(row, "id")]),
    );
  }

  async #writePages(known: readonly { id: string; work: PackageWork }[]): Promise<void> {
    const pages = known.flatMap(({ id, work: { page } }) => (page ? [{ id, ...page }] : []));
    const whole = pages.filter(({ patch }) => patch.page !== undefined || patch.vanished.size > 0);
    const found = await this.#run(
      "SELECT package, checked_at, content FROM $.page WHERE package = ANY($1)",
      [whole.map(({ id }) => id)],
    );
    const before = new Map(found.map((row) => [text(row, "package"), keptPage(row)]));
    const confirmed = pages.flatMap(({ id, patch: { confirmedAt } }) =>
      confirmedAt === undefined ? [] : [[id, String(confirmedAt)]],
    );
    const written: string[][] = [];
    const contents: Buffer[] = [];
    for (const { id, patch } of whole) {
      const old = before.get(id);
      const change = pageChange(old?.page, old?.text, patch);
      if (change.kind === "confirm") confirmed.push([id, String(change.checkedAt)]);
      if (change.kind !== "write") continue;
      this.#changed.add(id);
      this.#news ||= change.news;
      const { page } = change;
      written.push([id, String(page.releases.length), String(page.checkedAt)]);
      contents.push(packedPage(change.text));
    }
    await this.#run(
      `INSERT INTO $.page (package, releases, checked_at, content)
       SELECT * FROM unnest($1::bigint[], $2::int[], $3::bigint[], $4::bytea[])
       ON CONFLICT (package) DO UPDATE SET releases = excluded.releases, content = excluded.content,
         checked_at = greatest(page.checked_at, excluded.checked_at)`,
      [...columns(written, 3), contents],
    );
    await this.#run(
      `UPDATE $.page SET checked_at = w.at FROM unnest($1::bigint[], $2::bigint[]) AS w (id, at)
       WHERE package = w.id AND checked_at < w.at`,
      columns(confirmed, 2),
    );
  }

  async #writeFacts(known: readonly { id: string; work: PackageWork }[]): Promise<void> {
    const works = known.flatMap(({ id, work }) => work.facts.map((one) => ({ id, ...one })));
    const asked = works.flatMap(({ id, kind, runtime, taken }) =>
      taken.keys.map((key) => [id, kind, runtime, columnOf(key)]),
    );
    const rows = await this.#run(
      `SELECT package, kind, runtime, key, fact::text FROM $.fact
       JOIN unnest($1::bigint[], $2::text[], $3::text[], $4::text[]) AS w (package, kind, runtime, key)
       USING (package, kind, runtime, key)`,
      columns(asked, 4),
    );
    const before = new Map<string, Map<FactKey, string>>();
    for (const row of rows) {
      const of = [text(row, "package"), text(row, "kind"), text(row, "runtime")].join(" ");
      const facts = before.get(of) ?? new Map<FactKey, string>();
      before.set(of, facts.set(factKeyOf(text(row, "key")), text(row, "fact")));
    }
    const set: string[][] = [];
    const removed: string[][] = [];
    for (const { id, kind, runtime, taken } of works) {
      const change = taken.changeOf(before.get([id, kind, runtime].join(" ")) ?? new Map());
      for (const [key, fact] of change.set) set.push([id, kind, runtime, columnOf(key), fact]);
      for (const key of change.removed) removed.push([id, kind, runtime, columnOf(key)]);
      if (!isEmpty(change)) this.#changed.add(id);
      this.#news ||= !isEmpty(change);
    }
    await this.#run(
      `DELETE FROM $.fact USING unnest($1::bigint[], $2::text[], $3::text[], $4::text[])
         AS w (package, kind, runtime, key)
       WHERE fact.package = w.package AND fact.kind = w.kind AND fact.runtime = w.runtime
         AND fact.key = w.key`,
      columns(removed, 4),
    );
    await this.#run(
      `INSERT INTO $.fact (package, kind, runtime, key, fact)
       SELECT package, kind, runtime, key, fact::json
       FROM unnest($1::bigint[], $2::text[], $3::text[], $4::text[], $5::text[])
         AS w (package, kind, runtime, key, fact)
       ON CONFLICT (package, kind, runtime, key) DO UPDATE SET fact = excluded.fact`,
      columns(set, 5),
    );
  }

  async #writeSources(sources: readonly SourceWork[]): Promise<void> {
    for (const { key, taken } of [...sources].sort((a, b) => (a.key < b.key ? -1 : 1))) {
      const [row] = await this.#run("SELECT fact::text FROM $.source WHERE key = $1 FOR UPDATE", [
        key,
      ]);
      const [own] = taken.keys;
      if (own === undefined) continue;
      const before = new Map(row === undefined ? [] : [[own, text(row, "fact")]]);
      for (const fact of taken.changeOf(before).set.values()) {
        this.#news = true;
        await this.#run(
          `INSERT INTO $.source AS s (key, fact) VALUES ($1, $2)
           ON CONFLICT (key) DO UPDATE SET fact = excluded.fact, revision = s.revision + 1`,
          [key, fact],
        );
      }
    }
  }

  /** `$.` stands for the schema. Nothing is run for columns without rows. */
  async #run(sql: string, values: readonly SqlValue[]) {
    const [first] = values;
    if (Array.isArray(first) && first.length === 0) return [];
    return this.#queries.query(sql.replaceAll("$.", `${this.#schema}.`), values);
  }
}

function worksOf(tables: Iterable<DirtyTable>): {
  readonly packages: readonly PackageWork[];
  readonly sources: readonly SourceWork[];
} {
  const packages = new Map<string, PackageWork>();
  const sources: SourceWork[] = [];
  const work = (name: PackageName, index: IndexUrl): PackageWork => {
    const key = keyOf({ name, index });
    const found = packages.get(key) ?? { name, index, facts: [] };
    packages.set(key, found);
    return found;
  };
  for (const table of tables) {
    if (table instanceof ReleasesTable) {
      work(table.name, table.index).page = { table, patch: table.patch };
      continue;
    }
    const { kind } = table.subject;
    const of = subjectOf(table);
    const taken = table.take();
    if ("key" in of) sources.push({ table, taken, key: of.key });
    else work(of.name, of.index).facts.push({ table, taken, kind, runtime: of.runtime });
  }
  const byKey = [...packages].sort(([a], [b]) => (a < b ? -1 : 1));
  return { packages: byKey.map(([, one]) => one), sources };
}

type Subject =
  | { readonly key: string }
  | { readonly name: PackageName; readonly index: IndexUrl; readonly runtime: string };

function subjectOf({ subject }: DirtyFacts): Subject {
  const of: unknown = JSON.parse(subject.of);
  if (!isRecord(of)) throw new Error(`facts of nothing: ${subject.of}`);
  const { key, name, index, runtime } = of;
  if (key !== undefined) return { key: String(key) };
  return {
    name: packageName(String(name)),
    index: indexUrl(String(index)),
    runtime: runtime === undefined ? "" : String(runtime),
  };
}

function keyOf({ name, index }: PackageOnIndex): string {
  return `${name} ${index}`;
}

function keptPage(row: Row): { readonly page: StoredPage | undefined; readonly text: string } {
  const kept = unpackedPage(row["content"]);
  const page = readReleases(kept, "page");
  const checkedAt = Number(row["checked_at"]);
  return { page: page && { ...page, checkedAt: Math.max(page.checkedAt, checkedAt) }, text: kept };
}

function isEmpty({ set, removed }: FactsChange): boolean {
  return set.size === 0 && removed.length === 0;
}

/** Rows as the columns that `unnest` makes rows of. */
function columns(rows: readonly (readonly string[])[], width: number): readonly string[][] {
  return Array.from({ length: width }, (_, at) => rows.map((row) => row[at] ?? ""));
}

function text(row: Row, column: string): string {
  return String(row[column]);
}
