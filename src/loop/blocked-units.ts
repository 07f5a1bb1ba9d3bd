import { builtInUnits } from "../adviser/registry.ts";
import { type Prescriptions, unitLists } from "../model/prescription.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { ThothError } from "../util/errors.ts";

/**
 * The names of `--block-unit` or `blocked_units`, each of which must be a unit that can be switched
 * off. `origin` is where they are set. Throws `bad-configuration`.
 */
export function blockedUnits(
  names: readonly string[],
  prescriptions: Prescriptions | undefined,
  origin = "`blocked_units`",
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
    throw unknownUnit(name, prescriptions, origin);
  }
  return new Set(names);
}

function unknownUnit(
  name: string,
  prescriptions: Prescriptions | undefined,
  origin: string,
): ThothError {
  const known = builtInUnits.map((one) => one.name);
  const prescribed = prescriptions?.unitNames() ?? [];
  const ending = `.${name.toLowerCase()}`;
  const near =
    prescribed.find((one) => one.toLowerCase().endsWith(ending)) ??
    didYouMean(name, [...known, ...prescribed]);
  const others =
    prescriptions === undefined
      ? "; no prescriptions are heeded here (`--prescriptions DIR`)"
      : ", and those of prescriptions by their full names";
  return new ThothError(
    "bad-configuration",
    `${origin}: there is no unit \`${name}\` to switch off`,
    {
      hint:
        near === undefined
          ? `units are ${[...known].sort().join(", ")}${others}`
          : `did you mean \`${near}\`?`,
    },
  );
}
