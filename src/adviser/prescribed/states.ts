import type { Pin } from "../../model/advice.ts";
import type { PrescribedMatch, PrescribedUnit } from "../../model/prescription.ts";
import { releaseText } from "../../model/release.ts";
import type { PackageName } from "../../python/name.ts";
import type { AdviceContext } from "../context.ts";
import { isIncluded } from "./inclusion.ts";
import { isMatch } from "./release-match.ts";

type Pins = ReadonlyMap<PackageName, Pin>;

/**
 * Units that leave out or add a requirement where something else is in the stack. Which stack it is
 * nobody knows before there is one: it is found without them first, then with those whose state it
 * is. One that undoes its own state so has no say.
 */
export class PrescribedStates {
  readonly #holding = new Set<string>();
  readonly #undone = new Set<string>();

  /** A context in which those have their say that are known to have one. */
  within(context: AdviceContext): AdviceContext {
    return this.#holding.size === 0 ? context : { ...context, holding: new Set(this.#holding) };
  }

  /** Whether others have a say, now that there is a stack: then another one must be found. */
  change(pins: Pins, context: AdviceContext): boolean {
    let hasChanged = false;
    for (const unit of unitsWithState(context)) {
      for (const [position, match] of unit.match.entries()) {
        if (!hasState(unit, match)) continue;
        const key = stateKey(unit, position);
        const holds = isState(unit, match, pins, context);
        if (holds === this.#holding.has(key) || this.#undone.has(key)) continue;
        hasChanged = true;
        if (holds) this.#holding.add(key);
        else {
          this.#holding.delete(key);
          this.#undone.add(key);
        }
      }
    }
    return hasChanged;
  }
}

/** How `holding` of a context calls one entry of a unit's `match`. */
export function stateKey({ name }: PrescribedUnit, position: number): string {
  return `${name} ${position}`;
}

function unitsWithState(context: AdviceContext): readonly PrescribedUnit[] {
  const units = context.project.settings?.prescriptions?.combining() ?? [];
  return units
    .filter(({ kind }) => kind === "step.AddPackage" || kind === "step.SkipPackage")
    .filter(
      (unit) => unit.match.some((match) => hasState(unit, match)) && isIncluded(unit, context),
    );
}

/** Who needs what is skipped is looked at where it is skipped. */
function hasState({ kind }: PrescribedUnit, { resolved, from }: PrescribedMatch): boolean {
  return resolved.length > 0 || (kind === "step.AddPackage" && from.length > 0);
}

/** What is skipped need not be in the stack. */
function isState(
  { kind }: PrescribedUnit,
  { release, resolved, from }: PrescribedMatch,
  pins: Pins,
  context: AdviceContext,
): boolean {
  const found = [...pins.values()];
  if (!resolved.every((one) => found.some((pin) => isMatch(one, pin.release, context))))
    return false;
  if (kind === "step.SkipPackage") return true;
  const added = found.find(
    (pin) => release !== undefined && isMatch(release, pin.release, context),
  );
  return from.every((one) =>
    found.some(
      (pin) =>
        isMatch(one, pin.release, context) &&
        added?.requiredBy.includes(releaseText(pin.release)) === true,
    ),
  );
}
