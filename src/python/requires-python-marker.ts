import { parseSpecifierSet } from "./specifier.ts";

/**
 * Requires-Python as the marker that pipenv puts into a lock: `>=3.8` becomes
 * `python_version >= '3.8'`. Undefined where no marker says the same.
 */
export function pythonMarker(requiresPython: string): string | undefined {
  const set = parseSpecifierSet(requiresPython);
  if (set === undefined || set.clauses.length === 0) return undefined;
  const parts: string[] = [];
  for (const { operator, version } of set.clauses) {
    const part = clauseMarker(operator, version);
    if (part === undefined) return undefined;
    parts.push(part);
  }
  return [...new Set(parts)].sort().join(" and ");
}

function clauseMarker(operator: string, version: string): string | undefined {
  const numbers = /^(\d+)(?:\.(\d+))?(?:\.(\d+))?(\.\*)?$/.exec(version);
  if (numbers === null) return undefined;
  const [, major = "", minor, patch, wildcard] = numbers;
  if (wildcard !== undefined) {
    const wholeMinor = minor !== undefined && patch === undefined;
    return wholeMinor && operator === "!=" ? `python_version != '${major}.${minor}'` : undefined;
  }
  if (!["<", "<=", ">", ">=", "!="].includes(operator)) return undefined;
  if (patch !== undefined && Number(patch) > 0)
    return `python_full_version ${operator} '${version}'`;
  // 3.8.1 is above 3.8 but its python_version is not
  if (operator === ">" || operator === "<=" || operator === "!=") {
    return `python_full_version ${operator} '${version}'`;
  }
  return `python_version ${operator} '${major}.${minor ?? "0"}'`;
}
