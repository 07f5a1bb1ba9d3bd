import { tmpdir } from "node:os";
import { probeSandbox } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import { ThothError } from "../util/errors.ts";
import { type Installation, probed } from "./installation.ts";
import { usualLimits } from "./limits.ts";
import { runScript } from "./workshop.ts";

/** What a Python in another system says of itself; else what was printed instead. */
export interface RootProbe {
  readonly installation: Installation | undefined;
  readonly stderr: string;
}

/**
 * Runs the probe under an interpreter of another system, whose folder is `root`.
 * @throws ThothError("no-sandbox") where nothing but a sandbox could run it.
 */
export async function probeInRoot(root: string, interpreter: string): Promise<RootProbe> {
  const result = await runScript({
    sandbox: await sandboxFor(root),
    installation: { executable: interpreter, prefixes: [], root },
    script: "probe.py",
    request: {},
    readOnly: [],
    writable: [],
    scratch: tmpdir(),
    expectedBytes: 0,
    limits: usualLimits(),
    timeoutMs: 30_000,
  });
  const installation = result.exitCode === 0 ? probed(result.stdout, root) : undefined;
  return { installation, stderr: result.stderr };
}

async function sandboxFor(root: string): Promise<Sandbox> {
  const found = await probeSandbox();
  if ("sandbox" in found) return found.sandbox;
  throw needsSandbox(root, found.problem);
}

/** Another system's programs run through the sandbox or not at all. */
export function needsSandbox(root: string, problem: string): ThothError {
  return new ThothError("no-sandbox", `the system in \`${root}\` can't be run: ${problem}`, {
    hint: "install bubblewrap, e.g. `apt-get install bubblewrap`; see docs/runtimes.md",
  });
}
