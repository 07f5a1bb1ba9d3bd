import { part, type SyntaxNode, textOf } from "../../python-syntax/syntax.ts";
import type { Machine } from "./machine.ts";
import { joined, type Scope, unknown, type Value } from "./value.ts";

const groups = new Set([
  "pattern_list",
  "tuple_pattern",
  "list_pattern",
  "tuple",
  "list",
  "expression_list",
  "parenthesized_expression",
  "as_pattern_target",
  "list_splat_pattern",
]);

/** Gives a target of an assignment its value. */
export function bind(
  target: SyntaxNode | undefined,
  value: Value,
  scope: Scope,
  machine: Machine,
): void {
  if (target === undefined) return;
  if (target.type === "identifier") {
    const name = textOf(target);
    const before = machine.branches > 0 ? scope.names.get(name) : undefined;
    scope.names.set(name, before === undefined ? value : joined(before, value));
  } else if (target.type === "attribute") {
    bindAttribute(target, value, scope, machine);
  } else if (target.type === "subscript") {
    bindItem(target, value, scope, machine);
  } else if (groups.has(target.type)) {
    const single = target.children.length === 1 && !target.type.includes("list");
    target.children.forEach((child, at) => {
      const item = single ? value : (value.items?.[at] ?? unknown(value.marks));
      bind(child, item, scope, machine);
    });
  }
}

function bindAttribute(target: SyntaxNode, value: Value, scope: Scope, machine: Machine): void {
  const owner = machine.evaluate(part(target, "object"), scope);
  const name = part(target, "attribute");
  if (name !== undefined) owner.members?.set(textOf(name), value);
}

function bindItem(target: SyntaxNode, value: Value, scope: Scope, machine: Machine): void {
  const owner = machine.evaluate(part(target, "value"), scope);
  const key = machine.evaluate(part(target, "subscript"), scope).text;
  owner.marks |= value.marks;
  // globals()["name"] = value
  if (key !== undefined && /^(globals|locals|vars)\(\)$/.test(owner.name ?? "")) {
    scope.names.set(key, value);
  }
}
