import type { Place, Problem } from "../util/errors.ts";
import type { Marker } from "./marker.ts";
import { type PackageName, packageName } from "./name.ts";
import { parseRequirement, RequirementSyntaxError } from "./requirement.ts";
import { lineParts, requirementsLines } from "./requirements-lines.ts";
import type { SpecifierSet } from "./specifier.ts";

/** One line of a constraints file: what a version may be, should the package be needed. */
export interface Constraint {
  readonly name: PackageName;
  readonly specifier: SpecifierSet;
  readonly marker?: Marker;
  readonly place: Place;
}

/**
 * Reads a constraints file: names with specifiers and markers. Extras, hashes, addresses, options
 * and a name that stands twice under one marker are mistakes, as for the original; all are told.
 */
export function readConstraints(
  text: string,
  file: string,
): { readonly constraints: readonly Constraint[]; readonly problems: readonly Problem[] } {
  const constraints: Constraint[] = [];
  const problems: Problem[] = [];
  const seen = new Map<string, Place>();
  for (const { text: line, place } of requirementsLines(text, file)) {
    const mistake = (message: string, more: Partial<Problem> = {}) =>
      problems.push({ code: "bad-requirements", message, place, ...more });
    const { subject, options } = lineParts(line);
    const [option] = options;
    if (option !== undefined) {
      mistake(`a constraints file has no \`${option.name}\``, {
        hint: "a constraint is a name, a specifier and perhaps a marker: `urllib3<2`",
      });
      continue;
    }
    const problem = readLine(subject, place);
    if (typeof problem === "string") {
      mistake(problem);
      continue;
    }
    const key = `${problem.name};${subject.split(";")[1]?.replaceAll(/\s/g, "") ?? ""}`;
    const twin = seen.get(key);
    if (twin !== undefined) {
      mistake(`\`${problem.name}\` is constrained twice`, {
        notes: [`the first stands at ${twin.file}:${twin.line}`],
        hint: "put both into one line: `urllib3>=1.26,<2`",
      });
    } else {
      seen.set(key, place);
      constraints.push(problem);
    }
  }
  return { constraints, problems };
}

function readLine(text: string, place: Place): Constraint | string {
  try {
    const { name, extras, specifier, url, marker } = parseRequirement(text);
    if (url !== undefined) return `\`${name}\` is an address; a constraint is a range of versions`;
    if (extras.length > 0) return `a constraint takes no extras: \`${name}[${extras.join(",")}]\``;
    return {
      name: packageName(name),
      specifier,
      ...(marker === undefined ? {} : { marker }),
      place,
    };
  } catch (error) {
    if (!(error instanceof RequirementSyntaxError)) throw error;
    return `\`${text}\` is no constraint: ${error.message}`;
  }
}
