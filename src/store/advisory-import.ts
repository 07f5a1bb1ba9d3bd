import { join } from "node:path";
import type { AdvisoryCollection } from "../advisory/database.ts";
import { advisoryReader } from "../advisory/record.ts";
import type { AdvisoryDatabase } from "../model/advisory.ts";
import { listFolder, removeFile, writeAtomic } from "../util/atomic-write.ts";
import { checkAdvisories } from "./advisory-check.ts";
import {
  type AdvisoryHead,
  headPath,
  readAdvisoryHead,
  type UntoldRelease,
} from "./advisory-file.ts";
import { type AdvisoryTexts, writeAdvisories } from "./advisory-text.ts";
import { Quarantine } from "./damage.ts";
import { withStoreLock } from "./flush.ts";
import { storeSchema } from "./schema.ts";
import { StorePaths } from "./store-paths.ts";

/** A database to take the place of the one that a store holds. */
export interface AdvisoryImport {
  readonly store: string;
  readonly collection: AdvisoryCollection;
  /** Where it comes from, without credentials. */
  readonly source: string;
  /** ms since the epoch. */
  readonly now: number;
  /** Releases that somebody has to be told of; those of an earlier import are kept. */
  readonly untold: readonly UntoldRelease[];
  /** Of the file that held it, if it was one file. */
  readonly fileSha256?: string | undefined;
}

/** What an import of the same file again has in common with the first. */
type AdvisoryConfirmation = Pick<AdvisoryImport, "store" | "source" | "now"> & {
  readonly fileSha256: string;
};

/**
 * Puts a database in place: readers see the old one or the new one. The same records again only
 * confirm that they are up to date, which is no new state of knowledge. Throws `store-unwritable`
 * and `disk-full`.
 */
export async function importAdvisories(
  request: AdvisoryImport,
): Promise<{ readonly database: AdvisoryDatabase; readonly changed: boolean }> {
  const paths = new StorePaths(request.store);
  const quarantine = new Quarantine(paths.corrupt);
  const texts = writeAdvisories(request.collection);
  return withStoreLock({ paths, quarantine, readOnly: false }, (catalogue) => {
    const old = quarantine.guard(() => readAdvisoryHead(paths.advisories));
    const head = headOf(request, texts, old);
    const known = old !== undefined && saysTheSame(old, head);
    const changed = !(known && isWhole(paths, quarantine));
    if (changed) catalogue.begin([]);
    if (changed) writeRecords(paths, head, texts);
    writeHead(paths, head);
    if (changed) catalogue.end();
    removeOthers(paths, head);
    return { database: head.database, changed };
  });
}

/**
 * As `importAdvisories` without reading any record, where the store holds what this very file says.
 * Undefined: it does not.
 */
export async function confirmAdvisories({
  store,
  source,
  now,
  fileSha256,
}: AdvisoryConfirmation): Promise<AdvisoryDatabase | undefined> {
  const paths = new StorePaths(store);
  const quarantine = new Quarantine(paths.corrupt);
  return withStoreLock({ paths, quarantine, readOnly: false }, () => {
    const old = quarantine.guard(() => readAdvisoryHead(paths.advisories));
    if (old?.origin === undefined || old.origin !== originOf(fileSha256)) return undefined;
    if (!isWhole(paths, quarantine)) return undefined;
    const database = { ...old.database, source, importedAt: new Date(now).toISOString() };
    writeHead(paths, { ...old, database });
    return database;
  });
}

/** A file that another version of the reader has read is read anew. */
function originOf(fileSha256: string): string {
  return `${advisoryReader} ${fileSha256}`;
}

/** Releases that were noted for somebody to be told of. */
export function untoldReleases(store: string): readonly UntoldRelease[] {
  const paths = new StorePaths(store);
  const head = new Quarantine(undefined).guard(() => readAdvisoryHead(paths.advisories));
  return head?.untold ?? [];
}

/** Notes that somebody was told of these. */
export async function noteTold(store: string, told: readonly UntoldRelease[]): Promise<void> {
  const paths = new StorePaths(store);
  const quarantine = new Quarantine(paths.corrupt);
  await withStoreLock({ paths, quarantine, readOnly: false }, () => {
    const head = quarantine.guard(() => readAdvisoryHead(paths.advisories));
    if (head === undefined) return;
    const done = new Set(told.map(keyOf));
    writeHead(paths, { ...head, untold: head.untold.filter((one) => !done.has(keyOf(one))) });
  });
}

function headOf(
  { collection, source, now, untold, fileSha256 }: AdvisoryImport,
  texts: AdvisoryTexts,
  old: AdvisoryHead | undefined,
): AdvisoryHead {
  const { sha256, packages, files, setAside } = texts;
  const all = [...(old?.untold ?? []), ...untold];
  const short = sha256.slice(0, 16);
  return {
    schema: storeSchema,
    database: {
      source,
      sha256,
      records: collection.records,
      packages: collection.packages.size,
      quarantined: collection.damaged.length,
      newest: collection.newest,
      importedAt: new Date(now).toISOString(),
    },
    ...(fileSha256 === undefined ? {} : { origin: originOf(fileSha256) }),
    file: `records-${short}.jsonl`,
    ...(setAside === undefined ? {} : { setAside: `set-aside-${short}.jsonl` }),
    untold: [...new Map(all.map((one) => [keyOf(one), one])).values()],
    packages,
    files,
  };
}

function saysTheSame(old: AdvisoryHead, head: AdvisoryHead): boolean {
  const content = ({ database, file, setAside }: AdvisoryHead) => {
    const { sha256, records, quarantined, newest } = database;
    return JSON.stringify([sha256, records, quarantined, newest, file, setAside]);
  };
  return content(old) === content(head);
}

function isWhole({ advisories }: StorePaths, quarantine: Quarantine): boolean {
  const { count } = quarantine;
  quarantine.guard(() => checkAdvisories(advisories));
  return quarantine.count === count;
}

function writeRecords(paths: StorePaths, head: AdvisoryHead, texts: AdvisoryTexts): void {
  const options = { temporaryFolder: paths.temporary, durable: true };
  if (texts.setAside !== undefined && head.setAside !== undefined)
    writeAtomic(join(paths.advisories, head.setAside), texts.setAside, options);
  writeAtomic(join(paths.advisories, head.file), texts.records, options);
}

function writeHead(paths: StorePaths, head: AdvisoryHead): void {
  const options = { temporaryFolder: paths.temporary, durable: true };
  writeAtomic(headPath(paths.advisories), headText(head), options);
}

/** One package a line, so that people find their way. */
function headText({ packages, files, ...rest }: AdvisoryHead): string {
  const pieces = (of: AdvisoryHead["packages"]) =>
    Object.entries(of)
      .map(([key, piece]) => `\n    ${JSON.stringify(key)}: ${JSON.stringify(piece)}`)
      .join(",");
  const start = JSON.stringify(rest, undefined, 2).replace(/\n\}$/, "");
  return `${start},\n  "packages": {${pieces(packages)}\n  },\n  "files": {${pieces(files)}\n  }\n}\n`;
}

/** Whoever reads an earlier database holds its file open. */
function removeOthers(paths: StorePaths, head: AdvisoryHead): void {
  const kept = new Set([headPath(""), head.file, head.setAside]);
  for (const name of listFolder(paths.advisories))
    if (!kept.has(name)) removeFile(join(paths.advisories, name));
}

function keyOf({ name, version }: UntoldRelease): string {
  return `${name}==${version}`;
}
