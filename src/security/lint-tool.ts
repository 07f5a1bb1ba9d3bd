import { accessSync, constants, readFileSync, realpathSync } from "node:fs";
import { mkdir, rename, rm } from "node:fs/promises";
import { delimiter, join } from "node:path";
import type { ProcessOptions, ProcessResult } from "../sandbox/process.ts";
import { ThothError } from "../util/errors.ts";
import { parseBanditReport } from "./bandit-report.ts";
import { parseRuffReport } from "./ruff-report.ts";
import type { Linter } from "./second-opinion.ts";

/** Runs one command; `runProcess` of the sandbox folder is one. */
export type Run = (options: ProcessOptions) => Promise<ProcessResult>;

export type LinterName = Linter["name"];

export interface LinterSearch {
  readonly run: Run;
  /** The user's; linters are found on its PATH, and pip reads its configuration from it. */
  readonly environment: Readonly<Record<string, string>>;
  /** A virtual environment for each is made below, where there is none yet. */
  readonly cacheDirectory: string;
  /** An interpreter to look for it in and to install it with. */
  readonly python: string;
  readonly offline: boolean;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Finds a linter: on PATH, in the given Python, in the cache; else installs it there from pip's
 * configured index. Throws "tool-missing" where that is not possible.
 */
export async function findLinter(name: LinterName, search: LinterSearch): Promise<Linter> {
  const folder = join(search.cacheDirectory, "tools", name);
  const own = join(folder, "bin", "python");
  const { PATH = "" } = search.environment;
  const onPath = pythonBehind(name, PATH);
  for (const python of [onPath, search.python, own]) {
    const found = python === undefined ? undefined : await probe(name, python, search);
    if (found !== undefined) return found;
  }
  if (search.offline)
    throw missing(name, `${name} is not installed, and \`--offline\` forbids to fetch it`);
  await install(name, folder, search);
  const installed = await probe(name, own, search);
  if (installed === undefined) throw missing(name, `${name} was installed but does not run`);
  return installed;
}

/** How each is run on a folder, and what reads its report. */
const invocations = {
  bandit: { args: ["-r", "-q", "-f", "json", "-n", "1"], parse: parseBanditReport },
  ruff: {
    // The imports' rules are in preview. No configuration but this line, and no cache to write
    args: [
      ...["check", "--isolated", "--no-cache", "--no-respect-gitignore", "--quiet"],
      ...["--preview", "--select", "S", "--output-format", "json"],
    ],
    parse: parseRuffReport,
  },
} satisfies Record<LinterName, Pick<Linter, "args" | "parse">>;

const probeTimeoutMs = 30_000;
const installTimeoutMs = 300_000;

const probeScript = `
import os, sys
try:
    from importlib import import_module, metadata
    import_module(sys.argv[1])
    version = metadata.version(sys.argv[1])
except ImportError:
    sys.exit(3)
roots = [p for p in sys.path if os.path.isdir(p)] + [sys.prefix, sys.base_prefix]
print("\\0".join([sys.executable, version] + roots))
`;

async function probe(
  name: LinterName,
  python: string,
  search: LinterSearch,
): Promise<Linter | undefined> {
  const result = await runPython(python, ["-c", probeScript, name], search, probeTimeoutMs);
  if (result === undefined || result.exitCode !== 0) return undefined;
  // What a sitecustomize module prints comes before it.
  const [command, version, ...readOnly] = (result.stdout.trim().split("\n").at(-1) ?? "").split(
    "\0",
  );
  if (command === undefined || version === undefined) return undefined;
  const { args, parse } = invocations[name];
  const shown = [...new Set(readOnly)];
  return { name, version, command, args: ["-m", name, ...args], readOnly: shown, parse };
}

async function install(name: LinterName, folder: string, search: LinterSearch): Promise<void> {
  const made = `${folder}.${process.pid}`;
  await mkdir(join(folder, ".."), { recursive: true });
  try {
    const steps = [
      [search.python, "-m", "venv", made],
      [join(made, "bin", "python"), "-m", "pip", ...pipInstall, name],
    ] as const;
    for (const [python, ...args] of steps) {
      const result = await runPython(python, args, search, installTimeoutMs);
      if (result?.exitCode === 0) continue;
      const notes = result?.stderr.trim().split("\n").slice(-3);
      throw missing(name, `${name} could not be installed`, notes);
    }
    await rm(folder, { recursive: true, force: true });
    await rename(made, folder);
  } finally {
    await rm(made, { recursive: true, force: true });
  }
}

const pipInstall = ["install", "--disable-pip-version-check", "--no-input", "--quiet"];

async function runPython(
  command: string,
  args: readonly string[],
  search: LinterSearch,
  timeoutMs: number,
): Promise<ProcessResult | undefined> {
  const { environment: env, signal } = search;
  try {
    // Python puts the current folder before its own modules: "/" holds none.
    return await search.run({ command, args, cwd: "/", env, timeoutMs, signal });
  } catch (error) {
    if (error instanceof ThothError && error.code === "tool-missing") return undefined;
    throw error;
  }
}

/** The interpreter in the first line of a script on PATH; wrappers in other languages have none. */
function pythonBehind(name: string, path: string): string | undefined {
  for (const folder of path.split(delimiter).filter((entry) => entry !== "")) {
    const script = join(folder, name);
    if (!isExecutable(script)) continue;
    const [first = ""] = readFileSync(realpathSync(script), "latin1").split("\n", 1);
    return /^#!\s*(\S*python[\d.]*)\s*$/.exec(first)?.[1];
  }
  return undefined;
}

function isExecutable(path: string): boolean {
  try {
    accessSync(path, constants.X_OK);
    return true;
  } catch {
    return false;
  }
}

function missing(name: LinterName, message: string, notes?: readonly string[]): ThothError {
  const hint = `\`pip install ${name}\`, or set pip's index so that it can be fetched`;
  return new ThothError("tool-missing", message, { hint, notes });
}
