import type { Constraint } from "../../model/advice-settings.ts";
import type { PackageName } from "../../python/name.ts";
import { parseVersion } from "../../python/version.ts";
import { contains } from "../../python/version-range.ts";
import type { Sieve } from "../unit.ts";

const sorted = new WeakMap<readonly Constraint[], ReadonlyMap<PackageName, Constraint[]>>();

/** Drops releases that a line of a constraints file leaves out. */
export const constraints: Sieve = {
  kind: "sieve",
  name: "constraints",
  only: "constraints",
  includes: ({ project }) => (project.settings?.constraints.length ?? 0) > 0,
  rejects({ release }, { project }) {
    const lines = byName(project.settings?.constraints ?? []).get(release.name);
    const version = lines && parseVersion(release.version);
    const broken = version && lines.find(({ range }) => !contains(range, version));
    return broken && `is left out by ${broken.where} (${broken.name} ${broken.specifier})`;
  },
};

function byName(lines: readonly Constraint[]): ReadonlyMap<PackageName, readonly Constraint[]> {
  const known = sorted.get(lines);
  if (known !== undefined) return known;
  const made = new Map<PackageName, Constraint[]>();
  for (const line of lines) {
    const others = made.get(line.name);
    if (others === undefined) made.set(line.name, [line]);
    else others.push(line);
  }
  sorted.set(lines, made);
  return made;
}
