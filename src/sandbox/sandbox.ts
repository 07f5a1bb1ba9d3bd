import { chownSync, existsSync, realpathSync, statSync } from "node:fs";
import { release } from "node:os";
import { delimiter, join } from "node:path";
import { bubblewrapArguments } from "./bubblewrap.ts";
import { guardOf } from "./guard.ts";
import { type ProcessResult, runProcess } from "./process.ts";
import {
  type Isolation,
  type Mount,
  type Sandbox,
  type SandboxedCommand,
  sandboxUser,
} from "./sandboxed-command.ts";

/** `stopped` is a `Stop` of guard.ts where that limit ended the command. */
export type SandboxResult = ProcessResult;

export type SandboxProbe =
  | { readonly sandbox: Sandbox }
  | {
      readonly problem: string;
      /** A program that is not there, one that is too old, or a system that lets it do nothing. */
      readonly because: "missing" | "old" | "refused";
    };

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
 * system's programs and what is named here, and limits. Nothing of it is alive afterwards. Started
 * by root, the writable folders are given to the user that the command runs as.
 */
export function runSandboxed(sandbox: Sandbox, run: SandboxedCommand): Promise<SandboxResult> {
  const isolation = isolationFor(sandbox, run);
  if (isolation.kind === "user") {
    for (const { from } of run.writable) chownSync(from, sandboxUser, sandboxUser);
  }
  return runProcess({
    command: sandbox.bubblewrap,
    args: bubblewrapArguments(sandbox, isolation, run),
    env: { ...minimalEnvironment, ...run.env },
    timeoutMs: run.limits.timeoutMs,
    guard: guardOf(run.limits),
    signal: run.signal,
    ...(run.stdin === undefined ? {} : { stdin: run.stdin }),
    ...(run.maxOutputBytes === undefined ? {} : { maxOutputBytes: run.maxOutputBytes }),
    ...(run.onStdout === undefined ? {} : { onStdout: run.onStdout }),
  });
}

function isolationFor({ isolations }: Sandbox, run: SandboxedCommand): Isolation {
  const [best] = isolations;
  if (best === undefined) throw new Error("a sandbox without a way to isolate");
  if (best.kind === "namespace") return best;
  const folders = run.root === undefined ? run.interpreterPaths : [run.root];
  const sources = [...folders.map((from) => ({ from })), ...run.readOnly];
  if (sources.every(isReadableByAll)) return best;
  return isolations.find(({ kind }) => kind === "namespace") ?? best;
}

function isReadableByAll(mount: Mount): boolean {
  const status = statSync(mount.from, { throwIfNoEntry: false });
  if (mount.ownerOnly === true || status === undefined) return false;
  const needed = status.isDirectory() ? 0o005 : 0o004;
  return (status.mode & needed) === needed;
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
  if (process.platform !== "linux")
    return { problem: "bubblewrap exists only on Linux", because: "refused" };
  const bubblewrap = findProgram("bwrap");
  if (bubblewrap === undefined) return missing("`bwrap` (bubblewrap)");
  const prlimit = findProgram("prlimit");
  if (prlimit === undefined) return missing("`prlimit` (util-linux)");

  const [version, help] = await Promise.all([
    ask(bubblewrap, "--version"),
    ask(bubblewrap, "--help"),
  ]);
  const options = `${help.stdout}${help.stderr}`;
  if (!options.includes("--perms "))
    return { problem: "`bwrap` is older than 0.5", because: "old" };
  const base = {
    bubblewrap,
    version: version.stdout.trim(),
    prlimit,
    sizedMemory: options.includes("--size "),
  };
  const trials = await Promise.all(
    possibleIsolations().map((isolation) => tryIsolation(base, isolation)),
  );
  const isolations = trials.flatMap((trial) => ("isolation" in trial ? [trial.isolation] : []));
  if (isolations.length > 0) return { sandbox: { ...base, isolations } };
  const why = trials.flatMap((trial) => ("problem" in trial ? [trial.problem] : []));
  return { problem: `\`bwrap\` does not work here: ${why.at(-1)}`, because: "refused" };
}

function missing(program: string): SandboxProbe {
  return { problem: `${program} is not installed`, because: "missing" };
}

function possibleIsolations(): readonly Isolation[] {
  const isRoot = process.getuid?.() === 0;
  const setpriv = isRoot ? findProgram("setpriv") : undefined;
  const countsProcesses = !isRoot && kernelIsAtLeast(release(), 5, 14);
  const alone: Isolation = { kind: "namespace", countsProcesses };
  return setpriv === undefined
    ? [alone]
    : [{ kind: "user", setpriv, countsProcesses: true }, alone];
}

async function tryIsolation(
  base: Omit<Sandbox, "isolations">,
  isolation: Isolation,
): Promise<{ readonly isolation: Isolation } | { readonly problem: string }> {
  const { exitCode, stderr } = await runSandboxed(
    { ...base, isolations: [isolation] },
    {
      command: "/bin/true",
      args: [],
      interpreterPaths: [],
      readOnly: [],
      writable: [],
      limits: { timeoutMs: 10_000, memoryBytes: 2 ** 30, processes: 64, fileBytes: 2 ** 20 },
    },
  );
  return exitCode === 0 ? { isolation } : { problem: lastLine(stderr) };
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
