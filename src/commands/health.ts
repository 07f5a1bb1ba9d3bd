import { gitServices } from "../loop/git-services.ts";
import { healthOf, type WantedHealth } from "../loop/health.ts";
import { type IndexSources, indexSources } from "../loop/index-sources.ts";
import { readLockedProject } from "../loop/locked-project.ts";
import type { ProjectHealth } from "../model/health.ts";
import { isNormalizedName, packageName } from "../python/name.ts";
import { type PipfileLock, pinnedVersion } from "../python/pipfile-lock.ts";
import { parseVersion } from "../python/version.ts";
import { healthJson, renderHealth } from "../reports/health.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

export interface HealthFlags {
  readonly names: readonly string[];
  readonly lock: boolean;
  readonly refresh: boolean;
  readonly explain: boolean;
}

/**
 * `thoth health`: exit 1 if an index has no such package, 3 if something that is to be learnt is
 * missing. A weak or bad indicator is for people to weigh, and no failure.
 */
export async function runHealth(
  flags: HealthFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const read = flags.names.map(readName);
  const named = [...new Map(read.map((one) => [`${one.name} ${one.used}`, one])).values()];
  if (named.length === 0 && !flags.lock) {
    throw new ThothError("usage", "no package is named", {
      hint: "name some (`thoth health flask`), or take those of the lock: `--lock`",
    });
  }
  const git = gitServices(context.environment);
  return withServices(context, context.workingDirectory, async (services) => {
    const { wanted, leftOut, sources } = flags.lock
      ? await fromLock(named, context.workingDirectory, services)
      : { wanted: named, leftOut: [], sources: await indexSources([], services) };
    const projects = await healthOf(wanted, { services, sources, git, refresh: flags.refresh });
    const report = { projects, leftOut, now: services.now() };
    const stdout = context.json
      ? healthJson(report)
      : renderHealth(report, {
          columns: context.columns,
          color: context.color.stdout,
          explain: flags.explain,
          detail: detailOf(projects.length, flags, context),
        });
    return { stdout, stderr: "", exitCode: exitCodeOf(projects) };
  });
}

function detailOf(projects: number, { explain }: HealthFlags, { verbosity }: CommandContext) {
  if (verbosity === "quiet") return "none";
  return explain || verbosity === "verbose" || projects === 1 ? "all" : "worse";
}

function exitCodeOf(projects: readonly ProjectHealth[]): number {
  if (projects.some(({ absent }) => absent)) return 1;
  return projects.some(({ missing }) => missing.length > 0) ? 3 : 0;
}

function readName(text: string): WantedHealth {
  const [raw = "", version, more] = text.split("==");
  const name = packageName(raw.trim());
  const used = version === undefined ? undefined : parseVersion(version)?.text;
  const isSound = isNormalizedName(name) && (version === undefined || used !== undefined);
  if (isSound && more === undefined) return { name, used, index: undefined };
  throw new ThothError("usage", `\`${text}\` is no package`, {
    hint: "write NAME or NAME==VERSION, e.g. flask==3.0.3",
  });
}

interface Asked {
  readonly wanted: readonly WantedHealth[];
  /** Git, path and url entries. */
  readonly leftOut: readonly string[];
  readonly sources: IndexSources;
}

async function fromLock(
  named: readonly WantedHealth[],
  directory: string,
  services: Services,
): Promise<Asked> {
  const { lock, pipfile } = readLockedProject(directory, directory, services);
  const sources = await indexSources(pipfile.sources, services);
  const locked = lockedPackages(lock, sources);
  const names = new Set(named.map(({ name }) => name));
  const unlocked = named.find(({ name }) => !locked.has(name));
  if (unlocked !== undefined) {
    throw new ThothError("usage", `the lock has no package \`${unlocked.name}\``, {
      hint: "leave out --lock to look at packages that are not locked",
    });
  }
  const chosen = [...locked.values()].filter(({ name }) => names.size === 0 || names.has(name));
  return {
    wanted: chosen.filter(({ used }) => used !== undefined),
    leftOut: chosen.flatMap(({ name, used }) => (used === undefined ? [name] : [])),
    sources,
  };
}

/** By name, in its order; without a version where no index has the entry. */
function lockedPackages(
  lock: PipfileLock,
  sources: IndexSources,
): ReadonlyMap<string, WantedHealth> {
  const found = new Map<string, WantedHealth>();
  for (const entries of lock.categories.values()) {
    for (const [raw, entry] of entries) {
      const name = packageName(raw);
      const used = pinnedVersion(entry)?.text;
      const index = entry.index === undefined ? undefined : sources.byName.get(entry.index);
      if (!found.has(name)) found.set(name, { name, used, index });
    }
  }
  return new Map([...found].sort(([one], [other]) => (one < other ? -1 : 1)));
}
