import { type ReleaseFacts, type ReleaseList, releaseIn } from "../model/knowledge.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import { chooseFile } from "../python/file-choice.ts";
import type { PackageName } from "../python/name.ts";
import { rankTags } from "../python/tags.ts";
import { parseVersion } from "../python/version.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { servicesOf } from "./new-releases.ts";
import { projectManifest } from "./project-manifest.ts";
import { chooseRuntime, knownRuntimes } from "./runtime-choice.ts";
import { lockedNames } from "./watched-lock.ts";

/** The runtimes that a package is used on and that have an interpreter here. */
export type UsedRuntimes = (name: PackageName, index: IndexUrl) => readonly Runtime[];

/**
 * Used is where something of the package was installed before, and where a watched project is
 * locked to it. Runtimes, projects and their locks are looked at once, for many packages.
 */
export async function usedRuntimes(services: Services): Promise<UsedRuntimes> {
  const here = (await knownRuntimes(services)).filter(
    ({ interpreter }) => interpreter !== undefined,
  );
  const byName = new Map<PackageName, Set<Runtime["id"]>>();
  for (const project of services.projects.all()) {
    const names = lockedNames(project);
    const runtime = names.size === 0 ? undefined : await runtimeOf(services, project);
    if (runtime === undefined) continue;
    for (const name of names) byName.set(name, (byName.get(name) ?? new Set()).add(runtime.id));
  }
  return (name, index) => {
    const used = new Set([...services.store.runtimes(name, index), ...(byName.get(name) ?? [])]);
    return here.filter(({ id }) => used.has(id));
  };
}

/** Whether a release has a file for a runtime that was not tried there yet. */
export function isUnsolved(store: KnowledgeStore, release: Release, runtime: Runtime): boolean {
  const facts = releaseFacts(store, release);
  const file = facts === undefined ? undefined : fileFor(facts, runtime);
  if (file === undefined) return false;
  const known = store.installed(release, runtime.id);
  return known === undefined || (known.filename ?? file) !== file;
}

/** The file of a release that a runtime would install, if it has one. */
export function fileFor(facts: ReleaseFacts, runtime: Runtime): string | undefined {
  const choice = chooseFile(facts, runtime.pythonFull, ranksOf(runtime));
  return "file" in choice ? choice.file.filename : undefined;
}

/** What its index lists of a release; undefined if it is not known to list it. */
export function releaseFacts(store: KnowledgeStore, release: Release): ReleaseFacts | undefined {
  return releaseIn(store.releases(release.name, release.index), release.version);
}

/** The newest release that a runtime could install and that nobody need ask for by name. */
export function newestFor(list: ReleaseList, runtime: Runtime): Release | undefined {
  for (let position = 0; position < list.count; position += 1) {
    const facts = list.release(position);
    if (!isStable(facts) || fileFor(facts, runtime) === undefined) continue;
    return { name: list.name, version: facts.version, index: list.index };
  }
  return undefined;
}

/** Whether a release is one that is chosen unless somebody asks for another. */
export function isStable({ version, files, vanished }: ReleaseFacts): boolean {
  if (vanished !== undefined || parseVersion(version)?.isPrerelease !== false) return false;
  return files.some(({ yanked }) => yanked === undefined);
}

const ranks = new WeakMap<Runtime, ReadonlyMap<string, number>>();

function ranksOf(runtime: Runtime): ReadonlyMap<string, number> {
  const known = ranks.get(runtime) ?? rankTags(runtime.tags);
  ranks.set(runtime, known);
  return known;
}

/** Undefined where the project, or what it says of its runtime, can't be read. */
async function runtimeOf(
  services: Services,
  project: WatchedProject,
): Promise<Runtime | undefined> {
  try {
    const { directory } = project;
    const own = await servicesOf(services, project);
    const { pipfile } = projectManifest(directory, directory, own.configuration);
    return await chooseRuntime(own, pipfile.requires);
  } catch (error) {
    if (error instanceof ThothError) return undefined;
    throw error;
  }
}
