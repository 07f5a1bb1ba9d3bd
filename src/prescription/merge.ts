import type { Member, Tree } from "../util/shaped-tree.ts";

/**
 * The tree with its merge keys (`<<: *other`) resolved, which YAML 1.1 has and 1.2 has not: keys of
 * the map itself count before those of the maps that are merged, and earlier ones before later ones.
 */
export function merged(tree: Tree): Tree {
  if (tree.kind === "scalar") return tree;
  if (tree.kind === "list") return { ...tree, items: tree.items.map(merged) };
  const members = new Map<string, Member>();
  const others: Tree[] = [];
  for (const [name, { key, value }] of tree.members) {
    const inner = merged(value);
    if (name === "<<" && inner.kind !== "scalar") others.push(inner);
    else members.set(name, { key, value: inner });
  }
  for (const other of others.flatMap((one) => (one.kind === "list" ? one.items : [one]))) {
    if (other.kind !== "map") continue;
    for (const [name, member] of other.members) if (!members.has(name)) members.set(name, member);
  }
  return { ...tree, members };
}
