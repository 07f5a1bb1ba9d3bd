import { pythonStrip } from "./python-text.ts";
import { parseClause } from "./specifier-clause.ts";
import { parseVersion, type Version } from "./version.ts";
import { addToNumber } from "./version-number.ts";

/** What breaks a specifier, in words, and where. */
export interface SpecifierProblem {
  readonly message: string;
  /** Of the clause that is wrong, from 0. */
  readonly offset: number;
  readonly length: number;
  /** A clause, or several, that could be meant instead. */
  readonly instead?: string;
}

type Finding = Omit<SpecifierProblem, "offset" | "length">;

/** The first thing wrong with a specifier; `undefined` where PEP 440 accepts it. */
export function specifierProblem(raw: string): SpecifierProblem | undefined {
  let start = 0;
  for (const part of raw.split(",")) {
    const clause = pythonStrip(part);
    if (clause !== "" && parseClause(clause) === undefined) {
      const offset = start + part.indexOf(clause);
      return { ...explain(clause), offset, length: clause.length };
    }
    start += part.length + 1;
  }
  return undefined;
}

function explain(clause: string): Finding {
  const [, operator = "", written = ""] = /^([=!~<>^]*)\s*(.*)$/s.exec(clause) ?? [];
  const second = /^(\S+?)\s*([=!~<>].*)$/s.exec(written);
  if (second !== null && parseClause(operator + second[1]) !== undefined) {
    const instead = `${operator}${second[1]},${second[2]}`;
    return { message: `a comma is missing before \`${second[2]}\``, instead };
  }
  if (operator === "") return explainBare(clause);
  const known = /^(?:==|!=|~=|<=|>=|<|>)$/.test(operator);
  if (!known) return explainOperator(operator, written);
  if (written === "") return { message: `a version is missing after \`${operator}\`` };
  return explainVersion(operator, written);
}

function explainBare(clause: string): Finding {
  if (clause === "*") return { message: "`*` means any version and can't stand beside others" };
  if (parseClause(`==${clause}`) !== undefined) {
    return { message: `\`${clause}\` lacks an operator`, instead: `==${clause}` };
  }
  return { message: `\`${clause}\` is no version specifier` };
}

const slips: ReadonlyMap<string, string> = new Map([
  ["=", "=="],
  ["=>", ">="],
  ["=<", "<="],
  ["<>", "!="],
  ["=!", "!="],
  ["=~", "~="],
]);

function explainOperator(operator: string, written: string): Finding {
  const message = `\`${operator}\` is no operator of Python's version specifiers`;
  const version = parseVersion(written);
  if (version !== undefined && (operator === "^" || operator === "~")) {
    return { message, instead: `>=${written},<${nextBreaking(version, operator === "~")}` };
  }
  const meant = slips.get(operator);
  const instead = meant === undefined ? undefined : meant + written;
  if (instead === undefined || parseClause(instead) === undefined) return { message };
  return { message, instead };
}

/** Where `^1.2` (2) and `~1.2` (1.3) of other ecosystems end. */
function nextBreaking({ release }: Version, minor: boolean): string {
  const firstCounting = release.findIndex((number) => number !== 0);
  const last = release.length - 1;
  const index = minor ? Math.min(1, last) : firstCounting === -1 ? last : firstCounting;
  const kept = release.slice(0, index);
  return [...kept, addToNumber(release[index] ?? 0, 1)].join(".");
}

function explainVersion(operator: string, written: string): Finding {
  const isEquality = operator === "==" || operator === "!=";
  const prefix = written.endsWith(".*") ? written.slice(0, -2) : undefined;
  if (prefix !== undefined && parseVersion(prefix) !== undefined) {
    if (isEquality) {
      return {
        message: "`.*` can't follow a pre-release, post-release, development or local version",
      };
    }
    const message = "`.*` is allowed only after == and !=";
    const instead = operator + prefix;
    return parseClause(instead) === undefined ? { message } : { message, instead };
  }
  const version = parseVersion(written);
  if (version === undefined) return { message: `\`${written}\` is no version` };
  if (version.local !== undefined && !isEquality) {
    return { message: `a local version (\`+${version.local}\`) is allowed only after == and !=` };
  }
  if (operator === "~=" && version.release.length === 1) {
    const message = "`~=` needs at least two numbers, such as `~=1.0`";
    return { message, instead: `~=${written}.0` };
  }
  return { message: `\`${operator}${written}\` is no version specifier` };
}
