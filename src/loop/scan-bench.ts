import { statSync } from "node:fs";
import { join } from "node:path";
import type { Release } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import type { PipfileRequires } from "../python/pipfile-sections.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import type { Bench } from "./bench.ts";
import { type IndexSources, indexSources } from "./index-sources.ts";
import { type LockedProject, readLockedProject } from "./locked-project.ts";
import { entriesFor, lockedRelease, releaseOf } from "./locked-wheels.ts";
import { openBench } from "./open-bench.ts";
import { ownProject } from "./own-project.ts";
import { refreshTargets } from "./refresh-targets.ts";
import { chooseRuntime } from "./runtime-choice.ts";
import { isUnscanned } from "./scan-files.ts";
import { releaseFacts } from "./used-runtimes.ts";

/** Releases to scan and where, and what can't be scanned at all. */
export interface ScanTargets {
  readonly bench: Bench;
  readonly releases: readonly Release[];
  readonly leftOut: readonly { readonly what: string; readonly problem: string }[];
}

/** A bench for scans: no Python is needed, a runtime only says which wheel counts. */
export async function scanBench(
  services: Services,
  sources: IndexSources,
  requires: PipfileRequires = { written: {} },
): Promise<Bench> {
  const runtime = await runtimeForTags(services, requires);
  return openBench({ services, runtime, sources, project: ownProject([], sources.order) });
}

const usualPython = "3.12";

async function runtimeForTags(services: Services, requires: PipfileRequires): Promise<Runtime> {
  try {
    return await chooseRuntime(services, requires);
  } catch (error) {
    if (!(error instanceof ThothError) || error.code !== "no-python") throw error;
    const configuration = { ...services.configuration, python: usualPython };
    return chooseRuntime({ ...services, configuration }, requires);
  }
}

/** What the lock would install on the project's runtime. */
export async function lockTargets(
  { directory, from }: { readonly directory: string; readonly from: string },
  services: Services,
): Promise<ScanTargets> {
  const project: LockedProject = readLockedProject(directory, from, services);
  const { pipfile, lock } = project;
  const sources = await indexSources(pipfile.sources, services);
  const bench = await scanBench(services, sources, pipfile.requires);
  const releases: Release[] = [];
  const leftOut: { readonly what: string; readonly problem: string }[] = [];
  const categories = new Set([...lock.categories].map(([category]) => category));
  for (const [name, entry] of entriesFor(bench.runtime, lock, categories)) {
    const locked = lockedRelease(name, entry);
    if (locked === undefined)
      leftOut.push({ what: name, problem: "comes from no index, so that no file of it is known" });
    else releases.push(await releaseOf(bench, locked));
  }
  return { bench, releases, leftOut };
}

/** The folder whose lock is meant: of a file, or the one that is given. */
export function lockFolder(file: string): string {
  if (/(^|\/)Pipfile\.lock$/.test(file)) return join(file, "..");
  if (statSync(file, { throwIfNoEntry: false })?.isDirectory()) return file;
  throw new ThothError("usage", `\`${file}\` is no folder with a Pipfile.lock`, {
    hint: "name a project's folder, or the Pipfile.lock in it: `thoth si-scan --lock DIR`",
  });
}

/** Everything in the store that was installed somewhere and has a file that was not scanned. */
export async function missingTargets(services: Services): Promise<ScanTargets> {
  const { store, now } = services;
  const targets = await refreshTargets(services, { names: [], projects: false });
  const configured = await indexSources([], services);
  const byUrl = new Map([
    ...targets.map(({ source }) => [source.url, source] as const),
    ...configured.byUrl,
  ]);
  const bench = await scanBench(services, { ...configured, byUrl });
  const releases = targets.flatMap(({ name, source: { url: index } }) => {
    const runtimes = store.runtimes(name, index);
    const versions = runtimes.flatMap((runtime) => store.installedVersions(name, index, runtime));
    return [...new Set(versions)].flatMap((version) => {
      const release: Release = { name: packageName(name), version, index };
      const listed = releaseFacts(store, release);
      if (listed === undefined || listed.vanished !== undefined) return [];
      return isUnscanned(store, release, now()) ? [release] : [];
    });
  });
  return { bench, releases, leftOut: [] };
}
