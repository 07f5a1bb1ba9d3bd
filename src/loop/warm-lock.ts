import { basename } from "node:path";
import type { Project, ProjectRequirement } from "../model/project.ts";
import type { Runtime } from "../model/runtime.ts";
import { markerHolds, tryParseMarker } from "../python/marker.ts";
import { packageName } from "../python/name.ts";
import { type LockEntry, pinnedVersion } from "../python/pipfile-lock.ts";
import { singleVersion } from "../python/version-range.ts";
import { ThothError } from "../util/errors.ts";
import type { IndexSources } from "./index-sources.ts";
import type { Manifest } from "./manifest.ts";

/**
 * A project that asks for what a lock pins on the runtime and nothing else, direct sources as the
 * Pipfile has them. Throws `bad-lock` where there is no lock.
 */
export function lockedProject(
  manifest: Manifest,
  project: Project,
  runtime: Runtime,
  sources: IndexSources,
): Project {
  if (manifest.lock === undefined) {
    throw new ThothError(
      "bad-lock",
      `no ${basename(manifest.lockPath)} in \`${manifest.directory}\``,
      {
        hint: "make one first: `thoth advise`",
      },
    );
  }
  const requirements = project.requirements.filter(({ source }) => source !== undefined);
  for (const [category, entries] of manifest.lock.categories) {
    for (const [name, entry] of entries) {
      const pinned = pinOf(name, category, entry, sources);
      if (pinned !== undefined && holds(entry, runtime)) requirements.push(pinned);
    }
  }
  return { ...project, requirements };
}

function pinOf(
  name: string,
  category: string,
  entry: LockEntry,
  sources: IndexSources,
): ProjectRequirement | undefined {
  const { index } = entry;
  const parsed = pinnedVersion(entry);
  if (parsed === undefined) return undefined;
  const tied = index === undefined ? undefined : sources.byName.get(index);
  return {
    name: packageName(name),
    spelling: name,
    category,
    specifier: `==${parsed.text}`,
    range: singleVersion(parsed),
    mentionsPrerelease: parsed.isPrerelease,
    extras: [],
    ...(tied === undefined ? {} : { index: tied }),
    where: "Pipfile.lock",
    line: 1,
  };
}

function holds({ markers }: LockEntry, runtime: Runtime): boolean {
  const marker = markers === undefined ? undefined : tryParseMarker(markers);
  return marker === undefined || markerHolds(marker, runtime.markers, "") === true;
}
