import type { OutdatedProject, VersionSkew } from "../model/outdated.ts";
import { compareVersions, parseVersion } from "../python/version.ts";

/** Packages that the locks of several projects have at different versions, by name. */
export function versionSkew(projects: readonly OutdatedProject[]): readonly VersionSkew[] {
  const found = new Map<string, Map<string, string[]>>();
  for (const { directory, packages } of projects) {
    for (const { name, current } of packages) {
      if (current === undefined) continue;
      const versions = found.get(name) ?? new Map<string, string[]>();
      found.set(name, versions);
      versions.set(current, [...(versions.get(current) ?? []), directory]);
    }
  }
  return [...found]
    .filter(([, versions]) => versions.size > 1)
    .sort(([one], [other]) => (one < other ? -1 : 1))
    .map(([name, versions]) => ({
      name,
      versions: [...versions]
        .sort(([one], [other]) => newestFirst(one, other))
        .map(([version, directories]) => ({ version, directories })),
    }));
}

function newestFirst(one: string, other: string): number {
  const [left, right] = [parseVersion(one), parseVersion(other)];
  return left === undefined || right === undefined ? 0 : compareVersions(right, left);
}
