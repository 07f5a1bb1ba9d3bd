import { meantSpecifier } from "./pipfile-entry.ts";
import type { PipfileReading } from "./pipfile-reading.ts";
import { parseSpecifierSet, type SpecifierSet } from "./specifier.ts";
import { specifierProblem } from "./specifier-problem.ts";
import type { KeyPath } from "./toml-keys.ts";

/** The specifier that a version text means; a mistake goes to `reading`, and then it is undefined. */
export function readSpecifier(
  reading: PipfileReading,
  path: KeyPath,
  name: string,
  version: string,
): SpecifierSet | undefined {
  // pipenv would put `==` before `=1.0` and get `===1.0`, which means something else.
  const isBare = !/^[\s(]*[=!~<>^]/.test(version);
  const meant = isBare ? meantSpecifier(version) : version.trim().replace(/^\((.*)\)$/s, "$1");
  const specifier = parseSpecifierSet(meant);
  if (specifier !== undefined) return specifier;
  const place = reading.valuePlace(path);
  const problem = specifierProblem(version) ?? specifierProblem(meant);
  if (/^[a-z]+\+|:\/\//i.test(version)) {
    reading.mistake(place, `\`${version}\` is an address, not a version`, {
      hint: `write \`${name} = ${asTable(version)}\``,
    });
    return undefined;
  }
  const instead = insteadOf(version, problem?.instead);
  reading.mistake(place, problem?.message ?? `\`${version}\` is no version specifier`, {
    hint: instead === undefined ? undefined : `did you mean \`"${instead}"\`?`,
  });
  return undefined;
}

function asTable(address: string): string {
  const git = /^git\+(.*)$/i.exec(address)?.[1];
  return git === undefined ? `{file = "${address}"}` : `{git = "${git}"}`;
}

/** The whole specifier with what is wrong replaced; only if the result is legal. */
function insteadOf(version: string, instead: string | undefined): string | undefined {
  if (/^(?:latest|newest|any|all|x)$/i.test(version.trim())) return "*";
  const prefix = /^(?:==)?\s*(\d+(?:\.\d+)*)\.x(?:\.x)*$/i.exec(version.trim())?.[1];
  if (prefix !== undefined) return `==${prefix}.*`;
  const problem = specifierProblem(version);
  if (problem === undefined || instead === undefined) return instead;
  const { offset, length } = problem;
  const whole = version.slice(0, offset) + instead + version.slice(offset + length);
  if (parseSpecifierSet(meantSpecifier(whole)) !== undefined) return whole;
  // More than one clause is wrong; the first is mended for a start.
  return undefined;
}
