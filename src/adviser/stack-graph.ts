import type { LockedPin, StackDemand, StackGraph, StackNode } from "../model/stack-graph.ts";
import { activeDependencies } from "../python/active-dependencies.ts";
import { chooseFile } from "../python/file-choice.ts";
import type { PackageName } from "../python/name.ts";
import type { AdviceContext } from "./context.ts";
import { chooseList, tiedIndexes } from "./lists.ts";

/** What is known of what a pin needs. */
type Requires = { readonly requires: readonly string[] } | { readonly unknown: string };

/**
 * What needs what among locked pins, from the lines of the project along Requires-Dist on the
 * runtime. No unit has a say: a release that advice would refuse today is in the lock all the same.
 * What is needed and not locked is a node that is not `locked`; what nobody needs has no demand.
 */
export function stackGraph(context: AdviceContext, pins: readonly LockedPin[]): StackGraph {
  const lines = context.project.requirements.map((requirement): StackDemand => {
    const { name, spelling, specifier, range, where, line, standsFor } = requirement;
    const asked = `${spelling} ${specifier || "*"}`;
    const shared = { from: undefined, to: name, by: where, range, extra: "", line };
    if (standsFor === undefined) return { ...shared, text: asked };
    return { ...shared, text: `${asked} in place of ${standsFor}`, standsFor };
  });
  const growing = new GrowingGraph(context, pins);
  for (const { name, extras } of context.project.requirements) growing.reach(name, extras);
  growing.grow();
  for (const { name } of pins) growing.reach(name, []);
  growing.grow();
  return { nodes: growing.nodes(), lines: distinct(lines) };
}

/** A group that others include has its lines in their categories, too. */
function distinct(lines: readonly StackDemand[]): readonly StackDemand[] {
  const keyOf = ({ to, by, text }: StackDemand) => `${to} ${by} ${text}`;
  return [...new Map(lines.map((line) => [keyOf(line), line])).values()];
}

class GrowingGraph {
  readonly #context: AdviceContext;
  readonly #pins: ReadonlyMap<PackageName, LockedPin>;
  readonly #tied: ReturnType<typeof tiedIndexes>;
  readonly #needs = new Map<PackageName, StackDemand[]>();
  readonly #extras = new Map<PackageName, Set<string>>();
  readonly #requires = new Map<PackageName, Requires>();
  readonly #waiting: { readonly name: PackageName; readonly extra: string }[] = [];
  #done = 0;

  constructor(context: AdviceContext, pins: readonly LockedPin[]) {
    this.#context = context;
    this.#pins = new Map(pins.map((pin) => [pin.name, pin]));
    this.#tied = tiedIndexes(context.project.requirements, context.project.settings);
  }

  reach(name: PackageName, extras: readonly string[]): void {
    const known = this.#extras.get(name) ?? new Set();
    this.#extras.set(name, known);
    for (const extra of ["", ...extras]) {
      if (known.has(extra)) continue;
      known.add(extra);
      this.#waiting.push({ name, extra });
    }
  }

  grow(): void {
    for (; this.#done < this.#waiting.length; this.#done += 1) {
      const next = this.#waiting[this.#done];
      if (next !== undefined) this.#expand(next.name, next.extra);
    }
  }

  nodes(): ReadonlyMap<PackageName, StackNode> {
    const nodes = new Map<PackageName, StackNode>();
    for (const [name, extras] of this.#extras) {
      const pin = this.#pins.get(name);
      const known = this.#requires.get(name);
      nodes.set(name, {
        name,
        version: pin?.version,
        locked: pin !== undefined,
        categories: pin?.categories ?? [],
        extras: [...extras].filter((extra) => extra !== "").sort(),
        needs: this.#needs.get(name) ?? [],
        ...(known !== undefined && "unknown" in known ? { unknown: known.unknown } : {}),
      });
    }
    return nodes;
  }

