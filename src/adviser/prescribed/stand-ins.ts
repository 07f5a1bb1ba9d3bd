import type { PrescribedUnit } from "../../model/prescription.ts";
import type { ProjectRequirement } from "../../model/project.ts";
import type { Release } from "../../model/release.ts";
import type { PackageName } from "../../python/name.ts";
import { parseVersion } from "../../python/version.ts";
import {
  anyVersion,
  contains,
  intersect,
  isEmptyRange,
  noVersion,
  rangeToText,
  singleVersion,
  union,
  type VersionRange,
} from "../../python/version-range.ts";
import type { AdviceContext } from "../context.ts";
import { whyPassedOver } from "./inclusion.ts";
import { canMatch, isMatch, listedVersions, matchedRange } from "./release-match.ts";

/** Another package in place of one that the project asks for, as a pseudonym offers it. */
export interface StandIn {
  readonly unit: PrescribedUnit;
  /** What the project asks for. */
  readonly asked: PackageName;
  readonly name: PackageName;
  /** Of a project that asks for the other package instead, and must not have both. */
  readonly context: AdviceContext;
}

/** What stands in for packages that the project asks for itself: what others require is theirs to say. */
export function standIns(context: AdviceContext): readonly StandIn[] {
  const { project } = context;
  const prescriptions = project.settings?.prescriptions;
  if (prescriptions === undefined) return [];
  const names = new Set(project.requirements.map(({ name }) => name));
  return [...names].flatMap((asked) =>
    prescriptions.unitsFor(asked).flatMap((unit): readonly StandIn[] => {
      const { offers } = unit.run;
      if (offers === undefined || names.has(offers.name)) return [];
      if (whyPassedOver(unit, context) !== undefined) return [];
      const other = insteadOf(asked, unit, context);
      return other === undefined ? [] : [{ unit, asked, name: offers.name, context: other }];
    }),
  );
}

/** The context in which those stand in that a lock pins in place of what the project asks for. */
export function withLockedStandIns(
  context: AdviceContext,
  locked: ReadonlyMap<PackageName, string>,
): AdviceContext {
  const next = standIns(context).find(({ name, asked }) => locked.has(name) && !locked.has(asked));
  return next === undefined ? context : withLockedStandIns(next.context, locked);
}

function insteadOf(
  asked: PackageName,
  unit: PrescribedUnit,
  context: AdviceContext,
): AdviceContext | undefined {
  const { offers } = unit.run;
  if (offers === undefined || !isIndexOf(offers.index, context)) return undefined;
  const matches = unit.match.flatMap(({ release }) =>
    release !== undefined && canMatch(release, asked, context) ? [matchedRange(release)] : [],
  );
  const matched = matches.reduce(union, noVersion);
  const requirements: ProjectRequirement[] = [];
  for (const line of context.project.requirements) {
    const range = line.name === asked ? offeredRange(line, matched, unit, context) : line.range;
    if (range === undefined) return undefined;
    if (line.name !== asked) requirements.push(line);
    else requirements.push(standingIn(line, range, offers));
  }
  const { combinations = [] } = context;
  const apart = {
    name: `${unit.name} for ${asked}`,
    terms: new Map([asked, offers.name].map((name) => [name, anyVersion])),
    reason: `do not go together: one stands in for the other (prescription \`${unit.name}\`)`,
  };
  return {
    ...context,
    project: { ...context.project, requirements },
    combinations: [...combinations, apart],
  };
}

function standingIn(
  { index: _, ...line }: ProjectRequirement,
  range: VersionRange,
  offers: NonNullable<PrescribedUnit["run"]["offers"]>,
): ProjectRequirement {
  const specifier = rangeToText(range).replace(/^\*$/, "");
  const { standsFor = line.name } = line;
  return { ...line, name: offers.name, spelling: offers.name, range, specifier, standsFor };
}

/** The versions of the other package that a line may have; undefined: none. */
function offeredRange(
  { range, source, extras, name }: ProjectRequirement,
  matched: VersionRange,
  { run: { offers } }: PrescribedUnit,
  context: AdviceContext,
): VersionRange | undefined {
  const both = intersect(range, matched);
  // Nobody says that it has these extras, or that it goes for another source
  if (source !== undefined || extras.length > 0 || isEmptyRange(both)) return undefined;
  if (offers?.sameVersion === true) return both;
  const version = parseVersion(offers?.version ?? "");
  const isThere = listedVersions({ name }, name, context).some((one) => contains(both, one));
  return version === undefined || !isThere ? undefined : singleVersion(version);
}

function isIndexOf(index: string | undefined, { project }: AdviceContext): boolean {
  const plain = (url: string) => url.replace(/\/+$/, "");
  return index === undefined || project.indexes.some((one) => plain(one) === plain(index));
}

/** How much steps have for a release, in hundredths: tells packages apart, not releases of one. */
export function bonusOf(release: Release, context: AdviceContext): number {
  const units = context.project.settings?.prescriptions?.unitsFor(release.name) ?? [];
  let sum = 0;
  for (const unit of units) {
    if (unit.kind !== "step" || unit.run.score <= 0) continue;
    if (whyPassedOver(unit, context) !== undefined) continue;
    const isFor = unit.match.some(
      (match) =>
        match.release !== undefined &&
        match.resolved.length + match.from.length === 0 &&
        isMatch(match.release, release, context),
    );
    if (isFor) sum += Math.round(100 * unit.run.score);
  }
  return sum;
}
