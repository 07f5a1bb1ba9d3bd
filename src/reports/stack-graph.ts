import type { StackDemand, StackGraph, StackNode } from "../model/stack-graph.ts";
import type { PackageName } from "../python/name.ts";
import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import type { Palette } from "./palette.ts";
import { counted, lines } from "./wording.ts";

/** What of a graph is shown. */
export interface ShownGraph {
  readonly graph: StackGraph;
  /** Steps from the Pipfile, or from `target`. */
  readonly depth: number;
  /** Show who needs this package, in place of what the Pipfile needs. */
  readonly target: PackageName | undefined;
}

interface TreeOptions {
  readonly color: Palette;
  readonly verbosity: "quiet" | "normal" | "verbose";
}

/** A package below another in the tree, with what stands on its line. */
interface Branch {
  readonly name: PackageName;
  readonly text: string;
}

/** As a tree; what was shown before is shown once more without what it needs, marked `(*)`. */
export function stackTree(shown: ShownGraph, { color, verbosity }: TreeOptions): string {
  const { graph, target } = shown;
  const nodes = [...graph.nodes.values()];
  const unknown = nodes.filter(({ unknown: reason, locked }) => locked && reason !== undefined);
  const missing = nodes.filter(({ locked }) => !locked);
  const closing = [
    counted(nodes.length - missing.length, "package"),
    ...(unknown.length > 0 ? [`what ${unknown.length} of them need is unknown`] : []),
    ...(missing.length > 0 ? [`${missing.length} needed and not locked`] : []),
  ].join(", ");
  if (verbosity === "quiet") return lines([color.strong(closing)]);
  const text: string[] = [];
  const seen = new Set<PackageName>();
  for (const root of rootsOf(shown)) {
    text.push(root.text);
    grow(root.name, { shown, color, text, seen, above: [] }, "");
  }
  const orphans = target === undefined ? nodes.filter((node) => !seen.has(node.name)) : [];
  if (shown.depth === Number.POSITIVE_INFINITY)
    for (const node of orphans) text.push(`${nodeText(node)} (nothing known needs it)`);
  return lines([...text, color.strong(closing)]);
}

function rootsOf({ graph, target }: ShownGraph): readonly Branch[] {
  if (target !== undefined) {
    const node = graph.nodes.get(target);
    const text = node === undefined ? "" : `${nodeText(node)}${askedBy(target, { graph, target })}`;
    return node === undefined ? [] : [{ name: target, text }];
  }
  return graph.lines.map(({ to, text, by }) => {
    const node = graph.nodes.get(to);
    const told = node === undefined ? to : nodeText(node);
    return { name: to, text: `${told} (${safeText(by)} ${safeText(text)})` };
  });
}

interface Growth {
  readonly shown: ShownGraph;
  readonly color: Palette;
  readonly text: string[];
  readonly seen: Set<PackageName>;
  /** From the root to here, to tell a cycle. */
  readonly above: readonly PackageName[];
}

function grow(name: PackageName, growth: Growth, indent: string): void {
  const { shown, color, text, seen, above } = growth;
  const before = seen.has(name);
  seen.add(name);
  if (before || above.length >= shown.depth) return;
  const branches = branchesOf(name, shown);
  const inside = { ...growth, above: [...above, name] };
  for (const branch of branches) {
    const last = branch === branches.at(-1);
    const note = noteOn(branch.name, inside);
    text.push(`${indent}${color.faint(last ? "└── " : "├── ")}${branch.text}${note}`);
    if (note === "") grow(branch.name, inside, `${indent}${last ? "    " : "│   "}`);
  }
}

/** Why nothing is shown below a package. */
function noteOn(name: PackageName, { shown, seen, above }: Growth): string {
  if (above.includes(name)) return " (cycle)";
  return seen.has(name) && branchesOf(name, shown).length > 0 ? " (*)" : "";
}

function branchesOf(name: PackageName, shown: ShownGraph): readonly Branch[] {
  const branches = new Map<string, Branch>();
  for (const { other, demand } of neighbours(name, shown)) {
    const node = shown.graph.nodes.get(other);
    const told = node === undefined ? other : `${nodeText(node)}${askedBy(other, shown)}`;
    const extra = demand.extra === "" ? "" : `, by its extra ${safeText(demand.extra)}`;
    const text = `${told} (${safeText(demand.text)}${extra})`;
    branches.set(`${other} ${demand.text}`, { name: other, text });
  }
  return [...branches.values()];
}

