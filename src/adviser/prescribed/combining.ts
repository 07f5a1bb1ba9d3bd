import type { PrescribedMatch, PrescribedUnit, ReleaseMatch } from "../../model/prescription.ts";
import type { PackageName } from "../../python/name.ts";
import { intersect, isEmptyRange, type VersionRange } from "../../python/version-range.ts";
import type { Combination } from "../combinations.ts";
import type { AdviceContext } from "../context.ts";
import { isIncluded } from "./inclusion.ts";
import { canMatch, matchedRange } from "./release-match.ts";
import { reasonOf } from "./sayings.ts";

const made = new WeakMap<AdviceContext, readonly Combination[]>();

/** All combinations that a search has to heed: those of the context, and prescribed ones. */
export function combinationsOf(context: AdviceContext): readonly Combination[] {
  const { combinations = [], project } = context;
  const prescriptions = project.settings?.prescriptions;
  if (prescriptions === undefined) return combinations;
  const known = made.get(context);
  if (known !== undefined) return known;
  const prescribed = prescriptions
    .combining()
    .filter((unit) => isCombining(unit) && isIncluded(unit, context))
    .flatMap((unit) => prescribedCombinations(unit, context));
  const all = [...combinations, ...prescribed];
  made.set(context, all);
  return all;
}

function isCombining({ kind }: PrescribedUnit): boolean {
  return kind === "step" || kind === "step.Group" || kind === "stride";
}

/** What a unit says of releases that are in one stack. */
function prescribedCombinations(
  unit: PrescribedUnit,
  context: AdviceContext,
): readonly Combination[] {
  const { notAcceptable, eagerStop, score } = unit.run;
  const isHard = notAcceptable !== undefined || eagerStop !== undefined;
  if (!isHard && score === 0) return [];
  return unit.match.flatMap((match, position) => {
    const terms = termsOf(match, context);
    if (terms === undefined || terms.size < 2) return [];
    const name = unit.match.length === 1 ? unit.name : `${unit.name} (${position + 1})`;
    const reason = `${score > 0 ? "are preferred" : "do not go"} together: ${reasonOf(unit)}`;
    const shared = { name, terms, reason };
    return [isHard ? shared : { ...shared, score }];
  });
}

/** Undefined where that can't be in a stack, or where a package is not named. */
function termsOf(
  { release, resolved, from }: PrescribedMatch,
  context: AdviceContext,
): ReadonlyMap<PackageName, VersionRange> | undefined {
  const wanted: readonly ReleaseMatch[] = [...(release ? [release] : []), ...resolved, ...from];
  const terms = new Map<PackageName, VersionRange>();
  for (const one of wanted) {
    const { name } = one;
    if (name === undefined || !canMatch(one, name, context)) return undefined;
    const before = terms.get(name);
    const range = before ? intersect(before, matchedRange(one)) : matchedRange(one);
    if (isEmptyRange(range)) return undefined;
    terms.set(name, range);
  }
  return terms;
}
