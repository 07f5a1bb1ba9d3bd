import { part, type SyntaxNode, textOf } from "../../python-syntax/syntax.ts";
import { bind } from "./binding.ts";
import { evaluateCall } from "./calls.ts";
import { literalText, unescaped } from "./literal.ts";
import { type Machine, mostDepth } from "./machine.ts";
import { concatenated, memberOf } from "./members.ts";
import { binary, subscript } from "./operators.ts";
import { oneOf } from "./statements.ts";
import { find, joined, mark, marksOf, type Scope, unknown, type Value } from "./value.ts";

type Expression = (node: SyntaxNode, scope: Scope, machine: Machine) => Value;

const expressions: Readonly<Record<string, Expression>> = {
  identifier: (node, scope) => named(textOf(node), scope),
  attribute,
  call: evaluateCall,
  subscript,
  string,
  concatenated_string: (node, scope, machine) => {
    const values = node.children.map((child) => machine.evaluate(child, scope));
    return concatenated(values);
  },
  true: () => ({ marks: 0, name: "True" }),
  false: () => ({ marks: 0, name: "False" }),
  none: () => unknown(),
  integer: (node) => number(textOf(node)),
  binary_operator: binary,
  assignment: (node, scope, machine) => {
    const value = machine.evaluate(part(node, "right"), scope);
    bind(part(node, "left"), value, scope, machine);
    return value;
  },
  augmented_assignment: (node, scope, machine) => {
    const target = part(node, "left");
    const before = machine.evaluate(target, scope);
    const value = concatenated([before, machine.evaluate(part(node, "right"), scope)]);
    bind(target, value, scope, machine);
    return value;
  },
  named_expression: (node, scope, machine) => {
    const value = machine.evaluate(part(node, "value"), scope);
    bind(part(node, "name"), value, scope, machine);
    return value;
  },
  as_pattern: (node, scope, machine) => {
    const [first] = node.children;
    const value = machine.evaluate(first, scope);
    bind(part(node, "alias"), value, scope, machine);
    return value;
  },
  lambda: (node, scope) => ({ marks: 0, code: { node, scope } }),
  conditional_expression: (node, scope, machine) =>
    node.children
      .map((child) => machine.evaluate(child, scope))
      .reduce((all, value) => joined(value, all), unknown()),
  comparison_operator: forgotten,
  not_operator: forgotten,
  list: sequence,
  tuple: sequence,
  set: sequence,
  expression_list: sequence,
  dictionary,
  list_comprehension: comprehension,
  generator_expression: comprehension,
  set_comprehension: comprehension,
  dictionary_comprehension: comprehension,
};

/** What is known of an expression's value. Calls in it are shown to the rules. */
export function evaluate(node: SyntaxNode | undefined, scope: Scope, machine: Machine): Value {
  if (node === undefined || machine.depth > mostDepth) return unknown();
  machine.steps += 1;
  machine.depth += 1;
  const known = Object.hasOwn(expressions, node.type) ? expressions[node.type] : undefined;
  const value = known === undefined ? children(node, scope, machine) : known(node, scope, machine);
  machine.depth -= 1;
  return value;
}

/** await, parentheses, splats, yield and what has no meaning of its own: what stands inside. */
function children(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const values = node.children.map((child) => machine.evaluate(child, scope));
  const [only] = values;
  if (values.length === 1 && only !== undefined) return only;
  return unknown(values.reduce((marks, value) => marks | marksOf(value), 0));
}

function forgotten(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  children(node, scope, machine);
  return unknown();
}

function named(name: string, scope: Scope): Value {
  const value = find(scope, name);
  if (value !== undefined) return value;
  return { marks: 0, name: name === "__builtins__" ? "builtins" : name };
}

/** `a.b`: of a value with a name, the longer name; of an instance, its member. */
function attribute(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const owner = machine.evaluate(part(node, "object"), scope);
  const field = part(node, "attribute");
  return field === undefined ? unknown(owner.marks) : memberOf(owner, textOf(field));
}

function string(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const holes = node.children.filter(({ type }) => type === "interpolation");
  if (holes.length === 0) {
    const text = literalText(textOf(node));
    if (text !== undefined) machine.onText(text, node, machine);
    return { marks: text !== undefined && isEscaped(textOf(node)) ? mark.decoded : 0, text };
  }
  const values = node.children.map((child): Value => {
    if (child.type === "interpolation") return machine.evaluate(part(child, "expression"), scope);
    const piece = /^string_(start|end)$/.test(child.type) ? "" : unescaped(textOf(child));
    if (piece !== "") machine.onText(piece, child, machine);
    return { marks: 0, text: piece };
  });
  return concatenated(values);
}

/** Letters written as numbers, which nobody does who wants to be read. */
function isEscaped(raw: string): boolean {
  if (!raw.includes("\\")) return false;
  const letters = raw.match(/\\(x[4-7][0-9a-f]|1[0-7][0-7]|u00[4-7][0-9a-f])/gi) ?? [];
  return letters.length >= 3 && letters.join("").length * 2 > raw.length;
}

function number(text: string): Value {
  const value = Number(text.replaceAll("_", "").replace(/^0+(?=\d)/, ""));
  return Number.isNaN(value) ? unknown() : { marks: 0, text: String(value) };
}

function sequence(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const items = node.children.map((child) => machine.evaluate(child, scope));
  return { marks: 0, items };
}

function dictionary(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const entries = new Map<string, Value>();
  let marks = 0;
  for (const pair of node.children) {
    const value = machine.evaluate(part(pair, "value") ?? pair, scope);
    const key = machine.evaluate(part(pair, "key"), scope);
    marks |= key.marks;
    entries.set(key.text ?? `?${entries.size}`, value);
  }
  return { marks, entries };
}

const mostItems = 20_000;

function comprehension(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const inner: Scope = { names: new Map(), parent: scope, returned: undefined };
  const clauses = node.children.filter(({ type }) => type === "for_in_clause");
  const body = part(node, "body");
  const [only] = clauses;
  const list = machine.evaluate(only === undefined ? undefined : part(only, "right"), inner);
  const items = list.items ?? (list.text === undefined ? undefined : characters(list.text));
  const short = items !== undefined && items.length * 4 < 400_000 - machine.steps;
  if (
    clauses.length === 1 &&
    items &&
    short &&
    items.length <= mostItems &&
    node.children.length === 2
  ) {
    const results = items.map((item) => {
      bind(only && part(only, "left"), item, inner, machine);
      return machine.evaluate(body, inner);
    });
    return { marks: list.marks | (mark.hidden * Number(isBuilt(results))), items: results };
  }
  for (const clause of clauses) {
    const value = oneOf(machine.evaluate(part(clause, "right"), inner));
    bind(part(clause, "left"), value, inner, machine);
  }
  for (const condition of node.children.filter(({ type }) => type === "if_clause")) {
    machine.evaluate(condition, inner);
  }
  const value = machine.evaluate(body, inner);
  return unknown(marksOf(value) | list.marks);
}

/** Characters from numbers, e.g. `chr(one ^ 7) for one in …`. */
function isBuilt(results: readonly Value[]): boolean {
  return results.length > 3 && results.every(({ marks }) => (marks & mark.decoded) !== 0);
}

function characters(text: string): readonly Value[] | undefined {
  if (text.length > mostItems) return undefined;
  return [...text].map((character) => ({ marks: 0, text: character }));
}
