import { existsSync, realpathSync } from "node:fs";
import { release } from "node:os";
import { delimiter, join } from "node:path";
import { bubblewrapArguments } from "./bubblewrap.ts";
import { guardOf } from "./guard.ts";
import { type ProcessResult, runProcess } from "./process.ts";
import type { Sandbox, SandboxedCommand } from "./sandboxed-command.ts";

/** `stopped` is "memory" or "processes" where that limit ended the command. */
export type SandboxResult = ProcessResult;

export type SandboxProbe = { readonly sandbox: Sandbox } | { readonly problem: string };

let probe: Promise<SandboxProbe> | undefined;

/** The sandbox of this machine, or undefined where there is none that works. Tried once. */
export async function findSandbox(): Promise<Sandbox | undefined> {
  const result = await probeSandbox();
  return "sandbox" in result ? result.sandbox : undefined;
}

/** The same, with the reason where there is none. */
export function probeSandbox(): Promise<SandboxProbe> {
  probe ??= trySandbox();
  return probe;
}

/**
 * Runs a command that may be hostile: no network, no secrets, a file system that shows only the
 * system's programs and what is named here, and limits. Nothing of it is alive afterwards.
 */
export function runSandboxed(sandbox: Sandbox, run: SandboxedCommand): Promise<SandboxResult> {
  return runProcess({
    command: sandbox.bubblewrap,
    args: bubblewrapArguments(sandbox, run),
    env: { ...minimalEnvironment, ...run.env },
    timeoutMs: run.limits.timeoutMs,
    guard: guardOf(run.limits),
    signal: run.signal,
    ...(run.stdin === undefined ? {} : { stdin: run.stdin }),
    ...(run.maxOutputBytes === undefined ? {} : { maxOutputBytes: run.maxOutputBytes }),
    ...(run.onStdout === undefined ? {} : { onStdout: run.onStdout }),
  });
}

const minimalEnvironment = {
  HOME: "/tmp/home",
  LANG: "C.UTF-8",
  LC_ALL: "C.UTF-8",
  LOGNAME: "thoth",
  PATH: "/usr/local/bin:/usr/bin:/bin",
  TMPDIR: "/tmp",
  USER: "thoth",
};

async function trySandbox(): Promise<SandboxProbe> {
  if (process.platform !== "linux") return { problem: "bubblewrap exists only on Linux" };
  const bubblewrap = findProgram("bwrap");
  if (bubblewrap === undefined) return { problem: "`bwrap` (bubblewrap) is not installed" };
  const prlimit = findProgram("prlimit");
  if (prlimit === undefined) return { problem: "`prlimit` (util-linux) is not installed" };

  const [version, help] = await Promise.all([
    ask(bubblewrap, "--version"),
    ask(bubblewrap, "--help"),
  ]);
  const sandbox: Sandbox = {
    bubblewrap,
    version: version.stdout.trim(),
    prlimit,
    sizedMemory: `${help.stdout}${help.stderr}`.includes("--size "),
    countsProcesses: kernelIsAtLeast(release(), 5, 14),
  };
  const trial = await runSandboxed(sandbox, {
    command: "/bin/true",
    args: [],
    interpreterPaths: [],
    readOnly: [],
    writable: [],
    limits: { timeoutMs: 10_000, memoryBytes: 2 ** 30, processes: 64, fileBytes: 2 ** 20 },
  });
  if (trial.exitCode === 0) return { sandbox };
  return { problem: `\`bwrap\` does not work here: ${lastLine(trial.stderr)}` };
}

function ask(command: string, option: string): Promise<ProcessResult> {
  return runProcess({ command, args: [option], env: minimalEnvironment, timeoutMs: 10_000 });
}

function findProgram(name: string): string | undefined {
  const folders = [...(process.env["PATH"] ?? "").split(delimiter), "/usr/bin", "/bin"];
  const path = folders
    .filter((folder) => folder.startsWith("/"))
    .map((folder) => join(folder, name))
    .find((candidate) => existsSync(candidate));
  return path === undefined ? undefined : realpathSync(path);
}

function lastLine(text: string): string {
  return text.trim().split("\n").at(-1) ?? "no reason given";
}

function kernelIsAtLeast(text: string, major: number, minor: number): boolean {
  const [, found = "0", second = "0"] = /^(\d+)\.(\d+)/.exec(text) ?? [];
  return Number(found) > major || (Number(found) === major && Number(second) >= minor);
}
