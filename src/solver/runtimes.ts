import { readFileSync, realpathSync, statSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import type { Runtime } from "../model/runtime.ts";
import { errorCode, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { type Fields, fieldsOf } from "./fields.ts";
import { type Installation, installationOf, probeInterpreter } from "./installation.ts";
import { findInterpreters, type SearchPlaces } from "./interpreter-search.ts";
import { describeRuntime } from "./runtime-description.ts";

/** Where answers of earlier probes are kept: XDG cache, may be deleted at any time. */
export interface RuntimeOptions {
  readonly cacheDirectory: string;
  /** `process.env` and the user's home unless told. */
  readonly places?: SearchPlaces;
}

/**
 * The runtimes of this machine, the one that `python3` starts first, each id once. An interpreter
 * is run only where it is new or has changed; else nothing but the cache is read.
 */
export async function discoverRuntimes(options: RuntimeOptions): Promise<readonly Runtime[]> {
  const places = options.places ?? { environment: process.env, home: homedir() };
  const cache = openCache(options.cacheDirectory);
  const found = await Promise.all(
    findInterpreters(places).map((path) => lookUpIn(cache, onMachine(path))),
  );
  cache.save();
  const runtimes = new Map<string, Runtime>();
  for (const runtime of found) {
    if (runtime !== undefined && !runtimes.has(runtime.id)) runtimes.set(runtime.id, runtime);
  }
  return [...runtimes.values()];
}

/** What one file that is called like an interpreter is good for. */
export interface ExaminedInterpreter {
  readonly path: string;
  /** Undefined where it is no Python that works, or none that answered in time. */
  readonly python: string | undefined;
  readonly hasPip: boolean;
  readonly hasVenv: boolean;
}

/**
 * Every file that is looked at for runtimes, in the same order, the useless ones too; and those
 * that say nothing before the signal.
 */
export async function examineInterpreters(
  options: RuntimeOptions,
  signal: AbortSignal,
): Promise<readonly ExaminedInterpreter[]> {
  const places = options.places ?? { environment: process.env, home: homedir() };
  const cache = openCache(options.cacheDirectory);
  const examined = await Promise.all(
    findInterpreters(places).map(async (path) => {
      const asking = installationIn(cache, onMachine(path, signal));
      const installation = await asking.catch((error: unknown) => {
        if (!signal.aborted) throw error;
      });
      if (installation === undefined) {
        return { path, python: undefined, hasPip: false, hasVenv: false };
      }
      const { pip, hasVenv } = installation;
      const python = describeRuntime(installation).pythonFull;
      return { path, python, hasPip: pip !== undefined, hasVenv };
    }),
  );
  cache.save();
  return examined;
}

/**
 * The runtime of one interpreter.
 * @throws ThothError("no-python") where it is none that works.
 */
export async function runtimeOf(interpreter: string, options: RuntimeOptions): Promise<Runtime> {
  const cache = openCache(options.cacheDirectory);
  const runtime = await lookUpIn(cache, onMachine(realPath(interpreter)));
  cache.save();
  if (runtime !== undefined) return runtime;
  throw new ThothError("no-python", `\`${interpreter}\` is no Python that works`, {
    hint: "see `thoth runtimes` for those found on this machine",
  });
}

function realPath(interpreter: string): string {
  try {
    return realpathSync(interpreter);
  } catch (error) {
    if (errorCode(error) === "ENOENT") return interpreter;
    throw error;
  }
}

/** An interpreter, and how to ask it. */
export interface Interpreter {
  /** What its answer is kept under. */
  readonly key: string;
  /** Where it lies on this machine: once that changes, it is asked again. */
  readonly file: string;
  /** The folder of the system that it belongs to, if that is not this machine's. */
  readonly root?: string;
  readonly probe: () => Promise<Installation | undefined>;
}

function onMachine(path: string, signal?: AbortSignal): Interpreter {
  return { key: path, file: path, probe: () => probeInterpreter(path, signal) };
}

/** The runtime of one interpreter, from the cache where it has not changed. */
export async function lookUp(
  options: Pick<RuntimeOptions, "cacheDirectory">,
  interpreter: Interpreter,
): Promise<Runtime | undefined> {
  const cache = openCache(options.cacheDirectory);
  const runtime = await lookUpIn(cache, interpreter);
  cache.save();
  return runtime;
}

async function lookUpIn(cache: ProbeCache, interpreter: Interpreter): Promise<Runtime | undefined> {
  const installation = await installationIn(cache, interpreter);
  return installation === undefined ? undefined : describeRuntime(installation);
}

async function installationIn(
  cache: ProbeCache,
  { key, file, root, probe }: Interpreter,
): Promise<Installation | undefined> {
  const stamp = stampOf(file);
  if (stamp === undefined) return undefined;
  const known = cache.get(key, stamp);
  const installation = known === undefined ? await probe() : installationOf(known.probe, root);
  if (known === undefined) cache.put(key, { stamp, probe: installation?.fields ?? null });
  return installation;
}

/** Changes whenever the file does. */
function stampOf(path: string): string | undefined {
  try {
    const { mtimeMs, size } = statSync(path);
    return `${mtimeMs} ${size}`;
  } catch (error) {
    if (errorCode(error) === "ENOENT") return undefined;
    throw error;
  }
}

// Raised whenever the probe says more or says it differently.
const schema = 2;

interface ProbeRecord {
  readonly stamp: string;
  /** What the probe printed, null where it did not work. */
  readonly probe: unknown;
}

interface ProbeCache {
  get(path: string, stamp: string): ProbeRecord | undefined;
  put(path: string, record: ProbeRecord): void;
  save(): void;
}

function openCache(directory: string): ProbeCache {
  const file = join(directory, "interpreters.json");
  const records = new Map(Object.entries(readRecords(file)));
  let changed = false;
  return {
    get(path, stamp) {
      const record = fieldsOf(records.get(path));
      return record["stamp"] === stamp ? { stamp, probe: record["probe"] } : undefined;
    },
    put(path, record) {
      records.set(path, record);
      changed = true;
    },
    save() {
      if (!changed) return;
      try {
        writeAtomic(
          file,
          `${JSON.stringify({ schema, interpreters: Object.fromEntries(records) })}\n`,
        );
      } catch (error) {
        // A cache that can't be written costs time, nothing else.
        if (!["EACCES", "EROFS", "ENOSPC", "EPERM"].includes(errorCode(error) ?? "")) throw error;
      }
    },
  };
}

function readRecords(file: string): Fields {
  try {
    const content = fieldsOf(JSON.parse(readFileSync(file, "utf8")));
    return content["schema"] === schema ? fieldsOf(content["interpreters"]) : {};
  } catch (error) {
    if (errorCode(error) === "ENOENT" || error instanceof SyntaxError) return {};
    throw error;
  }
}
