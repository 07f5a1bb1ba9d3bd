import type { Justification } from "../model/advice.ts";
import type { ReportedUnit } from "../model/pipeline-report.ts";
import type { PrescribedUnit } from "../model/prescription.ts";
import type { PackageName } from "../python/name.ts";
import type { Catalog } from "./catalog.ts";
import type { AdviceContext } from "./context.ts";
import { pipelineOf, type UnitState } from "./pipeline.ts";
import { blockedReason, whyPassedOver } from "./prescribed/inclusion.ts";
import { pipelineKind } from "./prescribed/units.ts";
import type { AdviserUnit } from "./unit.ts";

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
  return presentUnits(catalog).map((unit) => {
    const packages = tally.of(unit.name);
    const removed = packages.reduce((sum, { count }) => sum + count, 0);
    const count = unit.state === "on" ? removed + (saidBy.get(unit.name) ?? 0) : 0;
    return { ...unit, count, packages };
  });
}

type PresentUnit = Pick<ReportedUnit, "name" | "kind" | "state" | "reason">;

/** Each unit once, by kind and name: of the pipeline, of requirements and stacks, and those without a say. */
function presentUnits(catalog: Catalog): readonly PresentUnit[] {
  const { context } = catalog;
  const pipeline = pipelineOf(context);
  const found = new Map<string, PresentUnit>();
  const put = (unit: PresentUnit) => {
    // A step that justifies itself is two units of one name
    if (!found.has(unit.name)) found.set(unit.name, unit);
  };
  for (const [unit, state] of pipeline.states)
    put({ name: unit.name, kind: unit.kind, state, ...reasonOf(unit, state, context) });
  const looked = new Set([...catalog.allCandidates()].map(({ list }) => list.name));
  for (const unit of context.project.settings?.prescriptions?.combining() ?? []) {
    if (!isAbout(unit, looked)) continue;
    const why = whyPassedOver(unit, context) ?? { state: "on" };
    put({ name: unit.name, kind: pipelineKind(unit), ...why });
  }
  for (const { name, kind, state, reason } of pipeline.passedOver())
    put({ name, kind, state, reason });
  return [...found.values()];
}

function reasonOf(
  { only }: AdviserUnit,
  state: UnitState,
  context: AdviceContext,
): Pick<ReportedUnit, "reason"> {
  if (state === "blocked") return { reason: blockedReason(context) };
  return state === "idle" && only !== undefined ? { reason: `only with ${only}` } : {};
}

/** Whether all packages of one of its matches were looked at. */
function isAbout({ match }: PrescribedUnit, looked: ReadonlySet<PackageName>): boolean {
  return match.some(({ release, resolved, from }) =>
    [...(release === undefined ? [] : [release]), ...resolved, ...from].every(
      ({ name }) => name === undefined || looked.has(name),
    ),
  );
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
