import { statSync } from "node:fs";
import { join } from "node:path";
import type { InstalledFact } from "../model/knowledge.ts";
import { type Release, releaseText } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import { runProcess } from "../sandbox/process.ts";
import type { SandboxResult } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import { ThothError } from "../util/errors.ts";
import { pythonScript } from "../util/package-root.ts";
import { detailOf } from "./detail.ts";
import { type Fields, fieldsOf, textField } from "./fields.ts";
import type { Failure } from "./import-failure.ts";
import { judgeImport } from "./import-failure.ts";
import { importReport } from "./import-report.ts";
import { type Installation, installationFor, requirePip } from "./installation.ts";
import { withScratch } from "./scratch.ts";
import { judgeInstall } from "./tool-failure.ts";
import { inside, insideWheel, pipMount, runScript, toolVersions, wheelMounts } from "./workshop.ts";

/** One release to install: a wheel of it on this machine, its hash checked. */
export interface InstallPin {
  readonly release: Release;
  /** The index's file: the wheel itself, or the sdist that it was built of. */
  readonly filename: string;
  readonly sha256: string;
  /** Of the wheel. */
  readonly path: string;
}

export interface InstallCheck {
  readonly runtime: Runtime;
  /** Undefined: pip installs, which runs no code of a wheel; what it accepts says "no-sandbox". */
  readonly sandbox: Sandbox | undefined;
  /** Installed together and each imported. At most one release of a project in both lists. */
  readonly pins: readonly InstallPin[];
  /** Installed with them, since they are needed, but not looked at. */
  readonly context: readonly InstallPin[];
  readonly cacheDirectory: string;
  /** For one release; 60 s unless told. */
  readonly importTimeoutMs?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of each release as soon as it is known. */
  readonly onResult?: (release: Release, fact: InstalledFact) => void;
}

/**
 * Installs wheels into one throwaway environment of the runtime, imports the modules of each
 * release in a process of its own, and says for each (by `releaseText`) what that showed. All
 * happens in the sandbox, without network.
 * @throws ThothError("no-python" | "tool-missing") where the runtime can't do that at all.
 */
export async function checkInstalled(
  check: InstallCheck,
): Promise<ReadonlyMap<string, InstalledFact>> {
  const { sandbox, pins } = check;
  const results = new Results(check);
  if (pins.length === 0) return results.facts;
  const installation = await installationFor(check.runtime);
  results.tools = toolVersions(sandbox, installation);
  await withScratch(check.cacheDirectory, async (scratch) => {
    const onStdout = lineReader((line) => results.take(fieldsOf(JSON.parse(line))));
    const job = { check, installation, scratch, onStdout };
    results.close(await (sandbox === undefined ? installOnly(job) : runCheck(job, sandbox)));
  });
  return results.facts;
}

/** Collects facts from the lines that python/install_check.py writes. */
class Results {
  readonly facts = new Map<string, InstalledFact>();
  tools: InstalledFact["tools"] = {};
  readonly #check: InstallCheck;
  readonly #pins: ReadonlyMap<string, InstallPin>;
  #heard = false;

  constructor(check: InstallCheck) {
    this.#check = check;
    this.#pins = new Map(check.pins.map((pin) => [releaseText(pin.release), pin]));
  }

  take(event: Fields): void {
    this.#heard = true;
    const pin = this.#pins.get(textField(event, "key") ?? "");
    if (pin === undefined) return;
    if (event["event"] === "imported") {
      const report = importReport(event);
      const failure = judgeImport(pin.release.name, report);
      this.#put(pin, failure, report.modules, report.durationMs);
    } else if (event["event"] === "installed" && event["ok"] === false) {
      this.fail(pin, judgeInstall(textField(event, "output") ?? ""));
    } else if (event["event"] === "installed" && this.#check.sandbox === undefined) {
      this.fail(pin, notImported);
    }
  }

  fail(pin: InstallPin, failure: Failure): void {
    this.#put(pin, failure, [], 0);
  }

