import { atEnd } from "./cursor.ts";
import {
  type MarkerComparison,
  type MarkerJunction,
  type MarkerOperand,
  MarkerSyntaxError,
  type MarkerTree,
  readMarker,
} from "./marker-syntax.ts";
import { memoize } from "./memoize.ts";
import { packageName } from "./name.ts";
import { clauseContains, parseClause } from "./specifier-clause.ts";

/** An environment marker of PEP 508, read. */
export type Marker = MarkerTree;

const read = memoize((raw): Marker | MarkerSyntaxError => {
  const cursor = { text: raw, at: 0 };
  try {
    const marker = readMarker(cursor, 0);
    if (!atEnd(cursor)) {
      throw new MarkerSyntaxError("expected `and`, `or` or the end", raw, cursor.at);
    }
    return marker;
  } catch (error) {
    if (error instanceof MarkerSyntaxError) return error;
    throw error;
  }
});

/** Reads a marker. Throws MarkerSyntaxError. Cached. */
export function parseMarker(raw: string): Marker {
  const marker = read(raw);
  if (marker instanceof MarkerSyntaxError) throw marker;
  return marker;
}

/** Reads a marker; `undefined` where its syntax is broken. Cached. */
export function tryParseMarker(raw: string): Marker | undefined {
  const marker = read(raw);
  return marker instanceof MarkerSyntaxError ? undefined : marker;
}

/** `str(packaging.markers.Marker)`: double quotes, one blank around operators. */
export function markerText(marker: Marker): string {
  return marker.kind === "comparison" ? comparisonText(marker) : junctionText(marker);
}

function junctionText({ kind, parts }: MarkerJunction): string {
  return parts
    .map((part) => {
      const text = markerText(part);
      return part.kind !== "comparison" && part.grouped ? `(${text})` : text;
    })
    .join(` ${kind} `);
}

function comparisonText({ left, operator, right }: MarkerComparison): string {
  return `${operandText(left)} ${operator} ${operandText(right)}`;
}

function operandText({ kind, value }: MarkerOperand): string {
  if (kind === "variable") return value;
  if (!value.includes('"')) return `"${value}"`;
  // packaging has no text for a value with both quotes; this one is read back as the same value
  return value.includes("'") ? `"${value.replaceAll('"', '\\"')}"` : `'${value}'`;
}

/** The eleven variables of PEP 508 that describe an interpreter and its machine. */
export type MarkerVariable =
  | "implementation_name"
  | "implementation_version"
  | "os_name"
  | "platform_machine"
  | "platform_python_implementation"
  | "platform_release"
  | "platform_system"
  | "platform_version"
  | "python_full_version"
  | "python_version"
  | "sys_platform";

export type MarkerEnvironment = Readonly<Record<MarkerVariable, string>>;

/** An environment, and any further variable; `extras` and `dependency_groups` are sets (PEP 751). */
export type MarkerValues = Readonly<Record<string, string | ReadonlySet<string>>>;

/**
 * Where a marker stands, which decides the variables that exist beside the environment's:
 * `metadata` knows `extra`, `lock_file` knows the sets `extras` and `dependency_groups`.
 */
export type MarkerContext = "metadata" | "lock_file" | "requirement";

/** A marker without an answer: it compares what can't be compared, or names what isn't there. */
export class MarkerEvaluationError extends Error {
  readonly kind: "UndefinedComparison" | "UndefinedEnvironmentName";

  constructor(kind: MarkerEvaluationError["kind"], message: string) {
    super(message);
    this.name = "MarkerEvaluationError";
    this.kind = kind;
  }
}

/**
 * `Marker.evaluate` of packaging: no short circuit, so an error in any part counts. `extras`: the
 * extra asked for; of several, one that makes the marker true is enough, as in pip; none is the
 * empty text. In a lock file they are the variable `extras`. Throws MarkerEvaluationError.
 */
export function evaluateMarker(
  marker: Marker,
  environment: MarkerValues,
  extras: ReadonlySet<string> | string | undefined,
  context: MarkerContext = "metadata",
): boolean {
  if (extras === undefined || typeof extras === "string") {
    return evaluate(marker, scopeOf(environment, extras, context));
  }
  if (context === "lock_file") {
    return evaluate(marker, scopeOf({ extras, ...environment }, undefined, context));
  }
  if (extras.size === 0) return evaluate(marker, scopeOf(environment, undefined, context));
  const results = [...extras].map((extra) =>
    evaluate(marker, scopeOf(environment, extra, context)),
  );
  return results.includes(true);
}

/**
 * Whether a dependency with this marker counts, for core metadata; `extra` is the one extra asked
 * for or the empty text. A marker without an answer is neither true nor false: the caller says
 * what that means (pip stops there), so it is handed back as a value.
 */
