import { existsSync } from "node:fs";
import { join } from "node:path";
import { runProcess } from "../sandbox/process.ts";
import { storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";

/** Longer than a push to a Git service takes, shorter than a command that hangs may hold a lane. */
const timeoutMs = 600_000;

/** What the user's command is told of. */
export interface HandedOver {
  readonly folder: string;
  /** Where the new lock lies, if there is one. */
  readonly lock: string;
  readonly project: string;
  readonly runId: string;
  readonly outcome: string;
}

/**
 * Runs the user's command in the project's folder, as the user would: not in the sandbox, with the
 * environment of Thoth. Its output goes to `exec.log` in the folder of the run. Returns what went
 * wrong, undefined if nothing did; throws only the reason of the signal.
 */
export async function handOver(
  services: Pick<Services, "environment" | "signal">,
  command: string | null,
  run: HandedOver,
): Promise<string | undefined> {
  if (command === null) return undefined;
  const told = {
    THOTH_RUN: run.runId,
    THOTH_PROJECT: run.project,
    THOTH_OUTCOME: run.outcome,
    THOTH_REPORT: join(run.folder, "report.md"),
    THOTH_LOCK: existsSync(run.lock) ? run.lock : "",
  };
  try {
    const result = await runProcess({
      command: "/bin/sh",
      // One stream, so that the log has the lines in their order
      args: ["-c", `exec 2>&1\n${command}`],
      cwd: run.project,
      env: { ...defined(services.environment), ...told },
      timeoutMs,
      signal: services.signal,
    });
    const { exitCode, signal, stdout, timedOut } = result;
    keepLog(join(run.folder, "exec.log"), stdout);
    if (exitCode === 0) return undefined;
    const how = timedOut
      ? `did not end within ${timeoutMs / 60_000} minutes`
      : exitCode === undefined
        ? `was ended by ${signal}`
        : `ended with ${exitCode}`;
    return `the command of --exec ${how}; see exec.log`;
  } catch (error) {
    if (error instanceof ThothError && error.code === "tool-missing") return error.message;
    throw error;
  }
}

function keepLog(path: string, text: string): void {
  try {
    // What the command printed may be for its user alone
    writeAtomic(path, text, { mode: 0o600 });
  } catch (error) {
    throw storageError(error, path, "store-unwritable");
  }
}

function defined(environment: Services["environment"]): Record<string, string> {
  const entries = Object.entries(environment).flatMap(([name, value]) =>
    value === undefined ? [] : [[name, value] as const],
  );
  return Object.fromEntries(entries);
}