/** In an inverted tree: the lines of the Pipfile where a way ends. */
function askedBy(name: PackageName, { graph, target }: Pick<ShownGraph, "graph" | "target">) {
  const asking = target === undefined ? [] : graph.lines.filter(({ to }) => to === name);
  return asking.map(({ by }) => ` <- ${safeText(by)}`).join("");
}

/** What hangs below a package, and the demand that leads there. */
function neighbours(
  name: PackageName,
  { graph, target }: ShownGraph,
): readonly { readonly other: PackageName; readonly demand: StackDemand }[] {
  if (target === undefined)
    return (graph.nodes.get(name)?.needs ?? []).map((demand) => ({ other: demand.to, demand }));
  return [...graph.nodes.values()].flatMap((node) =>
    node.needs.filter(({ to }) => to === name).map((demand) => ({ other: node.name, demand })),
  );
}

function nodeText({ name, version, extras, locked, unknown }: StackNode): string {
  const bracket = extras.length === 0 ? "" : `[${safeText(extras.join(","))}]`;
  if (!locked) return `${safeText(name)}${bracket} not locked`;
  const told = version === undefined ? "from a direct source" : safeText(version);
  const note = unknown === undefined ? "" : ` [needs unknown: ${safeText(unknown)}]`;
  return `${safeText(name)}${bracket} ${told}${note}`;
}

/** Nodes and edges within the depth. */
function within(shown: ShownGraph): {
  readonly nodes: readonly StackNode[];
  readonly edges: readonly StackDemand[];
} {
  const { graph, depth, target } = shown;
  const starts = target === undefined ? graph.lines.map(({ to }) => to) : [target];
  const reached = new Map(starts.map((name) => [name, 0]));
  const edges: StackDemand[] = [];
  // The map grows while it is walked
  for (const [name, steps] of reached) {
    if (steps >= depth) continue;
    for (const { other, demand } of neighbours(name, shown)) {
      edges.push(demand);
      if (!reached.has(other)) reached.set(other, steps + 1);
    }
  }
  const whole = target === undefined && depth === Number.POSITIVE_INFINITY;
  const names = whole ? [...graph.nodes.keys()] : [...reached.keys()];
  return { nodes: names.sort().flatMap((name) => graph.nodes.get(name) ?? []), edges };
}

/** As JSON: what is not known to need anything has `needsUnknown`. */
export function stackJson(shown: ShownGraph): string {
  const { nodes, edges } = within(shown);
  return jsonDocument({
    schema: "thoth.graph",
    version: "1.0",
    lines: shown.graph.lines.map(({ by, to, text }) => ({ by, package: to, text })),
    nodes: nodes.map(({ name, version, locked, categories, extras, unknown }) => ({
      name,
      version: version ?? null,
      locked,
      categories,
      extras,
      ...(unknown === undefined ? {} : { needsUnknown: unknown }),
    })),
    edges: edges.map(({ from, to, text, extra }) => ({
      from,
      to,
      text,
      ...(extra === "" ? {} : { extra }),
    })),
  });
}

/** For Graphviz. */
export function stackDot(shown: ShownGraph): string {
  const { nodes, edges } = within(shown);
  const quoted = (text: string) => `"${safeText(text).replaceAll(/["\\]/g, "\\$&")}"`;
  return lines([
    "digraph stack {",
    ...nodes.map((node) => {
      const style = node.unknown === undefined ? "" : ", style=dashed";
      return `  ${quoted(node.name)} [label=${quoted(`${node.name} ${node.version ?? ""}`.trim())}${style}];`;
    }),
    ...edges.map(
      ({ from = "", to, text }) => `  ${quoted(from)} -> ${quoted(to)} [label=${quoted(text)}];`,
    ),
    "}",
  ]);
}

/** For Mermaid, as Git services show it. */
export function stackMermaid(shown: ShownGraph): string {
  const { nodes, edges } = within(shown);
  const ids = new Map(nodes.map(({ name }, position) => [name, `n${position}`]));
  const label = (text: string) =>
    `"${safeText(text).replaceAll(/["#<>&]/g, (one) => `#${one.charCodeAt(0)};`)}"`;
  return lines([
    "flowchart LR",
    ...nodes.map(
      ({ name, version }) => `  ${ids.get(name)}[${label(`${name} ${version ?? ""}`.trim())}]`,
    ),
    ...edges.flatMap(({ from, to }) => {
      const [left, right] = [from === undefined ? undefined : ids.get(from), ids.get(to)];
      return left === undefined || right === undefined ? [] : [`  ${left} --> ${right}`];
    }),
  ]);
}
