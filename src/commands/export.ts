import { dirname, relative, resolve } from "node:path";
import { demandsByTarget } from "../adviser/stack-graph.ts";
import { type OpenedLock, openLock } from "../loop/locked-stack.ts";
import { shownPath } from "../loop/manifest.ts";
import type { FileDetails } from "../model/knowledge.ts";
import { exportWarnings } from "../python/export-warnings.ts";
import { packageName } from "../python/name.ts";
import type { LockEntry, PipfileLock } from "../python/pipfile-lock.ts";
import { errorCode, storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { safeText } from "../util/terminal-text.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { lockText } from "./lock-text.ts";
import { inputOption } from "./settle-lock.ts";
import { offline } from "./why.ts";
import { withServices } from "./with-services.ts";

export interface ExportFlags {
  readonly directory: string;
  readonly format: "requirements" | "pylock";
  readonly output: string | undefined;
  readonly wheelhouse: string | undefined;
  readonly dev: boolean;
}

/** `thoth export`: the lock as it is, in another format; asks nobody. */
export async function runExport(
  flags: ExportFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const { workingDirectory } = context;
  if (context.json) {
    throw new ThothError("usage", "an export is no JSON", {
      hint: "`thoth graph --json` prints what a lock holds",
    });
  }
  const directory = resolve(workingDirectory, flags.directory);
  return withServices(offline(context), directory, async (services) => {
    const opened = await openLock(directory, workingDirectory, services);
    const text = exported(opened, flags, workingDirectory);
    const stderr = warningsOf(opened, flags)
      .map((one) => `${context.color.stderr.warning("warning:")} ${safeText(one)}\n`)
      .join("");
    if (flags.output === undefined) return { stdout: text, stderr, exitCode: 0 };
    const path = resolve(workingDirectory, flags.output);
    try {
      writeAtomic(path, text, { durable: true });
    } catch (error) {
      if (errorCode(error) === undefined) throw error;
      throw storageError(error, path, "store-unwritable");
    }
    const told = `${shownPath(path, workingDirectory)} is written\n`;
    return { stdout: told, stderr, exitCode: 0 };
  });
}

function exported({ question, graph }: OpenedLock, flags: ExportFlags, from: string): string {
  const { manifest, runtime } = question;
  const { lock } = manifest;
  if (lock === undefined) throw new Error("a lock that was opened is gone");
  const demands = demandsByTarget(graph);
  const target = resolve(from, dirname(flags.output ?? "pylock.toml"));
  const wheelhouse =
    flags.wheelhouse === undefined ? undefined : relative(target, resolve(from, flags.wheelhouse));
  return lockText(flags.format === "pylock" ? "pyproject" : "requirements", chosen(lock, flags), {
    manifest,
    runtime,
    command: `thoth advise${inputOption(manifest)} && ${exportCommand(flags)}`,
    requiredBy: (name) => (demands.get(packageName(name)) ?? []).map(({ by }) => by),
    details: (name, entry) => detailsOf(question, name, entry),
    wheelhouse,
  });
}

/** The command as it was given, the project's own directory aside. */
function exportCommand({ dev, output }: ExportFlags): string {
  return `thoth export${dev ? " --dev" : ""}${output === undefined ? "" : ` -o ${output}`}`;
}

/** What the format has no room for: the file is written, and an installer will refuse it. */
function warningsOf({ question }: OpenedLock, flags: ExportFlags): readonly string[] {
  const { lock } = question.manifest;
  const categories = lock === undefined ? [] : [...chosen(lock, flags).categories.values()];
  const entries = categories.flatMap((category) => [...category]);
  return exportWarnings(entries, flags.format);
}

/** [packages] alone, or all: a requirements file can't tell them apart, a pylock.toml can. */
function chosen(lock: PipfileLock, { format, dev }: ExportFlags): PipfileLock {
  const named = [...lock.categories].filter(
    ([name]) => dev || format === "pylock" || name === "default",
  );
  // Files that another pylock.toml names are looked up anew, wherever they are to come from
  const entries = named.map(([name, category]) => {
    const bare = [...category].map(([key, { files: _, ...entry }]) => [key, entry] as const);
    return [name, new Map<string, LockEntry>(bare)] as const;
  });
  return { ...lock, newline: "\n", categories: new Map(entries) };
}

/** What the store knows of the files that an entry admits. Throws `incomplete` where it is nothing. */
function detailsOf(
  { services, sources }: OpenedLock["question"],
  name: string,
  { version = "", hashes = [] }: LockEntry,
): readonly FileDetails[] {
  const release = { name: packageName(name), version: version.replace(/^===?/, "") };
  for (const index of sources.order) {
    const details = services.store.details({ ...release, index }) ?? [];
    if (details.some(({ sha256 }) => hashes.includes(`sha256:${sha256}`))) return details;
  }
  throw new ThothError("incomplete", `the files of ${name}${version} are not known here`, {
    hint: "`thoth advise` learns what the lock's releases consist of",
  });
}
