import { ThothError } from "../util/errors.ts";
import { OutputTail } from "./output.ts";
import { endGroup } from "./process-group.ts";

/** One command to run. Its environment is exactly `env`; nothing of ours is inherited. */
export interface ProcessOptions {
  readonly command: string;
  readonly args: readonly string[];
  readonly cwd?: string;
  readonly env: Readonly<Record<string, string>>;
  readonly stdin?: string;
  readonly timeoutMs: number;
  /** Of each stream the last so many characters are kept; 1,000,000 unless told. */
  readonly maxOutputBytes?: number;
  readonly signal?: AbortSignal | undefined;
  /** Called with each piece of stdout as it comes. */
  readonly onStdout?: (text: string) => void;
  /** Asked every 200 ms; a text ends the process and comes back as `stopped`. */
  readonly guard?: (pid: number) => string | undefined;
}

export interface ProcessResult {
  /** Absent where a signal ended the process. */
  readonly exitCode: number | undefined;
  readonly signal: string | undefined;
  readonly stdout: string;
  readonly stderr: string;
  readonly timedOut: boolean;
  /** What the guard said when it ended the process. */
  readonly stopped: string | undefined;
  readonly outputTruncated: boolean;
  readonly durationMs: number;
}

const guardMs = 200;
const drainMs = 500;

/**
 * Runs a command in a process group of its own and leaves no member of it alive, whether it ended
 * by itself, ran out of time or was cancelled. Throws ThothError("tool-missing") where there is no
 * such command, and the signal's reason once that is aborted and the group is gone.
 */
export async function runProcess(options: ProcessOptions): Promise<ProcessResult> {
  options.signal?.throwIfAborted();
  // Loading execa costs 88 ms, and most runs of Thoth start no process.
  const { execa } = await import("execa");
  const start = performance.now();
  const child = execa(options.command, options.args, {
    ...(options.cwd === undefined ? {} : { cwd: options.cwd }),
    ...(options.stdin === undefined ? { stdin: "ignore" } : { input: options.stdin }),
    env: options.env,
    extendEnv: false,
    detached: true,
    reject: false,
    buffer: false,
  });
  const limit = options.maxOutputBytes ?? 1_000_000;
  const [stdout, stderr] = [new OutputTail(limit), new OutputTail(limit)];
  child.stdout?.on("data", (chunk: Uint8Array) => {
    const text = stdout.add(chunk);
    options.onStdout?.(text);
  });
  child.stderr?.on("data", (chunk: Uint8Array) => stderr.add(chunk));

  const ending = supervise(child, options);
  const result = await child;
  const end = await ending.settle();
  options.signal?.throwIfAborted();
  if (child.pid === undefined) throw missing(options.command, result.cause);
  const texts = { stdout: stdout.text(), stderr: stderr.text() };
  return {
    exitCode: result.exitCode,
    signal: result.signal,
    ...texts,
    ...end,
    outputTruncated: stdout.truncated || stderr.truncated,
    durationMs: Math.round(performance.now() - start),
  };
}

interface Child {
  readonly pid?: number | undefined;
  readonly stdout: { destroy(): unknown } | null;
  readonly stderr: { destroy(): unknown } | null;
  once(event: "exit" | "error", listener: () => void): unknown;
}

/** Ends the group on time-out, cancellation, the guard's word, or its leader's own end. */
function supervise(child: Child, options: ProcessOptions) {
  const { pid } = child;
  let work: Promise<void> | undefined;
  let timedOut = false;
  let stopped: string | undefined;
  const end = (first?: NodeJS.Signals): void => {
    if (pid === undefined) return;
    work ??= endGroup(pid, first);
  };
  const deadline = setTimeout(() => {
    timedOut = true;
    end();
  }, options.timeoutMs);
  const watch = setInterval(() => {
    stopped ??= pid === undefined ? undefined : options.guard?.(pid);
    if (stopped !== undefined) end("SIGKILL");
  }, guardMs);
  const cancel = (): void => end();
  options.signal?.addEventListener("abort", cancel);
  let drain: NodeJS.Timeout | undefined;
  child.once("exit", () => {
    clearTimeout(deadline);
    clearInterval(watch);
    end();
    // What left the group may still hold the pipes; its output is not worth waiting for.
    drain = setTimeout(() => {
      child.stdout?.destroy();
      child.stderr?.destroy();
    }, drainMs);
  });
  return {
    async settle() {
      clearTimeout(deadline);
      clearInterval(watch);
      clearTimeout(drain);
      options.signal?.removeEventListener("abort", cancel);
      await work;
      return { timedOut, stopped };
    },
  };
}

function missing(command: string, cause: unknown): ThothError {
  return new ThothError("tool-missing", `\`${command}\` can't be run`, { cause });
}
