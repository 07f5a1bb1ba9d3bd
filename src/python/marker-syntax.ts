import { type Cursor, PackagingSyntaxError, skipBlanks, take, takeCharacter } from "./cursor.ts";
import { packageName } from "./name.ts";
import { pythonString } from "./python-string.ts";

/** One side of a comparison: a variable by name, or a text. */
export interface MarkerOperand {
  readonly kind: "variable" | "text";
  readonly value: string;
}

export type MarkerOperator = "<=" | "<" | "!=" | "==" | ">=" | ">" | "~=" | "===" | "in" | "not in";

export interface MarkerComparison {
  readonly kind: "comparison";
  readonly left: MarkerOperand;
  readonly operator: MarkerOperator;
  readonly right: MarkerOperand;
}

/** `and` binds stronger than `or`. */
export interface MarkerJunction {
  readonly kind: "and" | "or";
  readonly parts: readonly MarkerTree[];
  /** Stood in parentheses, which the text keeps even where they change nothing. */
  readonly grouped: boolean;
}

/** An environment marker of PEP 508; names of extras are normalised when read (PEP 685). */
export type MarkerTree = MarkerComparison | MarkerJunction;

/** A marker that breaks the syntax of PEP 508. */
export class MarkerSyntaxError extends PackagingSyntaxError {}

// deeper nesting is nobody's marker, but would exhaust the stack
const maxDepth = 100;

const variable =
  /\b(?:python_version|python_full_version|os[._]name|sys[._]platform|platform_(?:release|system)|platform[._](?:version|machine|python_implementation)|python_implementation|implementation_(?:name|version)|extras?|dependency_groups)\b/y;
const quoted = /'[^']*'|"[^"]*"/y;
const comparator = /===|==|~=|!=|<=|>=|<|>/y;
const inWord = /\bin\b/y;
const notIn = /\bnot[ \t]+in\b/y;
const joiner = /\b(?:or|and)\b/y;

/** Reads a marker inside a longer text, up to where it can't go on. */
export function readMarker(cursor: Cursor, depth: number): MarkerTree {
  if (depth > maxDepth) throw unexpected(cursor, "fewer parentheses");
  const alternatives: MarkerTree[] = [];
  let all: MarkerTree[] = [];
  for (;;) {
    all.push(readAtom(cursor, depth));
    const word = take(cursor, joiner);
    if (word === "and") continue;
    alternatives.push(junction("and", all));
    if (word === undefined) return junction("or", alternatives);
    all = [];
  }
}

function junction(kind: "and" | "or", parts: readonly MarkerTree[]): MarkerTree {
  const [only] = parts;
  return only !== undefined && parts.length === 1 ? only : { kind, parts, grouped: false };
}

function readAtom(cursor: Cursor, depth: number): MarkerTree {
  skipBlanks(cursor);
  const start = cursor.at;
  if (!takeCharacter(cursor, "(")) return readComparison(cursor);
  const inner = readMarker(cursor, depth + 1);
  skipBlanks(cursor);
  if (!takeCharacter(cursor, ")")) {
    throw new MarkerSyntaxError("`(` is never closed", cursor.text, start);
  }
  skipBlanks(cursor);
  return inner.kind === "comparison" ? inner : { ...inner, grouped: true };
}

function readComparison(cursor: Cursor): MarkerTree {
  const left = readOperand(cursor);
  skipBlanks(cursor);
  const operator = readOperator(cursor);
  skipBlanks(cursor);
  const right = readOperand(cursor);
  skipBlanks(cursor);
  if (isVariable(left, "extra")) return { ...comparison, left, operator, right: extraName(right) };
  if (isVariable(right, "extra", "extras", "dependency_groups")) {
    return { ...comparison, left: extraName(left), operator, right };
  }
  return { ...comparison, left, operator, right };
}

const comparison = { kind: "comparison" } as const;

function isVariable(operand: MarkerOperand, ...names: readonly string[]): boolean {
  return operand.kind === "variable" && names.includes(operand.value);
}

function extraName(operand: MarkerOperand): MarkerOperand {
  return operand.kind === "text" ? { kind: "text", value: packageName(operand.value) } : operand;
}

function readOperand(cursor: Cursor): MarkerOperand {
  const start = cursor.at;
  const name = take(cursor, variable)?.replaceAll(".", "_");
  if (name === "python_implementation") {
    return { kind: "variable", value: "platform_python_implementation" };
  }
  if (name !== undefined) return { kind: "variable", value: name };
  const literal = take(cursor, quoted);
  if (literal === undefined) throw unexpected(cursor, "a marker variable or a quoted text");
  const value = pythonString(literal);
  if (value === undefined) {
    throw new MarkerSyntaxError("this is no Python string", cursor.text, start);
  }
  return { kind: "text", value };
}

function readOperator(cursor: Cursor): MarkerOperator {
  if (take(cursor, inWord) !== undefined) return "in";
  if (take(cursor, notIn) !== undefined) return "not in";
  const text = take(cursor, comparator);
  switch (text) {
    case "<=":
    case "<":
    case "!=":
    case "==":
    case ">=":
    case ">":
    case "~=":
    case "===":
      return text;
    default:
      throw unexpected(cursor, "an operator: <= < != == >= > ~= === in, not in");
  }
}

function unexpected(cursor: Cursor, expected: string): MarkerSyntaxError {
  return new MarkerSyntaxError(`expected ${expected}`, cursor.text, cursor.at);
}
