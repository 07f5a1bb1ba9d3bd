import { existsSync, readFileSync, statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { ComparedLock, ComparedPin } from "../model/lock-diff.ts";
import { parseLock } from "../python/pipfile-lock.ts";
import { runProcess } from "../sandbox/process.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";
import type { Services } from "../wiring.ts";
import { comparedLock } from "./lock-diff.ts";

/** Where a name of a lock is looked for. */
export interface LockPlace {
  /** Of the project, absolute. */
  readonly directory: string;
  /** Where the user is. */
  readonly workingDirectory: string;
}

const lockName = "Pipfile.lock";
const gitTimeoutMs = 30_000;
const largestLock = 64_000_000;

/**
 * The lock that a word means: a file or a directory with one, else a run by the beginning of its
 * id, else a git ref of the project's repository. Throws `bad-lock`, `usage` and `git-failed`.
 */
export async function lockNamed(
  word: string,
  place: LockPlace,
  services: Services,
): Promise<ComparedLock> {
  const file = lockFile(resolve(place.workingDirectory, word));
  if (file !== undefined) return comparedLock(word, parseLock(readLock(file, word), word));
  const run = lockOfRun(word, services);
  return run ?? comparedLock(word, parseLock(await lockAtRef(word, place, services), word));
}

/** The lock that lies in the project. Throws `bad-lock` where none does. */
export function workingLock({ directory }: LockPlace): ComparedLock {
  const text = readLock(join(directory, lockName), lockName);
  return comparedLock(lockName, parseLock(text, lockName));
}

function lockFile(path: string): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true) return path;
  return stats?.isDirectory() === true && existsSync(join(path, lockName))
    ? join(path, lockName)
    : undefined;
}

function readLock(path: string, shown: string): string {
  try {
    return readFileSync(path, "utf8");
  } catch (cause) {
    const absent = errorCode(cause) === "ENOENT";
    const what = absent ? `no lock at \`${shown}\`` : `\`${shown}\` can't be read`;
    const hint = absent ? "make one first: `thoth advise`" : undefined;
    throw new ThothError("bad-lock", what, { hint, cause: absent ? undefined : cause });
  }
}

/** What a run left; undefined where no run is called so. */
function lockOfRun(word: string, { runs }: Services): ComparedLock | undefined {
  if (!/^[0-9a-f][0-9a-f-]{3,35}$/.test(word)) return undefined;
  const found = runs.all().filter(({ id }) => id.startsWith(word));
  const [run, ...others] = found;
  if (run === undefined) return undefined;
  if (others.length > 0) {
    const hint = `name one: ${found.map(({ id }) => id).join(", ")}`;
    throw new ThothError("usage", `\`${word}\` is the beginning of several runs`, { hint });
  }
  const folder = runs.folder(run.id);
  const advice = adviceOf(join(folder, "advice.json"));
  const text = textOf(join(folder, lockName));
  if (text !== undefined)
    return { ...comparedLock(word, parseLock(text, word)), reasons: reasonsOf(advice) };
  const pins = pinsOf(advice);
  if (pins.size > 0) return { name: word, pins, reasons: reasonsOf(advice), versionsOnly: true };
  throw new ThothError("usage", `run \`${word}\` has left no lock`, {
    hint: `\`thoth status ${word}\` says what became of it`,
  });
}

function textOf(path: string): string | undefined {
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

/** Pins and justifications of an advice in JSON, whatever of it can be read. */
function adviceOf(path: string): { pins: readonly unknown[]; justifications: readonly unknown[] } {
  const text = textOf(path);
  const nothing = { pins: [], justifications: [] };
  if (text === undefined) return nothing;
  try {
    const advice: unknown = JSON.parse(text);
    if (!isRecord(advice)) return nothing;
    const { pins, justifications } = advice;
    const list = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
    return { pins: list(pins), justifications: list(justifications) };
  } catch (error) {
    if (error instanceof SyntaxError) return nothing;
    throw error;
  }
}

function pinsOf({ pins }: ReturnType<typeof adviceOf>): ReadonlyMap<string, ComparedPin> {
  const found = new Map<string, ComparedPin>();
  for (const pin of pins) {
    if (!isRecord(pin) || pin["change"] === "removed") continue;
    const { name, version, categories } = pin;
    if (typeof name !== "string" || typeof version !== "string") continue;
    const own = Array.isArray(categories) ? categories.map(String) : [];
    found.set(name, { version, hashes: [], others: {}, categories: own });
  }
  return found;
}

function reasonsOf({
  pins,
  justifications,
}: ReturnType<typeof adviceOf>): ReadonlyMap<string, string> {
  const reasons = new Map<string, string>();
  for (const pin of pins) {
    if (!isRecord(pin)) continue;
    const { name, newest, whyNotNewest } = pin;
    if (typeof name === "string" && typeof newest === "string" && typeof whyNotNewest === "string")
      reasons.set(name, `not ${newest}: ${whyNotNewest}`);
  }
  for (const one of justifications) {
    if (!isRecord(one)) continue;
    const { package: name, message } = one;
    if (typeof name === "string" && typeof message === "string") reasons.set(name, message);
  }
  return reasons;
}

async function lockAtRef(
  ref: string,
  { directory }: LockPlace,
  { environment, signal }: Services,
): Promise<string> {
  if (ref.startsWith("-")) throw noSuch(ref);
  const own = Object.entries(environment).flatMap(([name, value]): [string, string][] =>
    value === undefined ? [] : [[name, value]],
  );
  const result = await runProcess({
    command: "git",
    args: [
      "-c",
      "core.fsmonitor=false",
      "-C",
      directory,
      "cat-file",
      "blob",
      `${ref}:./${lockName}`,
    ],
    env: { ...Object.fromEntries(own), LC_ALL: "C" },
    timeoutMs: gitTimeoutMs,
    maxOutputBytes: largestLock,
    signal,
  });
  if (result.exitCode === 0 && !result.outputTruncated) return result.stdout;
  throw noSuch(
    ref,
    result.stderr.split("\n").filter((line) => line.trim() !== ""),
  );
}

function noSuch(word: string, notes: readonly string[] = []): ThothError {
  return new ThothError("bad-lock", `\`${word}\` names no lock`, {
    notes,
    hint: "name a file, the id of a run (`thoth status`), or a git ref at which Pipfile.lock is there",
  });
}
