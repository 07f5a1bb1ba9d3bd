import { runSandboxed } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import type { ScanRun } from "./scan-distribution.ts";

/** numpy, the largest that was measured, takes bandit 121 MB. */
const memoryBytes = 1_000_000_000;
const processes = 16;
const fileBytes = 1_000_000;

/**
 * Runs the scanner where it sees nothing but itself and the code, without network: bandit runs no
 * code of a package, but it parses what may be hostile.
 */
export function sandboxedScan(sandbox: Sandbox): ScanRun {
  return ({ command, args, timeoutMs, maxOutputBytes, readOnly, signal, onStdout }) =>
    runSandboxed(sandbox, {
      command,
      args,
      env: { PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" },
      interpreterPaths: readOnly,
      readOnly: [],
      writable: [],
      limits: { timeoutMs, memoryBytes, processes, fileBytes },
      signal,
      ...(maxOutputBytes === undefined ? {} : { maxOutputBytes }),
      ...(onStdout === undefined ? {} : { onStdout }),
    });
}
