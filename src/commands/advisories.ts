import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import { isValidName, type PackageName, packageName } from "../python/name.ts";
import {
  advisoryWarnings,
  renderAdvisoryMatches,
  renderAdvisoryStatus,
} from "../reports/advisories.ts";
import { importAgainHint, importHint, isStale } from "../reports/advisories-age.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { damagedRecords } from "../store/damaged-records.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

/** A release as it was asked for. Of old ones the version may be none by PEP 440. */
interface Asked {
  readonly asked: string;
  readonly name: PackageName;
  readonly version: string;
}

/** `thoth advisories match`: exit 1 if anything applies, 3 where nobody knows. */
export async function runAdvisoryMatch(
  releases: readonly string[],
  context: CommandContext,
): Promise<CommandResult> {
  const asked = await askedReleases(releases, context);
  return withServices(context, context.workingDirectory, async ({ store, now }) => {
    const database = store.advisoryDatabase() ?? noDatabase(store);
    const found = asked.map((one) => ({ ...one, advisories: knownAgainst(one, store) }));
    const stdout = context.json
      ? jsonDocument({
          schema: "thoth.advisories",
          version: "1.0",
          database,
          releases: found.map((one) => ({ ...one, ids: idsAgainst(one, store) })),
        })
      : renderAdvisoryMatches(found, {
          columns: context.columns,
          color: context.color.stdout,
          quiet: context.verbosity === "quiet",
        });
    return {
      stdout,
      stderr: advisoryWarnings(database, now(), context.color.stderr),
      exitCode: exitCodeOf(found),
    };
  });
}

/** `thoth advisories status`: exit 3 where no database was imported. */
export function runAdvisoryStatus(context: CommandContext): Promise<CommandResult> {
  const { workingDirectory } = context;
  return withServices(context, workingDirectory, async ({ store, now }) => {
    const database = store.advisoryDatabase() ?? noDatabase(store);
    const damaged = damagedRecords(store.advisoryFolder());
    const stale = isStale(database, now());
    const stdout = context.json
      ? jsonDocument({
          schema: "thoth.advisories-status",
          version: "1.0",
          database,
          damaged,
          stale,
        })
      : renderAdvisoryStatus(database, damaged, { color: context.color.stdout, now: now() });
    return { stdout, stderr: advisoryWarnings(database, now(), context.color.stderr), exitCode: 0 };
  });
}

/** null: there is a database, and nobody knows all the same. */
function knownAgainst({ name, version }: Asked, store: KnowledgeStore) {
  const advisories = store.advisories(name, version) ?? null;
  if (advisories === null && store.advisoryDatabase() === undefined) noDatabase(store);
  return advisories;
}

/** Each record as its database has it, twins apart. */
function idsAgainst({ name, version }: Asked, store: KnowledgeStore) {
  return store.advisoryRecords(name, version) ?? null;
}

function exitCodeOf(found: readonly { readonly advisories: readonly unknown[] | null }[]): number {
  if (found.some(({ advisories }) => advisories !== null && advisories.length > 0)) return 1;
  return found.some(({ advisories }) => advisories === null) ? 3 : 0;
}

function noDatabase(store: KnowledgeStore): never {
  const notes = store.damaged().map(({ file, reason }) => `${file}: ${reason}`);
  if (notes.length > 0)
    throw new ThothError("incomplete", "the advisories of this store are damaged", {
      notes,
      hint: importAgainHint,
    });
  throw new ThothError("incomplete", "this store holds no advisories", {
    hint: importHint,
  });
}

async function askedReleases(
  releases: readonly string[],
  { signal }: CommandContext,
): Promise<readonly Asked[]> {
  const found: Asked[] = [];
  for (const raw of releases)
    if (raw !== "-") found.push(read(raw));
    else found.push(...(await piped(signal)));
  return found;
}

/** Nothing at all is what a `pip freeze` leaves that failed. */
async function piped(signal: AbortSignal): Promise<readonly Asked[]> {
  const found = listed(await text(addAbortSignal(signal, process.stdin)));
  if (found.length > 0) return found;
  throw new ThothError("usage", "standard input names no release", { hint });
}

const hint = "write NAME==VERSION, e.g. `jinja2==3.1.3`";

/** As `pip freeze` writes them; comments, markers and hashes behind them are left out. */
function listed(content: string): readonly Asked[] {
  return content.split(/\r\n|[\r\n]/).flatMap((line, at) => {
    const [release = ""] = line.replace(/(^|\s)#.*$/, "").split(";", 1);
    const [bare = ""] = release.trim().split(/\s+--hash=|\s*\\$/, 1);
    return bare === "" ? [] : [read(bare, at + 1)];
  });
}

function read(raw: string, line?: number): Asked {
  const [, name = "", version = ""] = /^([^=<>~!]*?)\s*===?\s*(.*)$/s.exec(raw.trim()) ?? [];
  const bare = name.replace(/\s*\[[^\]]*\]$/, "");
  if (isValidName(bare) && isVersion(version))
    return { asked: raw.trim(), name: packageName(bare), version };
  throw new ThothError("usage", `\`${raw.trim()}\` names no release`, {
    ...(line === undefined ? {} : { place: { file: "standard input", line, column: 1 } }),
    hint,
  });
}

/** Indexes once took almost any word for a version; wildcards and commas ask for several. */
function isVersion(text: string): boolean {
  return /^[\w.+!-]{1,200}$/.test(text);
}
