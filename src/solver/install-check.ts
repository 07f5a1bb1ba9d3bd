import { statSync } from "node:fs";
import { join } from "node:path";
import type { InstalledFact } from "../model/knowledge.ts";
import { releaseText } from "../model/release.ts";
import { isNearlyFull } from "../sandbox/guard.ts";
import { runProcess } from "../sandbox/process.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import { pythonScript } from "../util/package-root.ts";
import { fieldsOf } from "./fields.ts";
import type { InstallCheck, InstallPin } from "./install-plan.ts";
import { InstallResults } from "./install-results.ts";
import { type Installation, requirePip } from "./installation.ts";
import { installationFor } from "./installations.ts";
import { type RunLimits, tryTwice, usualLimits } from "./limits.ts";
import { needsSandbox } from "./root-probe.ts";
import { withScratch } from "./scratch.ts";
import {
  inside,
  insideWheel,
  pipMount,
  runScript,
  type ScriptResult,
  toolVersions,
  wheelMounts,
} from "./workshop.ts";

/**
 * Installs wheels into one throwaway environment of the runtime, imports the modules of each
 * release in a process of its own, and says for each (by `releaseText`) what that showed. All
 * happens in the sandbox, without network. What took too long, needed too much or was killed is
 * tried once more, with more of both.
 * @throws ThothError("no-python" | "tool-missing") where the runtime can't do that at all, and
 * "machine-busy", "disk-full" or "no-sandbox" where it can't now.
 */
export async function checkInstalled(
  check: InstallCheck,
): Promise<ReadonlyMap<string, InstalledFact>> {
  const { sandbox, pins } = check;
  if (pins.length === 0) return new Map();
  const installation = await installationFor(check.runtime);
  const results = new InstallResults(check, toolVersions(sandbox, installation));
  if (sandbox === undefined) {
    if (installation.root !== undefined) throw needsSandbox(installation.root, "no sandbox");
    await withScratch(check.cacheDirectory, async (scratch) => {
      results.begin({ ...usualLimits(), last: true }, pins);
      results.close(await installOnly({ check, installation, scratch }, results));
    });
    return results.facts;
  }
  await tryTwice(
    (limits) => runOnce({ check, installation, sandbox, limits }, results),
    () => results.open().length > 0,
  );
  return results.facts;
}

interface Attempt {
  readonly check: InstallCheck;
  readonly installation: Installation;
  readonly sandbox: Sandbox;
  readonly limits: RunLimits;
}

/** Installs all and imports those that are not known yet. */
async function runOnce(attempt: Attempt, results: InstallResults): Promise<void> {
  const open = results.open();
  // Who ended the last try is not known, and each is to answer for itself only
  const apart = attempt.limits.last && results.endedAsOne;
  for (const pins of apart ? open.map((pin) => [pin]) : [open]) {
    await withScratch(attempt.check.cacheDirectory, async (scratch) => {
      results.begin(attempt.limits, pins);
      results.close(await runCheck({ ...attempt, scratch, pins }, results));
    });
  }
}

async function runCheck(
  job: Attempt & { readonly scratch: string; readonly pins: readonly InstallPin[] },
  results: InstallResults,
): Promise<ScriptResult> {
  const { check, installation, limits } = job;
  const pip = pipMount(installation);
  const paths = [...check.pins, ...check.context].map((pin) => pin.path);
  const wanted = new Set(job.pins);
  const importMs = check.importTimeoutMs ?? 60_000;
  return runScript({
    ...job,
    script: "install_check.py",
    request: {
      pip: pip.command,
      environment: `${inside.work}/environment`,
      venv: installation.hasVenv,
      jobs: 2,
      importSeconds: (importMs * limits.patience) / 1000,
      wheels: [
        ...check.pins.map((pin) => wheelRequest(pin, insideWheel(pin.path), wanted.has(pin))),
        ...check.context.map((pin) => wheelRequest(pin, insideWheel(pin.path), false)),
      ],
    },
    readOnly: [pip.mount, ...wheelMounts(paths)],
    writable: [],
    // Wheels unpack to about four times their size; imports add compiled files.
    expectedBytes: 5 * paths.reduce((sum, path) => sum + statSync(path).size, 0),
    timeoutMs: 300_000 + importMs * Math.max(1, job.pins.length / 4),
    signal: check.signal,
    onStdout: lineReader(results),
  });
}

function wheelRequest(pin: InstallPin, path: string, check: boolean) {
  return { key: releaseText(pin.release), name: pin.release.name, path, check };
}

/**
 * Lets pip unpack the wheels and nothing else. Not into a virtual environment, whose Python would
 * run the lines of `.pth` files when pip is started a second time.
 */
async function installOnly(
  {
    check,
    installation,
    scratch,
  }: Pick<Attempt, "check" | "installation"> & { readonly scratch: string },
  results: InstallResults,
): Promise<ScriptResult> {
  const { path } = requirePip(installation);
  const run = await runProcess({
    command: installation.executable,
    args: ["-E", "-s", "-S", "-B", pythonScript("install_check.py")],
    cwd: scratch,
    env: { PATH: "/usr/bin:/bin", HOME: scratch, TMPDIR: scratch, LC_ALL: "C.UTF-8" },
    stdin: JSON.stringify({
      pip: path.endsWith(".whl") ? `${path}/pip` : path,
      environment: join(scratch, "environment"),
      venv: false,
      jobs: 1,
      importSeconds: 0,
      wheels: check.pins.map((pin) => wheelRequest(pin, pin.path, false)),
    }),
    timeoutMs: 600_000,
    signal: check.signal,
    onStdout: lineReader(results),
  });
  return { ...run, started: true, systemKilled: false, diskFull: isNearlyFull(scratch) };
}

/** Hands over whole lines as they are completed. */
function lineReader(results: InstallResults): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) results.take(fieldsOf(JSON.parse(line)));
  };
}
