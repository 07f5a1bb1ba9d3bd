import type { Justification } from "../model/advice.ts";
import type { ReportedUnit } from "../model/pipeline-report.ts";
import type { PackageName } from "../python/name.ts";
import type { Catalog } from "./catalog.ts";
import { pipelineOf } from "./pipeline.ts";

const mostExamples = 3;

/** What the units of an advice did: `said` is what boots and wraps said. */
export function pipelineReport(
  catalog: Catalog,
  said: readonly Justification[],
): readonly ReportedUnit[] {
  const tally = new Tally();
  for (const candidates of catalog.allCandidates()) {
    const { name } = candidates.list;
    for (const { version, examined } of candidates.looked()) {
      if ("reason" in examined) tally.add(examined.unit, name, version);
      else for (const { step } of examined.candidate.objections) tally.add(step, name, version);
    }
  }
  const saidBy = new Map<string, number>();
  for (const { unit } of said)
    if (unit !== undefined) saidBy.set(unit, (saidBy.get(unit) ?? 0) + 1);
  return [...pipelineOf(catalog.context).states].map(([{ name, kind }, state]) => {
    const packages = tally.of(name);
    const removed = packages.reduce((sum, { count }) => sum + count, 0);
    const count = state === "on" ? removed + (saidBy.get(name) ?? 0) : 0;
    return { name, kind, state, count, packages };
  });
}

/** Releases by unit and package. */
class Tally {
  private readonly units = new Map<string, Map<PackageName, string[]>>();

  add(unit: string | undefined, name: PackageName, version: string): void {
    if (unit === undefined) return;
    const packages = this.units.get(unit) ?? new Map<PackageName, string[]>();
    this.units.set(unit, packages);
    const versions = packages.get(name);
    if (versions === undefined) packages.set(name, [version]);
    else versions.push(version);
  }

  of(unit: string): ReportedUnit["packages"] {
    return [...(this.units.get(unit) ?? [])]
      .map(([name, versions]) => ({
        name,
        count: versions.length,
        examples: versions.slice(0, mostExamples),
      }))
      .sort((left, right) => right.count - left.count || (left.name < right.name ? -1 : 1));
  }
}
