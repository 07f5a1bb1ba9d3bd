import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, join, relative, resolve } from "node:path";
import type { ComparedLock, ComparedPin } from "../model/lock-diff.ts";
import { runProcess } from "../sandbox/process.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";
import type { Services } from "../wiring.ts";
import { comparedLock } from "./lock-diff.ts";
import { isLockName, parseLockFile } from "./lock-file.ts";

/** Where a name of a lock is looked for. */
export interface LockPlace {
  /** Of the project, absolute. */
  readonly directory: string;
  /** Of the project's lock, absolute, whether it is there or not. */
  readonly lock: string;
  /** Where the user is. */
  readonly workingDirectory: string;
}

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
  const path = resolve(place.workingDirectory, word);
  const file = lockFile(path, place);
  if (file !== undefined) {
    const shown = file === path ? word : join(word, basename(file));
    return comparedLock(word, parseLockFile(readLock(file, shown), shown));
  }
  const run = lockOfRun(word, services);
  if (run !== undefined) return run;
  const text = await lockAtRef(word, place, services);
  return comparedLock(word, parseLockFile(text, basename(place.lock)));
}

/** The lock that lies in the project. Throws `bad-lock` where none does. */
export function workingLock({ lock }: LockPlace): ComparedLock {
  const name = basename(lock);
  return comparedLock(name, parseLockFile(readLock(lock, name), name));
}

function lockFile(path: string, { lock }: LockPlace): string | undefined {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats?.isFile() === true) return path;
  if (stats?.isDirectory() !== true) return undefined;
  const names = [basename(lock), "Pipfile.lock", "pylock.toml"];
  return names.map((name) => join(path, name)).find((one) => existsSync(one));
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
  const left = existsSync(folder) ? readdirSync(folder).find(isLockName) : undefined;
  if (left !== undefined) {
    const lock = parseLockFile(readLock(join(folder, left), left), left);
    return { ...comparedLock(word, lock), reasons: reasonsOf(advice) };
  }
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
  { directory, lock }: LockPlace,
  { environment, signal }: Services,
): Promise<string> {
  if (ref.startsWith("-")) throw noSuch(ref, basename(lock));
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
      `${ref}:./${relative(directory, lock)}`,
    ],
    env: { ...Object.fromEntries(own), LC_ALL: "C" },
    timeoutMs: gitTimeoutMs,
    maxOutputBytes: largestLock,
    signal,
  });
  if (result.exitCode === 0 && !result.outputTruncated) return result.stdout;
  throw noSuch(
    ref,
    basename(lock),
    result.stderr.split("\n").filter((line) => line.trim() !== ""),
  );
}

function noSuch(word: string, lock: string, notes: readonly string[] = []): ThothError {
  return new ThothError("bad-lock", `\`${word}\` names no lock`, {
    notes,
    hint: `name a file, the id of a run (\`thoth status\`), or a git ref at which ${lock} is there`,
  });
}
