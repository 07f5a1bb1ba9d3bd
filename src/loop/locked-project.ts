import { basename } from "node:path";
import type { PipfileLock } from "../python/pipfile-lock.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { Bench } from "./bench.ts";
import { indexSources } from "./index-sources.ts";
import type { Manifest } from "./manifest.ts";
import { openBench } from "./open-bench.ts";
import { ownProject } from "./own-project.ts";
import { projectManifest } from "./project-manifest.ts";
import { chooseRuntime } from "./runtime-choice.ts";

/** A project that has a lock. */
export interface LockedProject extends Manifest {
  readonly lock: PipfileLock;
  readonly lockText: string;
}

/** Reads a project whose lock is wanted; throws as `projectManifest`, and `bad-lock` without one. */
export function readLockedProject(
  directory: string,
  from: string,
  { configuration }: Pick<Services, "configuration">,
): LockedProject {
  const manifest = projectManifest(directory, from, configuration);
  const { lock, lockText } = manifest;
  if (lock !== undefined && lockText !== undefined) return { ...manifest, lock, lockText };
  throw new ThothError("bad-lock", `no ${basename(manifest.lockPath)} in \`${directory}\``, {
    hint: "make one first: `thoth advise`",
  });
}

/** A bench with a project's indexes and runtime, for work on what its lock pins. */
export async function lockBench({ pipfile }: Manifest, services: Services): Promise<Bench> {
  const sources = await indexSources(pipfile.sources, services);
  const runtime = await chooseRuntime(services, pipfile.requires);
  return openBench({ services, runtime, sources, project: ownProject([], sources.order) });
}
