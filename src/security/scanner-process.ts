import { existsSync } from "node:fs";
import { join } from "node:path";
import { guardOf } from "../sandbox/guard.ts";
import { type ProcessResult, runProcess } from "../sandbox/process.ts";
import { runSandboxed } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import { ThothError } from "../util/errors.ts";
import { packageRoot } from "../util/package-root.ts";

/** A command that only reads: what it needs of this machine is `readOnly`; no network, no writing. */
export interface ScanCommand {
  readonly command: string;
  readonly args: readonly string[];
  readonly readOnly: readonly string[];
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
}

/** Runs what reads foreign code. */
export type ScanRun = (command: ScanCommand) => Promise<ProcessResult>;

/** For each process; Django takes our own checks a tenth of it, numpy takes bandit an eighth. */
const memoryBytes = 1_000_000_000;
/** The kernel counts threads, of which Node has eleven, of all sandboxes of this user together. */
const processes = 1024;
const fileBytes = 1_000_000;
const maxOutputBytes = 64_000_000;

/**
 * Runs a scanner where it sees nothing but itself and what it reads, without network. Scanners run
 * no code of a package, but they parse what may be hostile: without a sandbox (undefined) they run
 * with the same limits on time and memory.
 */
export function scanRun(sandbox: Sandbox | undefined): ScanRun {
  // Node reads the system's OpenSSL settings when it starts, which the sandbox's user may not
  const env = { OPENSSL_CONF: "/dev/null", PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" };
  return ({ command, args, readOnly, timeoutMs, signal }) =>
    sandbox === undefined
      ? runProcess({
          ...{ command, args, timeoutMs, maxOutputBytes, signal },
          cwd: "/",
          env: { ...env, PATH: "/usr/local/bin:/usr/bin:/bin" },
          ...(process.platform === "linux" && { guard: guardOf({ memoryBytes, processes }) }),
        })
      : runSandboxed(sandbox, {
          ...{ command, args, env, maxOutputBytes, signal },
          interpreterPaths: readOnly,
          readOnly: [],
          writable: [],
          limits: { timeoutMs, memoryBytes, processes, fileBytes },
        });
}

/** How a scan ended that gave nothing to go by. */
export interface ScanEnd {
  readonly failure: "timeout" | "tool-failed";
  readonly detail: string;
}

/**
 * Why a scanner did not end by itself; undefined where it did.
 * @throws ThothError where this machine is to blame and not what was scanned.
 */
export function judgeScan(run: ProcessResult, tool: string): ScanEnd | undefined {
  const { exitCode, signal, stderr, stopped } = run;
  if (run.timedOut) return { failure: "timeout", detail: `${tool} did not end in time` };
  if (stopped !== undefined)
    return { failure: "tool-failed", detail: `${tool} met our limit of ${stopped}` };
  if (stderr.startsWith("bwrap:"))
    throw new ThothError("no-sandbox", "the sandbox did not start", {
      notes: [lastLine(stderr)],
      hint: "see that `bwrap --unshare-all --ro-bind / / true` works here, then run it again",
    });
  if (noThreads.test(stderr))
    throw new ThothError("machine-busy", `${tool} could start no threads here`, {
      notes: [lastLine(stderr)],
      hint: "run it again when less runs here",
    });
  if (signal === "SIGKILL" || exitCode === killedByShell)
    throw new ThothError("killed", `${tool} was killed, not by us`, {
      hint: "run it again; the system kills what takes memory that it lacks",
    });
  return undefined;
}

const killedByShell = 128 + 9;
const noThreads = /thread_create|Resource temporarily unavailable/;

/** What a program complained of: the last line that speaks of an error, else the last. */
export function lastLine(stderr: string): string {
  const all = stderr.trim().split("\n");
  return all.findLast((line) => /error/i.test(line)) ?? all.at(-1) ?? "";
}

/** Our own scanner as a command, with what it needs to read besides the archive. */
export function ownScanner(): Pick<ScanCommand, "command" | "args" | "readOnly"> {
  const root = packageRoot();
  const program = join(root, "dist", "scan.cjs");
  if (!existsSync(program)) throw new Error(`${program} is missing: it was not built`);
  return {
    command: process.execPath,
    args: ["--max-old-space-size=500", program],
    readOnly: [process.execPath, join(root, "dist"), join(root, "package.json")],
  };
}
