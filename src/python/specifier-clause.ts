import { memoize } from "./memoize.ts";
import { pythonSpace, pythonStrip } from "./python-text.ts";
import { canonicalVersion, parseVersion, type Version } from "./version.ts";
import {
  ceiling,
  cutAbove,
  cutAfterLocals,
  cutAfterPosts,
  cutAfterPrefix,
  cutBeforeRelease,
  cutBelow,
  edited,
  floor,
} from "./version-cut.ts";
import {
  complement,
  contains,
  interval,
  noVersion,
  singleVersion,
  type VersionRange,
} from "./version-range.ts";

export type Operator = "===" | "==" | "!=" | "~=" | "<=" | ">=" | "<" | ">";

/** One comparison of a specifier: `>=1.0`. */
export interface Clause {
  readonly operator: Operator;
  /** The right side as written, without outer white space: `1.0`, `1.*`; any text after `===`. */
  readonly version: string;
  /** Operator and version without white space, as `str(Specifier)`. */
  readonly text: string;
  /** Equal for clauses that mean the same: `==1.0` and `==1.0.0`. */
  readonly meaning: string;
  /**
   * The versions it takes in. For `===`, whose comparison is one of text, the one version that
   * the text spells, or none where it is no version.
   */
  readonly range: VersionRange;
  /** Whether it names a pre-release and so asks for pre-releases. */
  readonly namesPrerelease: boolean;
}

const space = `[${pythonSpace}]*`;
const release = "v?(?:[0-9]+!)?[0-9]+(?:\\.[0-9]+)";
const tail =
  "(?:[-_.]?(?:alpha|beta|preview|pre|a|b|c|rc)[-_.]?[0-9]*)?" +
  "(?:-[0-9]+|[-_.]?(?:post|rev|r)[-_.]?[0-9]*)?" +
  "(?:[-_.]?dev[-_.]?[0-9]*)?";
const local = "(?:\\+[a-z0-9]+(?:[-_.][a-z0-9]+)*)?";

/** The syntax of one clause, for regular expressions with the flag `i`. */
export const clauseSyntax =
  `(?:===${space}[^${pythonSpace};)]*` +
  `|(?:==|!=)${space}${release}*(?:\\.\\*|${tail}${local})?` +
  `|~=${space}${release}+${tail}` +
  `|(?:<=|>=|<|>)${space}${release}*${tail})`;

const whole = new RegExp(`^${space}(${clauseSyntax})${space}$`, "i");

/** Reads one clause by PEP 440; `undefined` where it is none. Cached. */
export const parseClause: (raw: string) => Clause | undefined = memoize((raw) => {
  const written = whole.exec(raw)?.[1];
  if (written === undefined) return undefined;
  const operator = operatorOf(written);
  const version = pythonStrip(written.slice(operator.length));
  if (operator === "===") return arbitraryClause(version);
  const text = operator + version;
  if (version.endsWith(".*")) {
    const prefix = parseVersion(version.slice(0, -2));
    if (prefix === undefined) return undefined;
    const range = interval(cutBeforeRelease(prefix), cutAfterPrefix(prefix));
    return {
      operator,
      version,
      text,
      meaning: text,
      range: operator === "==" ? range : complement(range),
      namesPrerelease: false,
    };
  }
  const parsed = parseVersion(version);
  if (parsed === undefined) return undefined;
  return {
    operator,
    version,
    text,
    meaning: operator + (operator === "~=" ? parsed.text : canonicalVersion(parsed)),
    range: rangeOf(operator, parsed),
    namesPrerelease: operator !== "!=" && parsed.isPrerelease,
  };
});

/** Whether this version text satisfies the clause, pre-releases included. */
export function clauseContains(clause: Clause, text: string): boolean {
  if (clause.operator === "===") return text.toLowerCase() === clause.version.toLowerCase();
  const version = parseVersion(text);
  return version !== undefined && contains(clause.range, version);
}

function arbitraryClause(version: string): Clause {
  const parsed = parseVersion(version);
  const text = `===${version}`;
  return {
    operator: "===",
    version,
    text,
    meaning: text,
    range: parsed === undefined ? noVersion : singleVersion(parsed),
    namesPrerelease: parsed?.isPrerelease ?? false,
  };
}

function operatorOf(text: string): Operator {
  if (text.startsWith("===")) return "===";
  for (const operator of ["==", "!=", "~=", "<=", ">="] as const) {
    if (text.startsWith(operator)) return operator;
  }
  return text.startsWith("<") ? "<" : ">";
}

/** PEP 440 "Version specifiers": what each operator takes in, as intervals of the total order. */
function rangeOf(operator: Exclude<Operator, "===">, version: Version): VersionRange {
  switch (operator) {
    case ">=":
      return interval(cutBelow(version), ceiling);
    case "<=":
      return interval(floor, cutAfterLocals(version));
    case "==":
      return equalRange(version);
    case "!=":
      return complement(equalRange(version));
    case "~=":
      return interval(cutBelow(version), cutAfterPrefix(withoutLastNumber(version)));
    case "<":
      // <2.0 leaves out the pre-releases of 2.0 unless it names one itself
      return interval(floor, version.isPrerelease ? cutBelow(version) : cutBeforeFirst(version));
    case ">":
      return interval(cutGreater(version), ceiling);
  }
}

function equalRange(version: Version): VersionRange {
  const upper = version.local === undefined ? cutAfterLocals(version) : cutAbove(version);
  return interval(cutBelow(version), upper);
}

function withoutLastNumber(version: Version): Version {
  return edited(version, { release: version.release.slice(0, -1) });
}

/** `2.0.dev0` for `2.0`, but `2.0.post1.dev0` for `2.0.post1`. */
function cutBeforeFirst(version: Version) {
  return cutBelow(edited(version, { dev: 0 }));
}

/** `>1.0` leaves out the post-releases of 1.0, `>1.0.post1` only the local versions. */
function cutGreater(version: Version) {
  return version.dev !== undefined || version.post !== undefined
    ? cutAfterLocals(version)
    : cutAfterPosts(version);
}
