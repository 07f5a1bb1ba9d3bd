import { uploadTime } from "../adviser/release-age.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { Message } from "../model/message.ts";
import { coolDownOf, hasCoolDown, type Policy } from "../model/policy.ts";
import type { Release } from "../model/release.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { indexSources } from "./index-sources.ts";
import { newReleaseTrigger, servicesOf } from "./new-releases.ts";
import { projectManifest } from "./project-manifest.ts";
import { projectPolicy } from "./project-policy.ts";
import { lockedNames, watchedLock } from "./watched-lock.ts";

/**
 * Messages that have watched projects advised anew for releases that their cool-down kept out and
 * that are old enough by now. Nothing new is on the index then, so nothing else would ask. Each
 * project is advised once for each release that it would move to.
 */
export async function endedCoolDowns(services: Services): Promise<readonly Message[]> {
  const triggers: Message[] = [];
  for (const project of services.projects.all()) {
    const policy = await policyOf(project, services);
    if (policy === undefined || !hasCoolDown(policy)) continue;
    for (const name of lockedNames(project)) {
      const release = ripened(project, name, { policy, ...services });
      if (release === undefined) continue;
      const trigger = await newReleaseTrigger(services, project, release);
      if (trigger !== undefined) triggers.push(trigger);
    }
  }
  return triggers;
}

/** Undefined where it can't be read: whoever advises on the project will say why. */
async function policyOf(project: WatchedProject, services: Services): Promise<Policy | undefined> {
  const { directory } = project;
  try {
    const own = await servicesOf(services, project);
    const manifest = projectManifest(directory, directory, own.configuration);
    const sources = await indexSources(manifest.pipfile.sources, own);
    return projectPolicy(manifest, own, { sources, moment: services.now() }).policy;
  } catch (error) {
    if (error instanceof ThothError) return undefined;
    throw error;
  }
}

interface Aging {
  readonly policy: Policy;
  readonly store: KnowledgeStore;
  readonly now: () => number;
}

/** The newest release above the lock that came of age since the project is watched. */
function ripened(
  project: WatchedProject,
  name: PackageName,
  { policy, store, now }: Aging,
): Release | undefined {
  const period = coolDownOf(policy, name)?.periodMs;
  const lock = watchedLock(project, name);
  if (period === undefined || lock.state !== "locked") return undefined;
  const since = Date.parse(project.addedAt);
  for (const index of store.indexes(name)) {
    const list = store.releases(name, index);
    for (const version of list === undefined ? [] : newerThan(lock.versions, list)) {
      const release = { name, version, index };
      const eligible = (store.details(release) ?? []).map((file) => uploadTime(file) ?? Number.NaN);
      const ended = eligible.map((time) => time + period);
      if (ended.some((time) => time > since && time <= now())) return release;
    }
  }
  return undefined;
}

function* newerThan(locked: readonly Version[], list: ReleaseList): Generator<string> {
  for (let position = 0; position < list.count; position += 1) {
    const version = parseVersion(list.version(position));
    if (version === undefined || version.isPrerelease) continue;
    if (!locked.some((one) => compareVersions(one, version) < 0)) return;
    yield version.text;
  }
}
