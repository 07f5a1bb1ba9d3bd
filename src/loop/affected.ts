import { readFileSync } from "node:fs";
import { join } from "node:path";
import { sender } from "../investigator/gaps.ts";
import { createMessage } from "../messaging/codec.ts";
import type { Message, TriggerCause } from "../model/message.ts";
import type { Release } from "../model/release.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import type { PackageName } from "../python/name.ts";
import { parseLock } from "../python/pipfile-lock.ts";
import { compareVersions, parseVersion } from "../python/version.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";

/** A cause for new advice that speaks of one release. */
export function causeOf(type: TriggerCause["type"], release: Release): TriggerCause {
  const { name, version, index } = release;
  return { type, package_name: name, package_version: version, index_url: index };
}

/**
 * Messages that have the watched projects advised anew whose lock holds what a cause names. The
 * index is not compared: a lock need not say it, and advice for nothing does no harm.
 */
export function affectedTriggers(services: Services, cause: TriggerCause): readonly Message[] {
  return services.projects.all().flatMap((project) => {
    const locked = lockedVersion(project, cause.package_name);
    if (locked === undefined) return [];
    if (cause.package_version !== null && locked !== cause.package_version) return [];
    return [triggerOf(project, cause)];
  });
}

/** Messages that have the watched projects advised anew that could move to a new release. */
export function newReleaseTriggers(
  services: Services,
  name: PackageName,
  version: string,
): readonly Message[] {
  const released = parseVersion(version);
  if (released === undefined) return [];
  const [index] = services.store
    .packages()
    .flatMap((one) => (one.name === name ? [one.index] : []));
  if (index === undefined) return [];
  const cause = causeOf("new-release", { name, version, index });
  return services.projects.all().flatMap((project) => {
    const locked = parseVersion(lockedVersion(project, name) ?? "");
    if (locked === undefined || compareVersions(locked, released) >= 0) return [];
    return [triggerOf(project, cause)];
  });
}

function triggerOf(project: WatchedProject, cause: TriggerCause): Message {
  return createMessage("adviser_trigger", sender, {
    project: project.directory,
    re_run_adviser_id: null,
    runtime: project.runtime,
    dev: project.dev,
    justification: [cause],
  });
}

/** Undefined if the project's lock does not hold the package, or there is no lock to read. */
function lockedVersion({ directory }: WatchedProject, name: string): string | undefined {
  const text = readIfThere(join(directory, "Pipfile.lock"));
  if (text === undefined) return undefined;
  try {
    for (const category of parseLock(text, "Pipfile.lock").categories.values()) {
      const version = category.get(name)?.version;
      if (version !== undefined) return version.replace(/^==/, "");
    }
    return undefined;
  } catch (error) {
    if (error instanceof ThothError) return undefined;
    throw error;
  }
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}
