import type { Listed } from "../model/prescription.ts";
import { type Tree, textAt, treeAt } from "../util/shaped-tree.ts";
import { isNull } from "./check.ts";

/** The entries of a list at a path; a single value counts as a list of one. */
export function entriesAt(tree: Tree | undefined, ...path: readonly string[]): readonly Tree[] {
  const found = treeAt(tree, ...path);
  if (found === undefined || isNull(found)) return [];
  return found.kind === "list" ? found.items : [found];
}

/** The texts of a list at a path. */
export function textsAt(tree: Tree | undefined, ...path: readonly string[]): readonly string[] {
  return entriesAt(tree, ...path).flatMap((one) => (one.kind === "scalar" ? [one.text] : []));
}

/** Undefined where nothing is said. */
export function flagAt(tree: Tree | undefined, key: string): boolean | undefined {
  const found = textAt(tree, key)?.toLowerCase();
  return found === undefined ? undefined : ["true", "yes", "on"].includes(found);
}

/** `[a, null]`, or `not: [a]`; undefined where the key is absent. */
export function listedAt<T>(
  tree: Tree | undefined,
  key: string,
  read: (text: string | null) => T,
): Listed<T> | undefined {
  const found = treeAt(tree, key);
  if (found === undefined) return undefined;
  const inner = treeAt(found, "not");
  const list = inner ?? found;
  const items = list.kind === "list" ? list.items : [list];
  const values = items.map((item) =>
    read(item.kind === "scalar" && !isNull(item) ? item.text : null),
  );
  return { values, not: inner !== undefined };
}

/** The object without what is undefined. */
export function defined<T extends object>(
  members: {
    readonly [K in keyof T]: T[K] | undefined;
  },
): T {
  return Object.fromEntries(
    Object.entries(members).filter(([, value]) => value !== undefined),
  ) as T;
}
