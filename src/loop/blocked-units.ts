import { builtInUnits } from "../adviser/registry.ts";
import { type Prescriptions, unitLists } from "../model/prescription.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { ThothError } from "../util/errors.ts";

/**
 * The names of `--block-unit` or `blocked_units`, each of which must be a unit that can be switched
 * off. Throws `bad-configuration`.
 */
export function blockedUnits(
  names: readonly string[],
  prescriptions: Prescriptions | undefined,
): ReadonlySet<string> {
  for (const name of names) {
    const unit = builtInUnits.find((one) => one.name === name);
    if (unit?.fixed === true) {
      throw new ThothError("bad-configuration", `the unit \`${name}\` can't be switched off`, {
        hint: "what is known to be malware is never advised; leave it out of `blocked_units`",
      });
    }
    if (unit !== undefined) continue;
    if (unitLists.some((list) => prescriptions?.named(list, name) !== undefined)) continue;
    const known = builtInUnits.map((one) => one.name);
    const near = didYouMean(name, known);
    throw new ThothError("bad-configuration", `there is no unit \`${name}\` to switch off`, {
      hint:
        near === undefined
          ? `units are ${[...known].sort().join(", ")}, and those of prescriptions by their full names`
          : `did you mean \`${near}\`?`,
    });
  }
  return new Set(names);
}
