import { lstatSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Inspection } from "../model/inspection.ts";
import { isSuccess } from "../model/inspection.ts";
import type { InspectedStack } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import { done, type TaskResult } from "../model/task.ts";
import { packageName } from "../python/name.ts";
import { errorCode } from "../util/atomic-write.ts";
import type { Services } from "../wiring.ts";
import { readInspection } from "./read-inspection.ts";

const uuid = /^[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}$/;
const mostBytes = 64 * 1024 ** 2;

/** Where the document of an inspection lies. */
export function inspectionPath({ configuration }: Services, id: string): string {
  if (!uuid.test(id)) throw new Error(`not an id of an inspection: ${JSON.stringify(id)}`);
  return join(configuration.storeDirectory, "inspections", `${id}.json`);
}

/**
 * Makes knowledge of what an inspection measured: a fact of each release that was installed. That
 * its modules can be imported is not among it, since a script need not import them. Taken in
 * before, it changes nothing unless forced.
 */
export function takeInspection(
  services: Services,
  { id, force }: { readonly id: string; readonly force: boolean },
): TaskResult {
  const document = uuid.test(id) ? documentOf(services, id) : "its id is no UUID";
  if (typeof document === "string") {
    const reason = `inspection ${id.slice(0, 36)}: ${document}`;
    return { ok: false, final: true, reason, cause: new Error(reason) };
  }
  const { store } = services;
  const runtime = runtimeId(document.runtime.id);
  const stack = measured(document);
  for (const { name, version, index_url } of document.requirements_locked.pins) {
    const release = { name: packageName(name), version, index: indexUrl(index_url) };
    const known = store.performance(release, runtime)?.inspections ?? [];
    if (!force && known.some(({ inspection }) => inspection === id)) continue;
    const { observedAt } = stack;
    store.putPerformance(release, runtime, { inspections: [stack], observedAt });
  }
  return done;
}

/** Or why there is none that can be used. */
function documentOf(services: Services, id: string): Inspection | string {
  const path = inspectionPath(services, id);
  try {
    const status = lstatSync(path);
    if (!status.isFile() || status.size > mostBytes) return "its document is no file to be read";
    const document = readInspection(readFileSync(path, "utf8"), services.now());
    if (document === undefined) return "its document is damaged";
    if (document.inspection_id !== id) return "its document is of another inspection";
    return document.jobs.length > 0 ? document : "it measured nothing";
  } catch (error) {
    if (errorCode(error) === "ENOENT") return "its document is not in this store";
    throw error;
  }
}

function measured(document: Inspection): InspectedStack {
  const { inspection_id, created, jobs, script, requirements_locked, hardware } = document;
  const mean = (value: (job: Inspection["jobs"][number]) => number): number =>
    Math.round(jobs.reduce((sum, job) => sum + value(job), 0) / jobs.length);
  const memory = jobs.map(({ usage }) => usage["ru_maxrss"] ?? 0);
  return {
    inspection: inspection_id,
    ok: isSuccess(document),
    wallMs: mean(({ wall_seconds }) => wall_seconds * 1000),
    userMs: mean(({ usage }) => (usage["ru_utime"] ?? 0) * 1000),
    maxMemoryBytes: Math.max(...memory) * 1024,
    cpu: hardware.cpu_model,
    script: script.sha256,
    lock: requirements_locked.sha256,
    observedAt: created,
  };
}