  #expand(name: PackageName, extra: string): void {
    const requires = this.#requires.get(name) ?? this.#requiresOf(name);
    this.#requires.set(name, requires);
    if ("unknown" in requires) return;
    const { markers } = this.#context.runtime;
    const version = this.#pins.get(name)?.version;
    const by = version === undefined ? name : `${name}==${version}`;
    const needs = this.#needs.get(name) ?? [];
    this.#needs.set(name, needs);
    for (const one of activeDependencies(requires.requires, markers, extra, () => {})) {
      const { name: to, text, range, extras } = one;
      needs.push({ from: name, to, by, text, range, extra });
      this.reach(to, extras);
    }
  }

  #requiresOf(name: PackageName): Requires {
    const pin = this.#pins.get(name);
    if (pin === undefined) return { unknown: "it is not locked" };
    const { project, knowledge } = this.#context;
    const source = project.requirements.find((one) => one.name === name)?.source;
    if (source !== undefined) {
      return knowledge.source(source) ?? { unknown: "its source was not looked at" };
    }
    if (pin.version === undefined) return { unknown: "it is pinned to no release of an index" };
    return this.#metadataOf(name, pin.version);
  }

  #metadataOf(name: PackageName, version: string): Requires {
    const { runtime, ranks, knowledge } = this.#context;
    const choice = chooseList(name, this.#tied.get(name), this.#context);
    if (choice.state === "unknown") return { unknown: "its releases are not known" };
    if (choice.state === "absent") return { unknown: choice.reason };
    const { list } = choice;
    for (let position = 0; position < list.count; position += 1) {
      if (list.version(position) !== version) continue;
      const file = chooseFile(list.release(position), runtime.pythonFull, ranks);
      if ("reason" in file) return { unknown: `it ${file.reason}` };
      const release = { name, version, index: list.index };
      const fact = knowledge.metadata(release, file.file.filename, runtime.id);
      if (fact === undefined) return { unknown: "its metadata is not known" };
      return fact.state === "known"
        ? fact
        : { unknown: `its metadata can't be had: ${fact.reason}` };
    }
    return { unknown: `the index does not list ${version}` };
  }
}

/** A way from a line of the Pipfile to a package; the last demand is on the package itself. */
export type StackPath = readonly [StackDemand, ...StackDemand[]];

/**
 * For each line of the Pipfile that brings a package in, a shortest way from it: the shortest
 * first, of equal ones that of the earlier line.
 */
export function pathsTo(graph: StackGraph, name: PackageName): readonly StackPath[] {
  const next = stepsTowards(graph, name);
  const paths = graph.lines.flatMap((line): readonly StackPath[] => {
    const path: [StackDemand, ...StackDemand[]] = [line];
    for (let at = line.to; at !== name; ) {
      const step = next.get(at);
      if (step === undefined) return [];
      path.push(step);
      at = step.to;
    }
    return [path];
  });
  return paths.sort((left, right) => left.length - right.length);
}

/** From each package that leads to `name` the demand that is next on a shortest way there. */
function stepsTowards(graph: StackGraph, name: PackageName): ReadonlyMap<PackageName, StackDemand> {
  const demanding = demandsByTarget(graph);
  const next = new Map<PackageName, StackDemand>();
  const reached = [name];
  // The list grows while it is walked
  for (const target of reached) {
    for (const demand of demanding.get(target) ?? []) {
      const { from } = demand;
      if (from === undefined || from === name || next.has(from)) continue;
      next.set(from, demand);
      reached.push(from);
    }
  }
  return next;
}

/** All demands on each package: those of lines first, then of releases. */
export function demandsByTarget(
  graph: StackGraph,
): ReadonlyMap<PackageName, readonly StackDemand[]> {
  const demands = new Map<PackageName, StackDemand[]>();
  const all = [...graph.lines, ...[...graph.nodes.values()].flatMap(({ needs }) => needs)];
  for (const demand of all) {
    const known = demands.get(demand.to);
    if (known === undefined) demands.set(demand.to, [demand]);
    else known.push(demand);
  }
  return demands;
}