  /** Judges those of which nothing was heard, by how the whole ended. */
  close(run: SandboxResult): void {
    const silent = this.#check.pins.filter((pin) => !this.facts.has(releaseText(pin.release)));
    if (silent.length === 0) return;
    const ours = endedByUs(run);
    if (ours === undefined && (!this.#heard || run.exitCode !== 0)) {
      throw new ThothError("no-python", "the interpreter can't try out packages", {
        notes: detailOf(run.stderr).split("\n"),
      });
    }
    const lost: Failure = { failure: "install-failed", detail: "pip left nothing of it behind" };
    for (const pin of silent) this.fail(pin, ours ?? lost);
  }

  #put(
    pin: InstallPin,
    failure: Failure | undefined,
    modules: readonly string[],
    durationMs: number,
  ): void {
    const fact: InstalledFact = {
      outcome: failure === undefined ? "ok" : "failed",
      ...(failure === undefined ? {} : failure),
      filename: pin.filename,
      sha256: pin.sha256,
      modules,
      tools: this.tools,
      durationMs,
      observedAt: new Date().toISOString(),
    };
    this.facts.set(releaseText(pin.release), fact);
    this.#check.onResult?.(pin.release, fact);
  }
}

function endedByUs(run: SandboxResult): Failure | undefined {
  if (run.timedOut) return { failure: "timeout", detail: "the whole check ran out of time" };
  if (run.stopped === undefined) return undefined;
  return { failure: "out-of-memory", detail: `the whole check used too many ${run.stopped}` };
}

const notImported: Failure = {
  failure: "no-sandbox",
  detail: "installed, but not imported: that runs code of the package, which needs a sandbox",
};

interface Job {
  readonly check: InstallCheck;
  readonly installation: Installation;
  readonly scratch: string;
  readonly onStdout: (text: string) => void;
}

async function runCheck(job: Job, sandbox: Sandbox): Promise<SandboxResult> {
  const { check, installation } = job;
  const pip = pipMount(requirePip(installation));
  const paths = [...check.pins, ...check.context].map((pin) => pin.path);
  const importMs = check.importTimeoutMs ?? 60_000;
  return runScript({
    ...job,
    sandbox,
    script: "install_check.py",
    request: {
      pip: pip.command,
      environment: `${inside.work}/environment`,
      venv: installation.hasVenv,
      jobs: 2,
      importSeconds: importMs / 1000,
      wheels: [
        ...check.pins.map((pin) => wheelRequest(pin, insideWheel(pin.path), true)),
        ...check.context.map((pin) => wheelRequest(pin, insideWheel(pin.path), false)),
      ],
    },
    readOnly: [pip.mount, ...wheelMounts(paths)],
    writable: [],
    // Wheels unpack to about four times their size; imports add compiled files.
    expectedBytes: 5 * paths.reduce((sum, path) => sum + statSync(path).size, 0),
    timeoutMs: 300_000 + importMs * Math.max(1, check.pins.length / 4),
    signal: check.signal,
  });
}

function wheelRequest(pin: InstallPin, path: string, check: boolean) {
  return { key: releaseText(pin.release), name: pin.release.name, path, check };
}

/**
 * Lets pip unpack the wheels and nothing else. Not into a virtual environment, whose Python would
 * run the lines of `.pth` files when pip is started a second time.
 */
function installOnly({ check, installation, scratch, onStdout }: Job): Promise<SandboxResult> {
  const { path } = requirePip(installation);
  return runProcess({
    command: installation.executable,
    args: ["-E", "-s", "-S", pythonScript("install_check.py")],
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
    onStdout,
  });
}

/** Hands over whole lines as they are completed. */
function lineReader(take: (line: string) => void): (text: string) => void {
  let rest = "";
  return (text) => {
    const lines = `${rest}${text}`.split("\n");
    rest = lines.pop() ?? "";
    for (const line of lines) take(line);
  };
}