export function markerHolds(
  marker: Marker,
  environment: MarkerEnvironment,
  extra: string,
): boolean | { readonly error: MarkerEvaluationError } {
  try {
    return evaluate(marker, scopeOf(environment, extra, "metadata"));
  } catch (error) {
    if (error instanceof MarkerEvaluationError) return { error };
    throw error;
  }
}

/** What the variables stand for during one evaluation. */
interface Scope {
  readonly values: MarkerValues;
  readonly extra: string | undefined;
  readonly context: MarkerContext;
}

const noNames: ReadonlySet<string> = new Set();

function scopeOf(values: MarkerValues, extra: string | undefined, context: MarkerContext): Scope {
  if (extra !== undefined) return { values, extra: packageName(extra), context };
  const given = ownValue(values, "extra");
  if (typeof given === "string") return { values, extra: packageName(given), context };
  return { values, extra: context === "metadata" ? "" : undefined, context };
}

function lookUp({ values, extra, context }: Scope, name: string): string | ReadonlySet<string> {
  if (name === "extra" && extra !== undefined) return extra;
  const value = ownValue(values, name);
  if (value !== undefined) {
    // an untagged build calls itself 3.13.0a1+, which is no version
    const untagged =
      name === "python_full_version" && typeof value === "string" && value.endsWith("+");
    return untagged ? `${value}local` : value;
  }
  if (context === "lock_file" && namesSet(name)) return noNames;
  throw new MarkerEvaluationError(
    "UndefinedEnvironmentName",
    `the marker variable \`${name}\` has no value here`,
  );
}

function ownValue(values: MarkerValues, name: string): string | ReadonlySet<string> | undefined {
  return Object.hasOwn(values, name) ? values[name] : undefined;
}

function namesSet(name: string): boolean {
  return name === "extras" || name === "dependency_groups";
}

function evaluate(marker: Marker, scope: Scope): boolean {
  if (marker.kind === "comparison") return compare(marker, scope);
  const every = marker.kind === "and";
  let result = every;
  for (const part of marker.parts) {
    // evaluated in any case: an error in a later part must not depend on an earlier one
    const holds = evaluate(part, scope);
    if (holds !== every) result = holds;
  }
  return result;
}

function compare(marker: MarkerComparison, scope: Scope): boolean {
  const { left, operator, right } = marker;
  const fromLeft = left.kind === "variable";
  // with two texts, or two variables, the other side is taken as it is written
  const name = fromLeft ? left.value : right.value;
  const value = lookUp(scope, name);
  const lhs = fromLeft ? value : left.value;
  const rhs = fromLeft ? right.value : value;
  if (typeof lhs !== "string") {
    throw undefinedComparison(
      marker,
      `\`${name}\` is a set: only \`"…" in ${name}\` has a meaning`,
    );
  }
  if (typeof rhs === "string" && comparesAsVersion(name)) {
    const clause = parseClause(operator + rhs);
    if (clause !== undefined) return clauseContains(clause, lhs);
  }
  const result = namesSet(name)
    ? compareTexts(packageName(lhs), operator, normalised(rhs))
    : compareTexts(lhs, operator, rhs);
  if (result !== undefined) return result;
  throw undefinedComparison(marker, `\`${operator}\` compares versions, and this is none`);
}

function normalised(value: string | ReadonlySet<string>): string | ReadonlySet<string> {
  if (typeof value === "string") return packageName(value);
  return new Set([...value].map((name) => packageName(name)));
}

function comparesAsVersion(name: string): boolean {
  return (
    name === "python_version" ||
    name === "python_full_version" ||
    name === "implementation_version" ||
    name === "platform_release"
  );
}

/** Texts have no order; a text never equals a set. `undefined`: the operator is for versions. */
function compareTexts(
  lhs: string,
  operator: MarkerComparison["operator"],
  rhs: string | ReadonlySet<string>,
): boolean | undefined {
  switch (operator) {
    case "in":
      return isIn(lhs, rhs);
    case "not in":
      return !isIn(lhs, rhs);
    case "==":
    case "<=":
    case ">=":
      return lhs === rhs;
    case "!=":
      return lhs !== rhs;
    case "<":
    case ">":
      return false;
    case "~=":
    case "===":
      return undefined;
  }
}

function isIn(lhs: string, rhs: string | ReadonlySet<string>): boolean {
  return typeof rhs === "string" ? rhs.includes(lhs) : rhs.has(lhs);
}

function undefinedComparison(marker: MarkerComparison, why: string): MarkerEvaluationError {
  return new MarkerEvaluationError("UndefinedComparison", `${comparisonText(marker)}: ${why}`);
}
