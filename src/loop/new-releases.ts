import { consult } from "../adviser/advise.ts";
import { loadConfiguration } from "../config.ts";
import type { Message } from "../model/message.ts";
import type { Release } from "../model/release.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { adviceContext } from "./advice-context.ts";
import { adviceQuestion } from "./advice-question.ts";
import { causeOf, triggerOf } from "./affected.ts";
import { projectManifest } from "./project-manifest.ts";
import { watchedLock } from "./watched-lock.ts";

/** Whether some watched project is locked to an older release, or may be. */
export function isNewToProjects(
  services: Pick<Services, "projects">,
  { name, version }: Release,
): boolean {
  const released = parseVersion(version);
  if (released === undefined) return false;
  return services.projects.all().some((project) => isBehind(project, name, released));
}

/**
 * Messages that have the watched projects advised anew which a new release would move: those whose
 * lock the adviser, on what is known, would give another release of that package. Each project is
 * advised once for each release that it would move to.
 */
export async function newReleaseTriggers(
  services: Services,
  name: PackageName,
  version: string,
): Promise<readonly Message[]> {
  const released = parseVersion(version);
  const [index] = services.store.indexes(name);
  if (released === undefined || index === undefined) return [];
  const triggers: Message[] = [];
  for (const project of services.projects.all()) {
    if (!isBehind(project, name, released)) continue;
    const trigger = await newReleaseTrigger(services, project, { name, version, index });
    if (trigger === undefined) {
      const what = `${name} ${version} is nothing new to ${project.directory}`;
      services.emit({ type: "learnt", what });
    } else triggers.push(trigger);
  }
  return triggers;
}

/** The message that has one project advised anew where a release would move it; undefined: it would not. */
export async function newReleaseTrigger(
  services: Services,
  project: WatchedProject,
  released: Release,
): Promise<Message | undefined> {
  const taken = await takenBy(services, project, released.name);
  const release = taken === "unknown" ? released : taken;
  const isNews = release !== undefined && !isAdvised(services, project, release);
  return isNews ? triggerOf(project, causeOf("new-release", release)) : undefined;
}

function isBehind(project: WatchedProject, name: PackageName, released: Version): boolean {
  const lock = watchedLock(project, name);
  if (lock.state === "unreadable") return true;
  if (lock.state !== "locked") return false;
  return lock.versions.some((version) => compareVersions(version, released) < 0);
}

/**
 * The release of a package that advice would move a project to; undefined if it would not move it
 * up; "unknown" where that takes advice itself: a fact is missing, or something is wrong.
 */
async function takenBy(
  services: Services,
  project: WatchedProject,
  name: PackageName,
): Promise<Release | "unknown" | undefined> {
  const { directory, dev } = project;
  const lock = watchedLock(project, name);
  if (lock.state !== "locked") return "unknown";
  try {
    const own = await servicesOf(services, project);
    const manifest = projectManifest(directory, directory, own.configuration);
    const upgrade = new Set([name]);
    const question = await adviceQuestion(manifest, own, { dev, upgrade });
    const { advice } = consult(adviceContext(question), { verify: false });
    if (advice.outcome !== "locked") return "unknown";
    const release = advice.product.pins.get(name)?.release;
    return release !== undefined && isNewer(release, lock.versions) ? release : undefined;
  } catch (error) {
    if (error instanceof ThothError) return "unknown";
    throw error;
  }
}

function isNewer({ version }: Release, locked: readonly Version[]): boolean {
  const chosen = parseVersion(version);
  if (chosen === undefined) return false;
  return locked.some((one) => compareVersions(one, chosen) < 0);
}

/** A run that came to its end says all there is to say of a release, be its lock taken or not. */
function isAdvised(services: Services, { directory }: WatchedProject, release: Release): boolean {
  const { name, version } = release;
  return services.runs
    .all()
    .some(
      ({ project, state, outcome, causes }) =>
        project === directory &&
        state !== "failed" &&
        outcome !== "incomplete" &&
        causes.some(
          ({ type, package_name, package_version }) =>
            type === "new-release" && package_name === name && package_version === version,
        ),
    );
}

/** The services with the configuration that `thoth advise` would have there. */
export async function servicesOf(services: Services, project: WatchedProject): Promise<Services> {
  const { directory, runtime } = project;
  const configuration = await loadConfiguration({
    flags: runtime === null ? {} : { runtime },
    environment: services.environment,
    projectDirectory: directory,
  });
  return { ...services, configuration };
}
