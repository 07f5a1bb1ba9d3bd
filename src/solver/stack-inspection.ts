import { statSync } from "node:fs";
import type { InspectionJob, RefusedPin } from "../model/inspection.ts";
import { releaseText } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import { ThothError } from "../util/errors.ts";
import { detailOf } from "./detail.ts";
import { type Fields, fieldsOf, textField } from "./fields.ts";
import { inspectionJob, stdoutLimit } from "./inspection-job.ts";
import type { InstallPin } from "./install-plan.ts";
import { type Installation, requirePip } from "./installation.ts";
import { installationFor } from "./installations.ts";
import { machineBusy, type RunLimits, usualLimits } from "./limits.ts";
import { judgeEnd } from "./run-end.ts";
import { withScratch } from "./scratch.ts";
import { judgeInstall } from "./tool-failure.ts";
import {
  inside,
  insideWheel,
  pipMount,
  runScript,
  type ScriptResult,
  toolVersions,
  wheelMounts,
} from "./workshop.ts";

export interface StackInspection {
  readonly runtime: Runtime;
  readonly sandbox: Sandbox;
  readonly pins: readonly InstallPin[];
  readonly script: { readonly name: string; readonly bytes: Buffer };
  readonly repeat: number;
  readonly cacheDirectory: string;
  /** For one run of the script; ten minutes unless told. */
  readonly runMs?: number;
  readonly signal?: AbortSignal | undefined;
  readonly onJob?: (job: InspectionJob) => void;
}

/** What came of it: runs, or releases that pip refused. */
export interface InspectedRuns {
  readonly refused: readonly RefusedPin[];
  readonly jobs: readonly InspectionJob[];
  /** What ended all of it before its time. */
  readonly problem: string | null;
  readonly tools: Readonly<Record<string, string>>;
  readonly limits: { readonly memory_bytes: number; readonly seconds: number };
}

/**
 * Installs wheels into one throwaway environment of the runtime and runs a script in it, so many
 * times one after the other, each in a process of its own. All happens in the sandbox.
 * @throws ThothError where this machine is to blame and the stack is not.
 */
export async function inspectStack(options: StackInspection): Promise<InspectedRuns> {
  const installation = await installationFor(options.runtime);
  requirePip(installation);
  const limits = usualLimits();
  const runMs = options.runMs ?? 600_000;
  const events = new RunEvents(options);
  const run = await withScratch(options.cacheDirectory, (scratch) =>
    runStack({ ...options, installation, limits, scratch, runMs }, events),
  );
  const { jobs, refused } = events;
  return {
    ...{ jobs, refused, problem: problemOf(run, events, options.repeat) },
    tools: toolVersions(options.sandbox, installation),
    limits: { memory_bytes: limits.memoryBytes, seconds: runMs / 1000 },
  };
}

function runStack(
  job: StackInspection & {
    readonly installation: Installation;
    readonly limits: RunLimits;
    readonly scratch: string;
    readonly runMs: number;
  },
  events: RunEvents,
): Promise<ScriptResult> {
  const { pins, installation, script } = job;
  const pip = pipMount(installation);
  const paths = pins.map(({ path }) => path);
  return runScript({
    ...job,
    script: "inspect_stack.py",
    request: {
      pip: pip.command,
      environment: `${inside.work}/environment`,
      venv: installation.hasVenv,
      wheels: pins.map(({ release, path }) => ({
        key: releaseText(release),
        path: insideWheel(path),
      })),
      folder: `${inside.work}/inspection`,
      scriptName: script.name,
      script: script.bytes.toString("base64"),
      repeat: job.repeat,
      seconds: job.runMs / 1000,
      stdoutLimit,
    },
    readOnly: [pip.mount, ...wheelMounts(paths)],
    writable: [],
    // Wheels unpack to about four times their size; compiled files are added.
    expectedBytes: 6 * paths.reduce((sum, path) => sum + statSync(path).size, 0),
    timeoutMs: 600_000 + job.repeat * (job.runMs + 10_000),
    onStdout: (text) => events.take(text),
  });
}

const longestLine = 8 * stdoutLimit;

/** Collects what python/inspect_stack.py says. Foreign code runs beside it, so anything may come. */
class RunEvents {
  readonly jobs: InspectionJob[] = [];
  readonly refused: RefusedPin[] = [];
  readonly #options: StackInspection;
  #rest = "";

  constructor(options: StackInspection) {
    this.#options = options;
  }

  take(text: string): void {
    const lines = `${this.#rest}${text}`.split("\n");
    this.#rest = (lines.pop() ?? "").slice(0, longestLine);
    for (const line of lines) this.#hear(parsed(line));
  }

  #hear(event: Fields): void {
    if (event["event"] === "job" && this.jobs.length < this.#options.repeat) {
      const job = inspectionJob(event);
      if (job === undefined) return;
      this.jobs.push(job);
      this.#options.onJob?.(job);
    } else if (event["event"] === "installed" && event["ok"] === false) {
      const key = textField(event, "key");
      const pin = this.#options.pins.find(({ release }) => releaseText(release) === key);
      if (pin === undefined) return;
      const { name, version } = pin.release;
      this.refused.push({ name, version, ...judgeInstall(textField(event, "output") ?? "") });
    }
  }
}

function parsed(line: string): Fields {
  try {
    return fieldsOf(JSON.parse(line));
  } catch (error) {
    if (error instanceof SyntaxError) return {};
    throw error;
  }
}

const killSignal = 9;

function problemOf(run: ScriptResult, { jobs, refused }: RunEvents, repeat: number): string | null {
  const end = judgeEnd(run, "the inspection");
  const killed = jobs.some(({ signal, timed_out }) => signal === killSignal && !timed_out);
  if (run.systemKilled && (end !== undefined || killed))
    throw machineBusy("the system killed what was inspected, for want of memory");
  if (end !== undefined) return end.detail;
  if (jobs.length === repeat || refused.length > 0) return null;
  if (jobs.length > 0) return detailOf(`${run.stderr}\nno more came of it`);
  throw new ThothError("no-python", "the interpreter can't run an inspection", {
    notes: detailOf(run.stderr).split("\n"),
    hint: "see `thoth runtimes`; this interpreter may need to be installed again",
  });
}
