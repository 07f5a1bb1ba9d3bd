import { basename, join } from "node:path";
import { isNearlyFull } from "../sandbox/guard.ts";
import { runSandboxed, type SandboxResult } from "../sandbox/sandbox.ts";
import type { Mount, Sandbox } from "../sandbox/sandboxed-command.ts";
import { packageRoot } from "../util/package-root.ts";
import { type Installation, requirePip } from "./installation.ts";
import { availableMemory, type RunLimits, systemKills } from "./limits.ts";
import { pathInRoot } from "./path-in-root.ts";

/** Where everything lies inside the sandbox, the same on every machine. */
export const inside = {
  scripts: "/thoth",
  pip: "/pip",
  wheels: "/wheels",
  work: "/work",
  source: "/source",
  out: "/out",
};

export interface ScriptRun {
  readonly sandbox: Sandbox;
  readonly installation: Pick<Installation, "executable" | "prefixes" | "root">;
  /** Of python/. */
  readonly script: string;
  readonly request: unknown;
  readonly readOnly: readonly Mount[];
  readonly writable: readonly Mount[];
  /** A folder of this machine for /work, used where it does not fit into memory. */
  readonly scratch: string;
  /** About how much will be written to /work. */
  readonly expectedBytes: number;
  readonly limits: RunLimits;
  /** Of a first try. */
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStdout?: (text: string) => void;
}

export interface ScriptResult extends SandboxResult {
  /** Whether the script came to run at all. */
  readonly started: boolean;
  /** The system killed processes, ours or others, for want of memory meanwhile. */
  readonly systemKilled: boolean;
  /** /work was on a disk that had no room left at the end. */
  readonly diskFull: boolean;
}

// The line of python/entry.py.
const startedLine = '{"event": "started"}\n';

/** Runs one of our Python scripts in the sandbox, under the interpreter of a runtime. */
export async function runScript(run: ScriptRun): Promise<ScriptResult> {
  const { installation, scratch, limits, onStdout } = run;
  const memory = inMemoryBytes(run);
  const kills = systemKills();
  let head = "";
  const result = await runSandboxed(run.sandbox, {
    command: installation.executable,
    args: ["-E", "-s", "-S", `${inside.scripts}/${run.script}`],
    env: {
      MPLBACKEND: "Agg",
      // With no CPU to spare for it, a pool of threads a process only takes memory.
      OMP_NUM_THREADS: "1",
      OPENBLAS_NUM_THREADS: "1",
    },
    stdin: JSON.stringify(run.request),
    root: installation.root,
    interpreterPaths: installation.prefixes,
    readOnly: [{ from: join(packageRoot(), "python"), to: inside.scripts }, ...run.readOnly],
    writable: [
      ...(memory === undefined ? [{ from: scratch, to: inside.work }] : []),
      ...run.writable,
    ],
    inMemory: memory === undefined ? [] : [{ path: inside.work, bytes: memory }],
    limits: {
      timeoutMs: run.timeoutMs * limits.patience,
      memoryBytes: limits.memoryBytes,
      processes: 1024,
      fileBytes: 8 * 1024 ** 3,
      ...(memory === undefined || run.writable.length > 0 ? { disk: scratch } : {}),
    },
    maxOutputBytes: 4_000_000,
    signal: run.signal,
    onStdout: (text) => {
      if (head.length < startedLine.length) head += text;
      onStdout?.(text);
    },
  });
  return {
    ...result,
    stdout: result.stdout.startsWith(startedLine)
      ? result.stdout.slice(startedLine.length)
      : result.stdout,
    started: head.startsWith(startedLine),
    systemKilled: systemKills() > kills,
    diskFull: result.stopped === "disk" || (memory === undefined && isNearlyFull(scratch)),
  };
}

// On disk pip's fsync for each wheel makes an environment of 110 wheels take 9 s instead of 3 s.
function inMemoryBytes({ expectedBytes, sandbox, limits }: ScriptRun): number | undefined {
  const half = Math.floor(availableMemory() / 2);
  if (!sandbox.sizedMemory || expectedBytes >= half) return undefined;
  return limits.last ? half : Math.min(half, 2 * expectedBytes + 512 * 1024 ** 2);
}

/** Shows pip inside; `command` is what Python runs. */
export function pipMount(installation: Installation): {
  readonly mount: Mount;
  readonly command: string;
} {
  const { path } = requirePip(installation);
  const from = installation.root === undefined ? path : pathInRoot(installation.root, path);
  if (from === undefined) throw new Error(`${path} is not in ${installation.root}`);
  const isWheel = path.endsWith(".whl");
  // Alone in its folder: beside it lie packages that are none of the environment's business.
  const to = `${inside.pip}/${isWheel ? basename(path) : "pip"}`;
  return { mount: { from, to }, command: isWheel ? `${to}/pip` : to };
}

/** Shows wheels inside under the names they have. */
export function wheelMounts(paths: readonly string[]): readonly Mount[] {
  return paths.map((path) => ({ from: path, to: insideWheel(path) }));
}

export function insideWheel(path: string): string {
  return `${inside.wheels}/${basename(path)}`;
}

/** What a record of an observation says of the tools, e.g. {"pip": "23.2.1", …}. */
export function toolVersions(
  sandbox: Sandbox | undefined,
  { pip, fields }: Installation,
): Readonly<Record<string, string>> {
  const version = fields["version"];
  const python = Array.isArray(version) ? version.slice(0, 3).join(".") : "unknown";
  return {
    python,
    ...(sandbox === undefined ? {} : { sandbox: sandbox.version }),
    ...(pip === undefined ? {} : { pip: pip.version }),
  };
}
