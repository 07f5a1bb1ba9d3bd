import { lineOf, type SyntaxNode } from "../../python-syntax/syntax.ts";
import type { Scope, Value } from "./value.ts";

/** When code runs; see Finding. */
export type Runs = "install" | "import" | "call";

/** A call, with what is known of its parts; what rules look at. */
export interface CallSite {
  /** Canonical dotted name, "" where unknown. */
  readonly name: string;
  readonly callee: Value;
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
  readonly node: SyntaxNode;
  readonly runs: Runs;
  readonly machine: Machine;
}

/** The arguments of a call. */
export interface Arguments {
  readonly args: readonly Value[];
  readonly keywords: ReadonlyMap<string, Value>;
}

/** The state of reading one file. */
export interface Machine {
  readonly path: string;
  readonly parse: (text: string) => SyntaxNode | undefined;
  readonly onCall: (site: CallSite) => void;
  readonly onText: (text: string, node: SyntaxNode, machine: Machine) => void;
  /** Whether its classes may be commands of an installation. */
  readonly commands: boolean;
  runs: Runs;
  /** Evaluations so far: beyond a bound nothing is called any more. */
  steps: number;
  depth: number;
  /** Within a branch or loop, where an assignment may not happen. */
  branches: number;
  nested: number;
  /** Line of the outermost code that was decoded, which the archive's reader can look up. */
  outerLine: number | undefined;
  /** Constant paths to which something fetched or decoded was written, with the marks of that. */
  readonly dropped: Map<string, number>;
  /** Functions that nothing has called yet. */
  readonly uncalled: Map<SyntaxNode, Value>;
  /** How often each function was read, and which are being read. */
  readonly calls: Map<SyntaxNode, number>;
  readonly running: Set<SyntaxNode>;
  readonly evaluate: (node: SyntaxNode | undefined, scope: Scope) => Value;
  readonly execute: (node: SyntaxNode | undefined, scope: Scope) => void;
  readonly invoke: (callee: Value, given: Arguments) => Value;
}

/** The line to report for a node, also one in code that a constant held. */
export function reportedLine(machine: Machine, node: SyntaxNode): number {
  return machine.outerLine ?? lineOf(node);
}

/** Most evaluations of one file. */
export const mostSteps = 400_000;
/** Deepest nesting of expressions and calls. */
export const mostDepth = 150;

/** Reads code that stands in a constant as if it stood in the file. */
export function readNested(
  machine: Machine,
  code: string,
  at: SyntaxNode,
  scope: Scope,
): Value | undefined {
  if (machine.nested >= 6 || code.length > 2_000_000 || !/[(=]|import/.test(code)) return undefined;
  const root = machine.parse(code);
  if (root === undefined) return undefined;
  const before = machine.outerLine;
  machine.outerLine ??= lineOf(at);
  machine.nested += 1;
  try {
    const [only, ...more] = root.children;
    if (more.length === 0 && only?.type === "expression_statement") {
      return machine.evaluate(only, scope);
    }
    machine.execute(root, scope);
    return undefined;
  } finally {
    machine.nested -= 1;
    machine.outerLine = before;
  }
}
