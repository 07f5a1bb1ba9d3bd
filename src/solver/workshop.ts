import { basename, join } from "node:path";
import { runSandboxed, type SandboxResult } from "../sandbox/sandbox.ts";
import type { Mount, Sandbox, SandboxLimits } from "../sandbox/sandboxed-command.ts";
import { packageRoot } from "../util/package-root.ts";
import type { Installation } from "./installation.ts";
import { availableMemory, memoryLimit } from "./scratch.ts";

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
  readonly installation: Installation;
  /** Of python/. */
  readonly script: string;
  readonly request: unknown;
  readonly readOnly: readonly Mount[];
  readonly writable: readonly Mount[];
  /** A folder of this machine for /work, used where it does not fit into memory. */
  readonly scratch: string;
  /** About how much will be written to /work. */
  readonly expectedBytes: number;
  readonly timeoutMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly onStdout?: (text: string) => void;
}

/** Runs one of our Python scripts in the sandbox, under the interpreter of a runtime. */
export function runScript(run: ScriptRun): Promise<SandboxResult> {
  const { installation, scratch, expectedBytes } = run;
  const memory = inMemoryBytes(expectedBytes, run.sandbox);
  return runSandboxed(run.sandbox, {
    command: installation.executable,
    args: ["-E", "-s", "-S", `${inside.scripts}/${run.script}`],
    env: {
      MPLBACKEND: "Agg",
      // With no CPU to spare for it, a pool of threads a process only takes memory.
      OMP_NUM_THREADS: "1",
      OPENBLAS_NUM_THREADS: "1",
    },
    stdin: JSON.stringify(run.request),
    interpreterPaths: installation.prefixes,
    readOnly: [{ from: join(packageRoot(), "python"), to: inside.scripts }, ...run.readOnly],
    writable: [
      ...(memory === undefined ? [{ from: scratch, to: inside.work }] : []),
      ...run.writable,
    ],
    inMemory: memory === undefined ? [] : [{ path: inside.work, bytes: memory }],
    limits: limits(run.timeoutMs),
    maxOutputBytes: 4_000_000,
    signal: run.signal,
    ...(run.onStdout === undefined ? {} : { onStdout: run.onStdout }),
  });
}

// On disk pip's fsync for each wheel makes an environment of 110 wheels take 9 s instead of 3 s.
function inMemoryBytes(expected: number, sandbox: Sandbox): number | undefined {
  const half = Math.floor(availableMemory() / 2);
  return sandbox.sizedMemory && expected < half ? half : undefined;
}

function limits(timeoutMs: number): SandboxLimits {
  return { timeoutMs, memoryBytes: memoryLimit(), processes: 1024, fileBytes: 8 * 1024 ** 3 };
}

/** Shows pip inside; `command` is what Python runs. */
export function pipMount(pip: { readonly path: string }): {
  readonly mount: Mount;
  readonly command: string;
} {
  const isWheel = pip.path.endsWith(".whl");
  // Alone in its folder: beside it lie packages that are none of the environment's business.
  const to = `${inside.pip}/${isWheel ? basename(pip.path) : "pip"}`;
  return { mount: { from: pip.path, to }, command: isWheel ? `${to}/pip` : to };
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
