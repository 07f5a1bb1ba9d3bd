import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { loadConfiguration } from "../config.ts";
import { shownPath } from "../loop/manifest.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { type Pipfile, parsePipfile } from "../python/pipfile.ts";
import { addEntry, type Edited, removeEntry } from "../python/pipfile-edit.ts";
import { parseRequirement, type Requirement } from "../python/requirement.ts";
import { errorCode, writeAtomic } from "../util/atomic-write.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { ThothError } from "../util/errors.ts";
import { acquireLock } from "../util/process-lock.ts";
import { runAdvise } from "./advise.ts";
import type { CommandContext, CommandResult } from "./command.ts";

export interface ChangeFlags {
  readonly directory: string;
  /** The Pipfile's name of the category; undefined: `packages` to add to, any to remove from. */
  readonly category: string | undefined;
  /** Make a lock of it, and put the Pipfile back where there is none. */
  readonly advise: boolean;
  /** Leave the change in the Pipfile though there is no lock of it. */
  readonly keep: boolean;
}

/** `thoth add`: new lines in the Pipfile, the rest of it byte for byte as it was. */
export function runAdd(
  specs: readonly string[],
  flags: ChangeFlags,
  context: CommandContext,
): Promise<CommandResult> {
  const category = flags.category ?? "packages";
  const requirements = specs.map(asked);
  return change(flags, context, (_, file) =>
    requirements.map((requirement) => (before: string): Edited => {
      const { name, canonical, specifier, extras, markerText } = requirement;
      refuseTwice(parsePipfile(before, file), canonical, category);
      const version = specifier.text === "" ? "*" : specifier.text;
      const markers = markerText === undefined ? {} : { markers: markerText };
      return addEntry(before, { category, name, version, extras, ...markers }, file);
    }),
  );
}

/** `thoth remove`: lines out of the Pipfile, comments on lines of their own stay. */
export function runRemove(
  names: readonly string[],
  flags: ChangeFlags,
  context: CommandContext,
): Promise<CommandResult> {
  return change(flags, context, (text, file) => {
    const pipfile = parsePipfile(text, file);
    return names.flatMap((raw) => {
      const name = packageName(raw.trim());
      return categoriesWith(pipfile, name, flags.category, raw).map(
        (category) => (before: string) =>
          removeEntry(before, { category, name }, file) ?? { text: before, line: "" },
      );
    });
  });
}

type Edit = (before: string) => Edited;

/** Makes the edits, then a lock; where no stack has them the Pipfile is put back. */
async function change(
  flags: ChangeFlags,
  context: CommandContext,
  plan: (text: string, file: string) => readonly Edit[],
): Promise<CommandResult> {
  const directory = resolve(context.workingDirectory, flags.directory);
  const path = join(directory, "Pipfile");
  const file = shownPath(path, context.workingDirectory);
  const { before, text, told } = await edited({ path, file, directory }, context, plan);
  if (!flags.advise) return { stdout: told, stderr: "", exitCode: 0 };
  try {
    const result = await runAdvise(plainAdvice(flags.directory), context);
    // What is missing may yet be learnt: only a "no" takes the change back
    if (result.exitCode !== 1 || flags.keep) return { ...result, stderr: told + result.stderr };
    return { ...result, stderr: result.stderr + putBack(path, file, { before, text }) };
  } catch (error) {
    if (!flags.keep) process.stderr.write(putBack(path, file, { before, text }));
    throw error;
  }
}

/** Two that add at once do so one after the other. */
async function edited(
  {
    path,
    file,
    directory,
  }: { readonly path: string; readonly file: string; readonly directory: string },
  { flags, environment, signal }: CommandContext,
  plan: (text: string, file: string) => readonly Edit[],
): Promise<{ readonly before: string; readonly text: string; readonly told: string }> {
  const { cacheDirectory } = await loadConfiguration({
    flags,
    environment,
    projectDirectory: directory,
  });
  const name = createHash("sha256").update(path).digest("hex").slice(0, 16);
  const lock = await acquireLock(join(cacheDirectory, "edits", `${name}.lock`), {
    timeoutMs: 10_000,
    signal,
  });
  try {
    const before = readPipfile(path, directory);
    let text = before;
    const lines: string[] = [];
    for (const edit of plan(before, file)) {
      const made = edit(text);
      lines.push(made.line.trim().replaceAll(/\s*\r?\n\s*/g, " "));
      ({ text } = made);
    }
    parsePipfile(text, file);
    writeAtomic(path, text);
    return { before, text, told: `${file}: ${lines.join(", ")}\n` };
  } finally {
    lock.release();
  }
}

/** Nothing is put back over what somebody else wrote meanwhile. */
function putBack(
  path: string,
  file: string,
  { before, text }: { readonly before: string; readonly text: string },
): string {
  if (readFileSync(path, "utf8") !== text)
    return `${file} was changed by others, too: it stays as it is\n`;
  writeAtomic(path, before);
  return `${file} was put back as it was (\`--keep\` leaves the change)\n`;
}

function plainAdvice(directory: string) {
  return {
    ...{ directory, check: false, dryRun: false, upgrade: false, upgradePackages: [], count: 1 },
    ...{ dev: true, wait: true, failOn: undefined },
  };
}

function readPipfile(path: string, directory: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new ThothError("no-pipfile", `no Pipfile in \`${directory}\``, {
      hint: "requirements.in and pyproject.toml are edited by hand, then `thoth advise`",
    });
  }
}

function asked(spec: string): Requirement & { readonly markerText?: string } {
  try {
    const requirement = parseRequirement(spec);
    if (requirement.url === undefined) {
      const [, markerText] = /;\s*(.+)$/.exec(spec) ?? [];
      return markerText === undefined ? requirement : { ...requirement, markerText };
    }
  } catch (error) {
    throw new ThothError(
      "usage",
      `\`${spec}\` is no requirement: ${error instanceof Error ? error.message : error}`,
      {
        hint: "write NAME, NAME[extra], or NAME and a version such as 'flask>=3,<4'",
      },
    );
  }
  throw new ThothError("usage", `\`${spec}\` comes from an address`, {
    hint: "write git, path and url entries into the Pipfile by hand",
  });
}

function refuseTwice({ categories }: Pipfile, name: PackageName, category: string): void {
  const own = categories.find((one) => one.name === category);
  const entry = own?.entries.find(({ canonical }) => canonical === name);
  if (entry === undefined) return;
  throw new ThothError("usage", `${entry.name} stands in [${category}] already`, {
    place: entry.place,
    hint: `change that line, or \`thoth remove ${name}\` first`,
  });
}

function categoriesWith(
  { categories }: Pipfile,
  name: PackageName,
  wanted: string | undefined,
  raw: string,
): readonly string[] {
  const holding = categories.filter(
    (one) =>
      (wanted === undefined || one.name === wanted) &&
      one.entries.some(({ canonical }) => canonical === name),
  );
  if (holding.length > 0) return holding.map((one) => one.name);
  const all = categories.flatMap(({ entries }) => entries.map(({ canonical }) => canonical));
  const meant = didYouMean(name, all);
  throw new ThothError("usage", `the Pipfile does not ask for \`${raw}\``, {
    hint:
      meant === undefined
        ? "`thoth why NAME` says who needs a package"
        : `did you mean \`${meant}\`?`,
  });
}
