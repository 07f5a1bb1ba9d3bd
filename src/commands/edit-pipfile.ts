import { createHash } from "node:crypto";
import { readFileSync, realpathSync } from "node:fs";
import { join } from "node:path";
import { loadConfiguration } from "../config.ts";
import { shownPath } from "../loop/manifest.ts";
import { manifestFiles } from "../loop/manifest-choice.ts";
import { parsePipfile } from "../python/pipfile.ts";
import { addEntry, type NewEntry, removeEntry, restoreEntry } from "../python/pipfile-edit.ts";
import { errorCode, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { acquireLock } from "../util/process-lock.ts";
import type { CommandContext } from "./command.ts";

/** One change of a Pipfile. */
export type PipfileChange =
  | { readonly kind: "add"; readonly entry: NewEntry }
  | { readonly kind: "remove"; readonly category: string; readonly name: string };

/** A Pipfile that was changed. */
export interface EditedPipfile {
  /** As the user knows it. */
  readonly file: string;
  /** The lines that were written or taken out. */
  readonly lines: readonly string[];
  /** Takes the change back, and says what came of that. */
  putBack(): Promise<string>;
}

type Surroundings = Pick<CommandContext, "flags" | "environment" | "workingDirectory" | "signal">;

/** What takes one change back in a text that may have changed since; undefined: it is no longer there. */
type Undo = (now: string) => string | undefined;

/**
 * Makes changes to the Pipfile of a folder, the rest of it byte for byte as it was. Two programs
 * that do so at once do it one after the other. A link to a Pipfile stays one.
 *
 * @throws ThothError `no-pipfile`, `bad-pipfile`
 */
export async function editPipfile(
  directory: string,
  context: Surroundings,
  plan: (text: string, file: string) => readonly PipfileChange[],
): Promise<EditedPipfile> {
  const path = realPipfile(directory);
  const file = shownPath(join(directory, "Pipfile"), context.workingDirectory);
  const alone = await turns(path, directory, context);
  return alone((): EditedPipfile => {
    const before = readFileSync(path, "utf8");
    let text = before;
    const lines: string[] = [];
    const undo: Undo[] = [];
    for (const change of plan(before, file)) {
      const made = changed(text, change, file);
      if (made.line !== "") lines.push(made.line.trim().replaceAll(/\s*\r?\n\s*/g, " "));
      undo.unshift(made.undo);
      ({ text } = made);
    }
    parsePipfile(text, file);
    writeAtomic(path, text);
    const putBack = () => alone(() => puttingBack({ path, file, before, text, undo }));
    return { file, lines, putBack };
  });
}

function changed(
  text: string,
  change: PipfileChange,
  file: string,
): { readonly text: string; readonly line: string; readonly undo: Undo } {
  if (change.kind === "add") {
    const { entry } = change;
    const added = addEntry(text, entry, file);
    const undo: Undo = (now) => {
      const removed = removeEntry(now, entry, file);
      return removed?.line === added.line ? removed.text : undefined;
    };
    return { ...added, undo };
  }
  const removed = removeEntry(text, change, file);
  if (removed === undefined) return { text, line: "", undo: (now) => now };
  const { category } = change;
  const undo: Undo = (now) =>
    removeEntry(now, change, file) === undefined
      ? restoreEntry(now, { category, written: removed.written })
      : undefined;
  return { ...removed, undo };
}

/** What others wrote meanwhile stays; of our own only what is still as it was written goes. */
function puttingBack({
  path,
  file,
  before,
  text,
  undo,
}: {
  readonly path: string;
  readonly file: string;
  readonly before: string;
  readonly text: string;
  readonly undo: readonly Undo[];
}): string {
  let now = readFileSync(path, "utf8");
  if (now === text) {
    writeAtomic(path, before);
    return `${file} was put back as it was (\`--keep\` leaves the change)\n`;
  }
  let others = 0;
  for (const one of undo) {
    const next = one(now);
    if (next === undefined) others += 1;
    else now = next;
  }
  writeAtomic(path, now);
  const own =
    others === 0
      ? "this change alone was taken back"
      : "what they wrote over this change stays, the rest of it was taken back";
  return `${file} was changed by others meanwhile: ${own}\n`;
}

/** Runs something while nobody else edits this file. */
async function turns(
  path: string,
  directory: string,
  { flags, environment, signal }: Surroundings,
): Promise<<Result>(use: () => Result) => Promise<Result>> {
  const { cacheDirectory } = await loadConfiguration({
    flags,
    environment,
    projectDirectory: directory,
  });
  const name = createHash("sha256").update(path).digest("hex").slice(0, 16);
  const lockPath = join(cacheDirectory, "edits", `${name}.lock`);
  return async (use) => {
    // A change is taken back after an interruption, too
    const until = signal.aborted ? AbortSignal.timeout(10_000) : signal;
    const lock = await acquireLock(lockPath, { timeoutMs: 10_000, signal: until });
    try {
      return use();
    } finally {
      lock.release();
    }
  };
}

function realPipfile(directory: string): string {
  const path = join(directory, "Pipfile");
  try {
    return realpathSync(path);
  } catch (error) {
    if (errorCode(error) !== "ENOENT") throw error;
    throw new ThothError("no-pipfile", `no Pipfile in \`${directory}\``, {
      hint: otherFormat(directory),
    });
  }
}

/** Where the project writes what it needs, if that is elsewhere. */
function otherFormat(directory: string): string {
  try {
    const { kind, input } = manifestFiles(directory, {});
    const where =
      kind === "pyproject" ? `dependencies of [project] in \`${input}\`` : `\`${input}\``;
    return `write it into ${where} by hand, then \`thoth advise\``;
  } catch (error) {
    if (!(error instanceof ThothError)) throw error;
    return "run thoth in a project directory, or name one with `--project`";
  }
}
