import { part, parts, type SyntaxNode, textOf } from "../../python-syntax/syntax.ts";
import { bind } from "./binding.ts";
import { evaluateExec } from "./calls.ts";
import { defineClass, defineFunction } from "./definitions.ts";
import type { Machine } from "./machine.ts";
import { joined, type Scope, unknown, type Value } from "./value.ts";

type Statement = (node: SyntaxNode, scope: Scope, machine: Machine) => void;

const statements: Readonly<Record<string, Statement>> = {
  import_statement: (node, scope) => {
    for (const name of parts(node, "name")) importModule(name, scope);
  },
  import_from_statement: importFrom,
  return_statement: (node, scope, machine) => {
    const value = returnedBy(node, scope, machine);
    scope.returned = joined(scope.returned, value);
  },
  if_statement: (node, scope, machine) => {
    const condition = part(node, "condition");
    machine.evaluate(condition, scope);
    const asProgram = condition !== undefined && /\b__name__\b.*__main__/.test(textOf(condition));
    const before = machine.runs;
    if (asProgram && before === "import") machine.runs = "call";
    branch(parts(node, "consequence"), scope, machine);
    machine.runs = before;
    branch(parts(node, "alternative"), scope, machine);
  },
  for_statement: (node, scope, machine) => {
    const list = machine.evaluate(part(node, "right"), scope);
    bind(part(node, "left"), oneOf(list), scope, machine);
    branch([...parts(node, "body"), ...parts(node, "alternative")], scope, machine);
  },
  with_item: (node, scope, machine) => {
    machine.evaluate(part(node, "value"), scope);
  },
  function_definition: defineFunction,
  class_definition: defineClass,
  exec_statement: evaluateExec,
};

const branching = new Set([
  "while_statement",
  "try_statement",
  "except_clause",
  "match_statement",
  "elif_clause",
  "else_clause",
]);

const containers = new Set([
  "module",
  "block",
  "with_statement",
  "with_clause",
  "decorated_definition",
  "finally_clause",
  "case_clause",
  "ERROR",
]);

/** Runs a statement in mind: names get what is known of their values, calls are shown to the rules. */
export function execute(node: SyntaxNode | undefined, scope: Scope, machine: Machine): void {
  if (node === undefined) return;
  const known = Object.hasOwn(statements, node.type) ? statements[node.type] : undefined;
  if (known !== undefined) known(node, scope, machine);
  else if (branching.has(node.type)) branch(node.children, scope, machine);
  else if (containers.has(node.type)) {
    for (const child of node.children) machine.execute(child, scope);
  } else machine.evaluate(node, scope);
}

function branch(nodes: readonly SyntaxNode[], scope: Scope, machine: Machine): void {
  machine.branches += 1;
  for (const node of nodes) machine.execute(node, scope);
  machine.branches -= 1;
}

function returnedBy(node: SyntaxNode, scope: Scope, machine: Machine): Value {
  const [value] = node.children;
  return value === undefined ? unknown() : machine.evaluate(value, scope);
}

/** What stands for each item of a list in turn. */
export function oneOf(list: Value): Value {
  const [first, ...more] = list.items ?? [];
  if (first === undefined) return { marks: list.marks, base: list };
  const all = more.slice(0, 50).reduce((before, item) => joined(item, before), first);
  return list.marks === 0 ? all : { ...all, marks: all.marks | list.marks };
}

function importModule(node: SyntaxNode, scope: Scope): void {
  if (node.type === "aliased_import") {
    const [name, alias] = [part(node, "name"), part(node, "alias")];
    if (name && alias) scope.names.set(textOf(alias), { marks: 0, name: textOf(name) });
    return;
  }
  const [top = ""] = textOf(node).split(".");
  scope.names.set(top, { marks: 0, name: top });
}

function importFrom(node: SyntaxNode, scope: Scope): void {
  const source = part(node, "module_name");
  if (source === undefined) return;
  const from = textOf(source).replaceAll(/\s/g, "");
  if (node.children.some(({ type }) => type === "wildcard_import")) importAll(from, scope);
  for (const name of parts(node, "name")) {
    const original = name.type === "aliased_import" ? part(name, "name") : name;
    const local = name.type === "aliased_import" ? part(name, "alias") : name;
    if (original === undefined || local === undefined) continue;
    scope.names.set(textOf(local), { marks: 0, name: `${from}.${textOf(original)}` });
  }
}

/** Of modules imported whole, the names that rules know. */
const exported: Readonly<Record<string, readonly string[]>> = {
  os: ["system", "popen", "environ", "getenv", "startfile", "getlogin"],
  subprocess: ["Popen", "run", "call", "check_call", "check_output"],
  base64: ["b64decode", "b85decode", "b32decode", "b16decode", "urlsafe_b64decode"],
  "urllib.request": ["urlopen", "urlretrieve", "Request"],
  requests: ["get", "post"],
  socket: ["socket", "gethostname", "create_connection"],
  setuptools: ["setup"],
  marshal: ["loads"],
  zlib: ["decompress"],
};

function importAll(from: string, scope: Scope): void {
  for (const name of exported[from] ?? []) {
    scope.names.set(name, { marks: 0, name: `${from}.${name}` });
  }
}
