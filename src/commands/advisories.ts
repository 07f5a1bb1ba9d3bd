import { addAbortSignal } from "node:stream";
import { text } from "node:stream/consumers";
import type { AdvisoryDatabase } from "../model/advisory.ts";
import { isValidName, type PackageName, packageName } from "../python/name.ts";
import {
  advisoryWarnings,
  isStale,
  renderAdvisoryMatches,
  renderAdvisoryStatus,
} from "../reports/advisories.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { damagedRecords } from "../store/damaged-records.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

/** A release as it was asked for. Any text may be a version. */
interface Asked {
  readonly asked: string;
  readonly name: PackageName;
  readonly version: string;
}

/** `thoth advisories match`: exit 1 if anything applies, 3 where no database was imported. */
export async function runAdvisoryMatch(
  releases: readonly string[],
  context: CommandContext,
): Promise<CommandResult> {
  const asked = await askedReleases(releases, context);
  return withServices(context, context.workingDirectory, async ({ store, now }) => {
    const database = store.advisoryDatabase() ?? noDatabase();
    const found = asked.map((one) => ({ ...one, ...knownAgainst(one, store) }));
    const stdout = context.json
      ? jsonDocument({ schema: "thoth.advisories", version: "1.0", database, releases: found })
      : renderAdvisoryMatches(found, {
          columns: context.columns,
          color: context.color.stdout,
          quiet: context.verbosity === "quiet",
        });
    const exitCode = found.some(({ advisories }) => advisories.length > 0) ? 1 : 0;
    return { stdout, stderr: warnings(database, now(), context), exitCode };
  });
}

/** `thoth advisories status`: exit 3 where no database was imported. */
export function runAdvisoryStatus(context: CommandContext): Promise<CommandResult> {
  const { workingDirectory } = context;
  return withServices(context, workingDirectory, async ({ store, now, configuration }) => {
    const database = store.advisoryDatabase() ?? noDatabase();
    const damaged = damagedRecords(configuration.storeDirectory);
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
    return { stdout, stderr: warnings(database, now(), context), exitCode: 0 };
  });
}

function knownAgainst({ name, version }: Asked, store: KnowledgeStore) {
  const advisories = store.advisories(name, version) ?? noDatabase();
  const ids = store.advisoryRecords(name, version) ?? noDatabase();
  return { ids, advisories };
}

function noDatabase(): never {
  throw new ThothError("incomplete", "this store holds no advisories", {
    hint: "`thoth advisories update --from FILE` imports OSV's `all.zip` for PyPI",
  });
}

function warnings(database: AdvisoryDatabase, now: number, { color }: CommandContext): string {
  return advisoryWarnings(database, now)
    .map((warning) => `${color.stderr.warning(`warning: ${warning}`)}\n`)
    .join("");
}

async function askedReleases(
  releases: readonly string[],
  { signal }: CommandContext,
): Promise<readonly Asked[]> {
  const found: Asked[] = [];
  for (const raw of releases) {
    if (raw === "-") found.push(...listed(await text(addAbortSignal(signal, process.stdin))));
    else found.push(read(raw));
  }
  return found;
}

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
  if (isValidName(bare) && version !== "" && !/\s/.test(version))
    return { asked: raw.trim(), name: packageName(bare), version };
  throw new ThothError("usage", `\`${raw.trim()}\` names no release`, {
    ...(line === undefined ? {} : { place: { file: "standard input", line, column: 1 } }),
    hint: "write NAME==VERSION, e.g. `jinja2==3.1.3`",
  });
}
