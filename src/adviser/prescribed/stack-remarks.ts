import type { Justification } from "../../model/advice.ts";
import type { PrescribedUnit } from "../../model/prescription.ts";
import type { Release } from "../../model/release.ts";
import type { AdviceContext } from "../context.ts";
import { isIncluded } from "./inclusion.ts";
import { saidOf } from "./sayings.ts";
import { runtimeTraits } from "./traits.ts";
import { isStackMatch } from "./units.ts";

/** What prescriptions say of a stack as a whole: wraps and steps that look at several packages, or at none. */
export function stackRemarks(
  releases: readonly Release[],
  context: AdviceContext,
): readonly Justification[] {
  const prescriptions = context.project.settings?.prescriptions;
  if (prescriptions === undefined) return [];
  const units = [
    ...prescriptions.general(),
    ...(runtimeTraits(context.runtime).baseImage === null ? [] : prescriptions.forImages()),
    ...prescriptions.combining(),
    ...releases.flatMap(({ name }) => prescriptions.unitsFor(name)),
  ].filter(isAboutStacks);
  const once = [...new Map(units.map((unit) => [`${unit.kind} ${unit.name}`, unit])).values()];
  return once
    .filter((unit) => isIncluded(unit, context) && holds(unit, releases, context))
    .flatMap((unit) => saidOf(unit).map((remark) => ({ ...remark, unit: unit.name })));
}

/** What looks at one package alone has its say where that is looked at. */
function isAboutStacks({ kind, match }: PrescribedUnit): boolean {
  if (kind === "wrap") return !match.some(({ resolved }) => resolved.length === 1);
  if (kind === "step.Group") return true;
  return kind === "step" && match.some(({ resolved, from }) => resolved.length + from.length > 0);
}

function holds(
  { match }: PrescribedUnit,
  releases: readonly Release[],
  context: AdviceContext,
): boolean {
  return match.length === 0 || match.some((one) => isStackMatch(one, releases, context));
}
