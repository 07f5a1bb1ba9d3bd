import { part, type SyntaxNode, textOf } from "../../python-syntax/syntax.ts";
import { canonical, environmentMarks, marksOfName } from "./known-names.ts";
import type { Machine } from "./machine.ts";
import { mark, marksOf, type Scope, unknown, type Value } from "./value.ts";

/** `+` joins texts, `%` fills them; a long chain of them is walked, not entered. */
export function binary(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const chain: SyntaxNode[] = [];
  let first: SyntaxNode = node;
  while (first.type === "binary_operator") {
    chain.push(first);
    const left = part(first, "left");
    if (left === undefined) break;
    first = left;
  }
  let value = machine.evaluate(first, scope);
  for (const step of chain.reverse()) {
    const operator = part(step, "operator");
    const right = machine.evaluate(part(step, "right"), scope);
    value = combined(operator === undefined ? "" : textOf(operator), value, right);
  }
  return value;
}

const arithmetic: Readonly<Record<string, (a: number, b: number) => number>> = {
  "-": (a, b) => a - b,
  "*": (a, b) => a * b,
  "^": (a, b) => a ^ b,
  "%": (a, b) => a % b,
  "//": (a, b) => Math.floor(a / b),
  "&": (a, b) => a & b,
  "|": (a, b) => a | b,
  ">>": (a, b) => a >> b,
  "<<": (a, b) => a << b,
};

const mostText = 4_000_000;

function combined(operator: string, left: Value, right: Value): Value {
  const marks = marksOf(left) | marksOf(right);
  const [a, b] = [left.text, right.text];
  if (operator === "/") return { marks, items: [left, right], base: left };
  if (a === undefined || b === undefined) {
    // The simplest of ciphers
    return { marks: operator === "^" ? marks | mark.decoded : marks, items: [left, right] };
  }
  return constant(operator, marks, [a, b]);
}

function constant(operator: string, marks: number, [a, b]: readonly [string, string]): Value {
  const numbers = isNumber(a) && isNumber(b);
  if (operator === "+" && a.length + b.length > mostText) return { marks: marks | mark.decoded };
  if (operator === "+") return { marks, text: numbers ? String(Number(a) + Number(b)) : a + b };
  if (operator === "%" && !isNumber(a)) return { marks, text: a.replace(/%[sdr]/, () => b) };
  const compute = Object.hasOwn(arithmetic, operator) ? arithmetic[operator] : undefined;
  return compute && numbers ? { marks, text: String(compute(Number(a), Number(b))) } : { marks };
}

function isNumber(text: string): boolean {
  return /^-?\d{1,15}$/.test(text);
}

/** `a[b]`: an item, a reversed text, an environment variable, a name looked up by its text. */
export function subscript(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const owner = machine.evaluate(part(node, "value"), scope);
  const index = part(node, "subscript");
  if (index?.type === "slice") return sliced(owner, index, scope, machine);
  const key = machine.evaluate(index, scope);
  if (owner.name === "os.environ") return unknown(environmentMarks(key.text));
  if (key.text !== undefined) {
    const item = itemOf(owner, key.text);
    if (item !== undefined) return item;
    const name = lookedUp(owner.name ?? "", key.text, scope);
    if (name !== undefined) return { ...name, marks: name.marks | hiddenBy(key) };
  }
  return { marks: marksOf(owner) | key.marks, base: owner };
}

function itemOf(owner: Value, key: string): Value | undefined {
  const entry = owner.entries?.get(key);
  if (entry !== undefined || !/^-?\d+$/.test(key)) return entry;
  if (owner.text !== undefined) {
    const character = owner.text.at(Number(key));
    return character === undefined ? undefined : { marks: owner.marks, text: character };
  }
  return owner.items?.at(Number(key));
}

/** `__builtins__["exec"]`, `sys.modules["os"]`, `os.__dict__["system"]`, `globals()["name"]`. */
function lookedUp(owner: string, key: string, scope: Scope): Value | undefined {
  if (!/^[A-Za-z_][\w.]*$/.test(key)) return undefined;
  if (/^(globals|locals|vars)\(\)$/.test(owner)) {
    for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
      const value = at.names.get(key);
      if (value !== undefined) return value;
    }
    return { marks: 0, name: key === "__builtins__" ? "builtins" : key };
  }
  if (owner === "sys.modules") return { marks: 0, name: key };
  if (owner === "builtins") return { marks: 0, name: key };
  if (!owner.endsWith(".__dict__")) return undefined;
  const name = canonical(`${owner.slice(0, -".__dict__".length)}.${key}`);
  return { marks: marksOfName(name), name };
}

function hiddenBy(key: Value): number {
  return key.marks & mark.decoded ? mark.hidden : 0;
}

function sliced(owner: Value, index: SyntaxNode, scope: Scope, machine: Machine): Value {
  for (const bound of index.children) machine.evaluate(bound, scope);
  const range = textOf(index).replaceAll(/\s/g, "");
  const marks = marksOf(owner);
  if (range !== "::-1") return { marks, base: owner };
  const backwards = marks | mark.decoded;
  if (owner.items) return { marks: backwards, items: [...owner.items].reverse() };
  if (owner.text === undefined) return { marks: backwards };
  return { marks: backwards, text: [...owner.text].reverse().join("") };
}
