import { createHash, randomUUID } from "node:crypto";
import { cpus, release as kernelRelease, totalmem } from "node:os";
import { sender } from "../investigator/gaps.ts";
import { investigate } from "../investigator/investigator.ts";
import { createMessage } from "../messaging/codec.ts";
import { messageKey } from "../messaging/message-fields.ts";
import type { Inspection } from "../model/inspection.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { probeSandbox } from "../sandbox/sandbox.ts";
import type { Sandbox } from "../sandbox/sandboxed-command.ts";
import { type InspectedRuns, inspectStack } from "../solver/stack-inspection.ts";
import { storageError, writeAtomic } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { Bench } from "./bench.ts";
import { lockIsCurrent } from "./lock-hash.ts";
import { lockBench, readLockedProject } from "./locked-project.ts";
import { type LockedWheels, lockedWheels } from "./locked-wheels.ts";
import { benchRunners } from "./runners.ts";
import { inspectionPath } from "./take-inspection.ts";

/** What is to be run, and in what. */
export interface InspectionOptions {
  /** Absolute; mistakes are placed as seen `from`. */
  readonly directory: string;
  readonly from: string;
  readonly script: { readonly name: string; readonly bytes: Buffer };
  readonly repeat: number;
  /** The lock's development packages, too. */
  readonly dev: boolean;
}

/** An inspection that is on disk, and whether it is knowledge already. */
export interface FinishedInspection {
  readonly inspection: Inspection;
  readonly text: string;
  readonly path: string;
  /** "nothing": nothing was measured. "left": to `thoth investigate`. */
  readonly taken: "taken" | "left" | "nothing";
}

/**
 * Installs what the lock of a project pins into a throwaway environment, runs a script in it and
 * measures; leaves a document in the store, then has it taken in.
 * @throws ThothError `no-pipfile`, `bad-lock`, `no-sandbox`, `no-python`, `hash-mismatch`, and what
 * an index may throw.
 */
export async function inspectProject(
  options: InspectionOptions,
  services: Services,
): Promise<FinishedInspection> {
  const locked = readLockedProject(options.directory, options.from, services);
  const { lock, lockText } = locked;
  const sandbox = await requireSandbox();
  const bench = await lockBench(locked, services);
  const categories = new Set(options.dev ? ["default", "develop"] : ["default"]);
  const wheels = await lockedWheels(bench, lock, categories);
  await services.store.flush();
  const runs = await runAll({ bench, sandbox, wheels }, options);
  const current = lockIsCurrent(locked, bench.sources.defaultUrl);
  const inspection = documentOf({ bench, wheels, runs, lockText, current }, options);
  const path = inspectionPath(services, inspection.inspection_id);
  const document = jsonDocument(inspection);
  try {
    writeAtomic(path, document, { durable: true });
  } catch (error) {
    throw storageError(error, path, "store-unwritable");
  }
  const taken = runs.jobs.length === 0 ? "nothing" : await haveTaken(bench, inspection);
  return { inspection, text: document, path, taken };
}

async function requireSandbox(): Promise<Sandbox> {
  const found = await probeSandbox();
  if ("sandbox" in found) return found.sandbox;
  throw new ThothError("no-sandbox", `packages may only run in a sandbox: ${found.problem}`, {
    hint: "install bubblewrap, and see that it works: `bwrap --ro-bind / / true`",
  });
}

async function runAll(
  stack: { readonly bench: Bench; readonly sandbox: Sandbox; readonly wheels: LockedWheels },
  { script, repeat }: InspectionOptions,
): Promise<InspectedRuns> {
  const { bench, sandbox, wheels } = stack;
  const { runtime, services } = bench;
  if (wheels.refused.length > 0) {
    const { refused } = wheels;
    return { refused, jobs: [], problem: null, tools: {}, limits: { memory_bytes: 0, seconds: 0 } };
  }
  services.emit({ type: "stage", stage: "inspecting", detail: script.name });
  let done = 0;
  return inspectStack({
    ...{ runtime, sandbox, script, repeat, pins: wheels.pins },
    cacheDirectory: services.configuration.cacheDirectory,
    signal: services.signal,
    onJob: () => {
      done += 1;
      services.emit({ type: "progress", stage: "inspecting", done, total: repeat });
    },
  });
}

function documentOf(
  stack: {
    readonly bench: Bench;
    readonly wheels: LockedWheels;
    readonly runs: InspectedRuns;
    readonly lockText: string;
    readonly current: boolean;
  },
  { script }: InspectionOptions,
): Inspection {
  const { bench, wheels, runs, lockText, current } = stack;
  const { runtime, services } = bench;
  const processors = cpus();
  return {
    schema: "thoth.inspection",
    version: "1.0",
    inspection_id: randomUUID(),
    created: new Date(services.now()).toISOString(),
    runtime: { id: runtime.id, python: runtime.pythonFull },
    os: { ...runtime.operatingSystem, kernel: kernelRelease() },
    hardware: {
      cpu_model: processors[0]?.model.trim() ?? "",
      cpu_count: processors.length,
      memory_bytes: totalmem(),
    },
    script: { name: script.name, sha256: sha256(script.bytes) },
    requirements_locked: {
      sha256: sha256(lockText),
      current,
      pins: wheels.pins.map(({ release, filename, sha256: digest }) => {
        const { name, version, index } = release;
        return { name, version, index_url: index, filename, sha256: digest };
      }),
      left_out: wheels.leftOut,
    },
    ...runs,
  };
}

function sha256(data: string | Buffer): string {
  return createHash("sha256").update(data).digest("hex");
}

/** For users who never start an investigator, the message is handled here, if nobody else has it. */
async function haveTaken(bench: Bench, inspection: Inspection): Promise<"taken" | "left"> {
  const { services } = bench;
  const message = createMessage("inspection_completed", sender, {
    inspection_id: inspection.inspection_id,
    force_sync: false,
  });
  const [queue, key] = [services.queue(), messageKey(message)];
  await queue.publish([message], { priority: 0 });
  const { failures } = await investigate({
    queue,
    engine: services.engine(benchRunners(bench)),
    signal: services.signal,
    flush: () => services.store.flush(),
    accept: (one) => messageKey(one) === key,
  });
  const [failure] = failures;
  if (failure !== undefined) throw failure.cause;
  return (await queue.unsettled([message])).length === 0 ? "taken" : "left";
}
