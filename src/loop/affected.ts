import { sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import type { Message, TriggerCause } from "../model/message.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import type { Services } from "../wiring.ts";
import { namesInManifest, watchedLock } from "./watched-lock.ts";

/** A cause for new advice that speaks of one release. */
export function causeOf(type: TriggerCause["type"], release: Release): TriggerCause {
  const { name, version, index } = release;
  return { type, package_name: name, package_version: version, index_url: index };
}

/** A cause for new advice that speaks of a package as such. */
export function missingPackage(name: PackageName, index: IndexUrl): TriggerCause {
  return { type: "missing-package", package_name: name, package_version: null, index_url: index };
}

/**
 * Messages that have the watched projects advised anew whose lock holds what a cause names. A lock
 * that can't be read may hold it: its project is advised, and its user told what is wrong with it.
 * The index is not compared: a lock need not say it, and advice for nothing does no harm.
 */
export function affectedTriggers(
  services: Pick<Services, "projects">,
  cause: TriggerCause,
): readonly Message[] {
  return services.projects
    .all()
    .flatMap((project) => (isAffected(project, cause) ? [triggerOf(project, cause)] : []));
}

/** The message that has a watched project advised anew. */
export function triggerOf(project: WatchedProject, cause: TriggerCause): Message {
  return createMessage("adviser_trigger", sender, {
    project: project.directory,
    re_run_adviser_id: null,
    runtime: project.runtime,
    dev: project.dev,
    justification: [cause],
  });
}

function isAffected(project: WatchedProject, cause: TriggerCause): boolean {
  const name = packageName(cause.package_name);
  const lock = watchedLock(project, name);
  switch (lock.state) {
    case "gone":
      return false;
    case "unreadable":
      return true;
    case "unlocked":
      return cause.type === "missing-package" && namesInManifest(project, name);
    case "locked":
      return lock.versions.some((version) => isNamed(version, cause.package_version));
  }
}

function isNamed(locked: Version, named: string | null): boolean {
  if (named === null) return true;
  const version = parseVersion(named);
  return version !== undefined && compareVersions(locked, version) === 0;
}
