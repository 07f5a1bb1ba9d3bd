import type { Finding } from "../../model/finding.ts";
import type { ParsePython } from "../../python-syntax/parser.ts";
import { plainNames, type Trouble } from "../../python-syntax/source-text.ts";
import { invoke, readUncalled } from "./definitions.ts";
import { evaluate } from "./expressions.ts";
import { type CallSite, type Machine, type Runs, reportedLine } from "./machine.ts";
import { callRules, fileRules, traced } from "./registry.ts";
import type { Trace, Verdict } from "./rule.ts";
import { execute } from "./statements.ts";
import type { Scope } from "./value.ts";

/** One file to check. */
export interface FileRequest {
  readonly path: string;
  readonly text: string;
  readonly runs: Runs;
}

/** What a file showed; `trouble` where it could not be read whole. */
export interface FileResult {
  readonly findings: readonly Finding[];
  readonly trouble?: Trouble;
}

/** Reads one file: what its values are, what it calls with them, and what the rules say to that. */
export function readFile(request: FileRequest, parse: ParsePython): FileResult {
  const parsed = parse(plainNames(request.text));
  if (parsed === undefined)
    return { findings: [], trouble: { reason: "it takes too long to parse", ours: true } };
  const collector = new Collector(request);
  const machine = machineFor(request, parse, collector);
  const scope: Scope = { names: new Map(), returned: undefined };
  const trouble =
    parsed.broken === undefined
      ? {}
      : { trouble: { reason: `line ${parsed.broken} is no Python`, ours: false } };
  try {
    machine.execute(parsed.root, scope);
    readUncalled(machine);
  } catch (error) {
    // Too deep for the stack, or too long for a string: hostile, but no bug of ours
    if (!(error instanceof RangeError)) throw error;
    const trouble = { reason: "it is too complex", ours: true };
    return { findings: collector.findings(), trouble };
  }
  collector.finish();
  return { findings: collector.findings(), ...trouble };
}

function machineFor(request: FileRequest, parse: ParsePython, collector: Collector): Machine {
  const machine: Machine = {
    path: request.path,
    runs: request.runs,
    commands: /(^|\/)setup\.py$/.test(request.path) || /setuptools|distutils/.test(request.text),
    steps: 0,
    depth: 0,
    branches: 0,
    nested: 0,
    outerLine: undefined,
    dropped: new Map(),
    uncalled: new Map(),
    calls: new Map(),
    running: new Set(),
    parse: (text) => parse(text)?.root,
    onCall: (site) => collector.call(site),
    onText: (text, node) => collector.text(text, reportedLine(machine, node)),
    evaluate: (node, scope) => evaluate(node, scope, machine),
    execute: (node, scope) => execute(node, scope, machine),
    invoke: (callee, given) => invoke(callee, given, machine),
  };
  return machine;
}

const rank = { block: 2, warn: 1 } as const;
/** Of a text more than this is data. */
const mostTraced = 50_000;
const order = { install: 2, import: 1, call: 0 } as const;

/** Keeps the worst finding of each rule and line. */
class Collector {
  readonly #request: FileRequest;
  readonly #found = new Map<string, Finding>();
  readonly #traces = new Map<string, Trace>();
  readonly #called = new Set<string>();

  constructor(request: FileRequest) {
    this.#request = request;
  }

  call(site: CallSite): void {
    const name = site.name;
    if (name !== "") this.#called.add(name);
    for (const rule of callRules) {
      const verdict = rule(site);
      if (verdict) this.#add(verdict, reportedLine(site.machine, site.node), site.runs);
    }
  }

  text(text: string, line: number): void {
    if (text.length < 4) return;
    for (const [name, traceOf] of Object.entries(traced)) {
      const hit = traceOf(text.slice(0, mostTraced));
      if (hit === undefined) continue;
      const trace = this.#traces.get(name) ?? { line, texts: new Set() };
      trace.texts.add(hit);
      this.#traces.set(name, trace);
    }
  }

  finish(): void {
    const { path, text, runs } = this.#request;
    const facts = { path, text, runs, traces: this.#traces, called: this.#called };
    for (const rule of fileRules) {
      const verdict = rule(facts);
      if (verdict) this.#add(verdict, verdict.line, runs);
    }
  }

  findings(): readonly Finding[] {
    return [...this.#found.values()];
  }

  #add(verdict: Verdict, line: number, runs: Runs): void {
    const { rule, severity, confidence, text, alarm } = verdict;
    const { path } = this.#request;
    const finding: Finding = {
      tool: "thoth",
      runs,
      ...(alarm === undefined ? {} : { alarm }),
      severity,
      confidence,
      rule,
      text,
      path,
      line,
    };
    const key = `${rule}:${line}`;
    const before = this.#found.get(key);
    if (before === undefined || weight(finding) > weight(before)) this.#found.set(key, finding);
  }
}

function weight({ alarm, runs }: Finding): number {
  return (alarm === undefined ? 0 : rank[alarm]) * 10 + order[runs];
}
