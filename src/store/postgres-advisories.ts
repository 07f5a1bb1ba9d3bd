import { readFileSync } from "node:fs";
import { basename, join } from "node:path";
import { gunzipSync, gzipSync } from "node:zlib";
import type { Database } from "../postgres/database.ts";
import { listFolder } from "../util/atomic-write.ts";
import { headPath, readAdvisoryHead } from "./advisory-file.ts";
import { type Asking, ask } from "./postgres-asking.ts";

const headName = basename(headPath(""));

/**
 * Puts the advisory database of a folder in the place of the one that the database holds. The same
 * records, confirmed later, are no new state of knowledge.
 */
export async function shareAdvisories(folder: string, database: Database): Promise<void> {
  const head = readAdvisoryHead(folder);
  if (head === undefined) return;
  const names = [head.file, ...(head.setAside === undefined ? [] : [head.setAside])];
  const { schema } = database;
  await database.transaction(async (queries) => {
    await queries.query(`LOCK TABLE ${schema}.advisory_file IN EXCLUSIVE MODE`);
    const rows = await queries.query(`SELECT name FROM ${schema}.advisory_file`);
    const known = new Set(rows.map(({ name }) => name));
    const news = names.filter((name) => !known.has(name));
    await queries.query(`DELETE FROM ${schema}.advisory_file WHERE NOT name = ANY($1)`, [names]);
    // Named by its content, but for the head
    for (const name of [headName, ...news]) {
      const content = gzipSync(readFileSync(join(folder, name)));
      await queries.query(`INSERT INTO ${schema}.advisory_file (name, content) VALUES ($1, $2)`, [
        name,
        content,
      ]);
    }
    await queries.query(
      `UPDATE ${schema}.state SET advisories = advisories + 1, touched = touched + 1,
         revision = revision + $1`,
      [news.length > 0 ? 2 : 0],
    );
  });
}

/** The files of the advisory database, those that an earlier folder has taken from there. */
export function* missingAdvisories(
  folders: string,
): Asking<readonly { readonly name: string; readonly content: Uint8Array }[]> {
  const here = new Map(
    listFolder(folders).flatMap((folder) =>
      listFolder(join(folders, folder))
        .filter((name) => name !== headName)
        .map((name) => [name, join(folders, folder, name)]),
    ),
  );
  const rows = yield ask(
    `SELECT name, CASE WHEN NOT name = ANY($1) THEN content END AS content FROM $.advisory_file`,
    [[...here.keys()]],
  );
  return rows.flatMap(({ name, content }) => {
    const file = String(name);
    const path = here.get(file);
    if (content instanceof Uint8Array) return [{ name: file, content: gunzipSync(content) }];
    return path === undefined ? [] : [{ name: file, content: readFileSync(path) }];
  });
}
