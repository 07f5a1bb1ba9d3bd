import { part, type SyntaxNode, textOf } from "../../python-syntax/syntax.ts";
import { bind } from "./binding.ts";
import { type Arguments, type Machine, mostSteps } from "./machine.ts";
import { type LocalClass, type LocalFunction, type Scope, unknown, type Value } from "./value.ts";

/** A function's body is read when something calls it, or at the end. */
export function defineFunction(node: SyntaxNode, scope: Scope, machine: Machine): void {
  const name = part(node, "name");
  if (name === undefined) return;
  for (const parameter of part(node, "parameters")?.children ?? []) {
    if (part(parameter, "value")) machine.evaluate(part(parameter, "value"), scope);
  }
  const value: Value = { marks: 0, code: { node, scope } };
  machine.uncalled.set(node, value);
  scope.names.set(textOf(name), value);
}

/** Runs the body of a class; its methods are read when called, or at the end. */
export function defineClass(node: SyntaxNode, scope: Scope, machine: Machine): void {
  const name = part(node, "name");
  if (name === undefined) return;
  const bases = (part(node, "superclasses")?.children ?? [])
    .filter(({ type }) => type !== "keyword_argument")
    .map((base) => machine.evaluate(base, scope));
  const members = new Map<string, Value>();
  for (const base of bases) {
    for (const [key, member] of base.type?.instance.members ?? []) members.set(key, member);
  }
  const instance: Value = { marks: 0, members };
  const type: LocalClass = { bases, methods: new Map(), instance };
  scope.names.set(textOf(name), { marks: 0, type });
  const body: Scope = { names: new Map(), parent: scope, returned: undefined };
  machine.execute(part(node, "body"), body);
  for (const [key, value] of body.names) {
    const { code } = value;
    // Names of a class are not seen from its methods
    const own = code?.scope === body ? { ...code, scope, self: instance } : undefined;
    const member = own === undefined ? value : { ...value, code: own };
    if (own !== undefined) machine.uncalled.set(own.node, member);
    type.methods.set(key, member);
    members.set(key, member);
  }
}

const mostInline = 12;
const mostRunning = 12;

/** Reads what a function of this file does with what it is given. */
export function invoke(callee: Value, given: Arguments, machine: Machine): Value {
  if (callee.type !== undefined) return construct(callee.type, given, machine);
  const { code } = callee;
  if (code === undefined) return unknown();
  const { calls, running } = machine;
  const count = calls.get(code.node) ?? 0;
  const within = machine.steps < mostSteps && count < mostInline && running.size < mostRunning;
  if (!within || running.has(code.node)) return unknown();
  calls.set(code.node, count + 1);
  machine.uncalled.delete(code.node);
  running.add(code.node);
  const branches = machine.branches;
  machine.branches = 0;
  try {
    return bodyOf(code, given, machine);
  } finally {
    machine.branches = branches;
    running.delete(code.node);
  }
}

function bodyOf(code: LocalFunction, given: Arguments, machine: Machine): Value {
  const scope: Scope = { names: new Map(), parent: code.scope, returned: undefined };
  bindParameters(code, given, { scope, machine });
  const body = part(code.node, "body");
  if (code.node.type === "lambda") return machine.evaluate(body, scope);
  machine.execute(body, scope);
  return scope.returned ?? unknown();
}

function construct(type: LocalClass, given: Arguments, machine: Machine): Value {
  const start = type.methods.get("__init__") ?? type.instance.members?.get("__init__");
  if (start !== undefined) invoke(start, given, machine);
  return type.instance;
}

interface Place {
  readonly scope: Scope;
  readonly machine: Machine;
}

function bindParameters(code: LocalFunction, given: Arguments, { scope, machine }: Place): void {
  const args = code.self === undefined ? [...given.args] : [code.self, ...given.args];
  for (const parameter of part(code.node, "parameters")?.children ?? []) {
    const value = part(parameter, "value");
    const target = parameterName(parameter);
    if (target === undefined) continue;
    if (parameter.type.endsWith("splat_pattern")) {
      const rest = parameter.type.startsWith("list")
        ? args.splice(0)
        : [...given.keywords.values()];
      bind(target, { marks: 0, items: rest }, scope, machine);
      continue;
    }
    const fallback = value === undefined ? unknown() : machine.evaluate(value, scope);
    const named = given.keywords.get(textOf(target));
    bind(target, args.shift() ?? named ?? fallback, scope, machine);
  }
}

function parameterName(parameter: SyntaxNode): SyntaxNode | undefined {
  if (parameter.type === "identifier") return parameter;
  return part(parameter, "name") ?? parameter.children.find(({ type }) => type === "identifier");
}

/**
 * Reads everything that nothing called: it runs only when something calls it. The installation
 * calls the commands of setup.py and the hooks of a build backend.
 */
export function readUncalled(machine: Machine): void {
  const first = machine.runs;
  for (let round = 0; machine.uncalled.size > 0 && round < 20; round += 1) {
    const waiting = [...machine.uncalled.values()];
    machine.uncalled.clear();
    for (const value of waiting) {
      machine.runs = first === "install" && isCommand(value, machine) ? "install" : "call";
      invoke(value, { args: [], keywords: new Map() }, machine);
    }
  }
}

const hook = /^(build_(wheel|sdist|editable)|prepare_metadata_for_|get_requires_for_)/;

/** A method of what may be a command, or a hook of a build backend (PEP 517, PEP 660). */
function isCommand({ code }: Value, { commands }: Machine): boolean {
  if (code === undefined) return false;
  if (code.self !== undefined) return commands;
  const name = part(code.node, "name");
  return name !== undefined && hook.test(textOf(name));
}
