import { createHash } from "node:crypto";
import { join } from "node:path";
import type { ProvenanceCheckerTrigger } from "../model/message.ts";
import { provenanceJson } from "../reports/provenance.ts";
import { storageError, writeAtomic } from "../util/atomic-write.ts";
import type { Services } from "../wiring.ts";
import { lockBench, readLockedProject } from "./locked-project.ts";
import { type ProjectProvenance, type ProvenanceOptions, provenanceOf } from "./provenance.ts";

/**
 * Checks where the files of a project's lock come from; mistakes are placed as seen `from` there.
 * Throws `no-pipfile`, `bad-lock` and, online, what an index may throw.
 */
export async function checkProject(
  project: ProvenanceOptions & { readonly directory: string },
  from: string,
  services: Services,
): Promise<ProjectProvenance> {
  const locked = readLockedProject(project.directory, from, services);
  const memory = `${keyedPath(services, project.directory)}-seen.json`;
  return provenanceOf(await lockBench(locked, services), locked, project, memory);
}

/** Checks what a message asks for and leaves the result in the store. */
export async function checkTriggered(
  { project, whitelisted_sources }: ProvenanceCheckerTrigger,
  services: Services,
): Promise<void> {
  const question = { directory: project, online: true, allowed: whitelisted_sources };
  const answer = await checkProject(question, project, services);
  const path = provenancePath(services, project);
  try {
    writeAtomic(path, provenanceJson(answer));
  } catch (error) {
    throw storageError(error, path, "store-unwritable");
  }
}

/** Where the result of a check lies that the investigator made. */
export function provenancePath(services: Services, directory: string): string {
  return `${keyedPath(services, directory)}.json`;
}

function keyedPath({ configuration }: Services, directory: string): string {
  const key = createHash("sha256").update(directory).digest("hex").slice(0, 16);
  return join(configuration.storeDirectory, "provenance", key);
}
