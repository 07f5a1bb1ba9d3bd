import type { Product, Remedy, RemedyEdit } from "../model/advice.ts";
import type { Project } from "../model/project.ts";
import { packageName } from "../python/name.ts";
import { parseSpecifierSet } from "../python/specifier.ts";
import { compareVersions, parseVersion } from "../python/version.ts";
import { anyVersion, isDisjoint } from "../python/version-range.ts";

const effort = {
  constraint: 0,
  requirement: 1,
  "pre-releases": 2,
  python: 3,
  removal: 4,
} satisfies Record<RemedyEdit["kind"], number>;

/** Those that change least first, then those that make least older. */
export function byEffort(left: Remedy, right: Remedy): number {
  return (
    left.edits.length - right.edits.length ||
    effort[left.edits[0].kind] - effort[right.edits[0].kind] ||
    left.downgrades - right.downgrades ||
    stepOf(left) - stepOf(right)
  );
}

/** How far lines move: 3 to another first number, 2 to another second, 1 to another after these. */
function stepOf({ edits, versions }: Remedy): number {
  return edits.reduce((sum, edit) => {
    if (edit.kind !== "requirement") return sum;
    const after = parseVersion(versions[packageName(edit.name)] ?? "")?.release ?? [];
    const asked = parseSpecifierSet(edit.before)?.clauses ?? [];
    const steps = asked.map(({ version }) => {
      const before = /\d+(?:\.\d+)*/.exec(version)?.[0].split(".").map(Number) ?? [];
      const at = after.findIndex((number, position) => number !== (before[position] ?? 0));
      return at < 0 ? 0 : Math.max(1, 3 - at);
    });
    return sum + (steps.length === 0 ? 0 : Math.min(...steps));
  }, 0);
}

/** Packages that are older than their line asked for, or than the lock has them. */
export function downgradesIn(project: Project, { pins }: Product): number {
  let count = 0;
  for (const [name, { release }] of pins) {
    const asked = project.requirements.filter((one) => one.name === name);
    const upTo = parseSpecifierSet(`<=${release.version}`)?.range ?? anyVersion;
    const [now, old] = [release.version, project.preferred.get(name) ?? ""].map(parseVersion);
    const isBelow = now !== undefined && old !== undefined && compareVersions(now, old) < 0;
    if (isBelow || asked.some(({ range }) => isDisjoint(range, upTo))) count += 1;
  }
  return count;
}
