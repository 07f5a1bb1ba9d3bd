import { didYouMean } from "./did-you-mean.ts";
import type { Place } from "./errors.ts";

/** A configuration file's content with the place of everything in it, whatever its format. */
export type Tree =
  /** `text` is as written, without quotes: `3.10` stays `3.10`. Empty values are "". */
  | { readonly kind: "scalar"; readonly text: string; readonly place: Place }
  | { readonly kind: "list"; readonly items: readonly Tree[]; readonly place: Place }
  | { readonly kind: "map"; readonly members: ReadonlyMap<string, Member>; readonly place: Place };

/** One key of a map and its value. */
export interface Member {
  readonly key: Place;
  readonly value: Tree;
}

/**
 * What is allowed: a map of known keys, a list of one shape, text, several texts (one, a list of
 * them, or any keys with one each), or anything.
 */
export type Shape =
  | "anything"
  | "text"
  | "texts"
  | readonly [Shape]
  | { readonly [key: string]: Shape };

/** One way in which a tree is not as its shape says. */
export interface Misshape {
  readonly message: string;
  readonly place: Place;
  readonly hint?: string;
}

/** Everything in which the tree differs from the shape, in the order of the file. */
export function misshapes(tree: Tree, shape: Shape, name: string): readonly Misshape[] {
  if (shape === "anything") return [];
  if (shape === "text")
    return tree.kind === "scalar" ? [] : [wrongKind(tree, name, "a single value")];
  if (shape === "texts") return wrongTexts(tree, name);
  // `key:` with nothing behind it is an empty list or map.
  if (tree.kind === "scalar" && tree.text === "") return [];
  if (isList(shape)) {
    if (tree.kind !== "list") return [wrongKind(tree, name, "a list")];
    return tree.items.flatMap((item) => misshapes(item, shape[0], `an entry of ${name}`));
  }
  if (tree.kind !== "map") return [wrongKind(tree, name, "keys with values")];
  return [...tree.members].flatMap(([key, { key: place, value }]) => {
    const inner = Object.hasOwn(shape, key) ? shape[key] : undefined;
    return inner === undefined
      ? [unknownKey(key, place, shape)]
      : misshapes(value, inner, `\`${key}\``);
  });
}

/** The value at a path of keys, if every step is there. */
export function treeAt(tree: Tree | undefined, ...path: readonly string[]): Tree | undefined {
  let current = tree;
  for (const key of path) {
    current = current?.kind === "map" ? current.members.get(key)?.value : undefined;
  }
  return current;
}

/** The text at a path; undefined where there is none or it is empty. */
export function textAt(tree: Tree | undefined, ...path: readonly string[]): string | undefined {
  const found = treeAt(tree, ...path);
  return found?.kind === "scalar" && found.text !== "" ? found.text : undefined;
}

function wrongTexts(tree: Tree, name: string): readonly Misshape[] {
  if (tree.kind === "scalar") return [];
  const parts =
    tree.kind === "list" ? tree.items : [...tree.members.values()].map(({ value }) => value);
  const wrong = parts.filter(({ kind }) => kind !== "scalar");
  return wrong.map((part) => wrongKind(part, `an entry of ${name}`, "a single value"));
}

function isList(shape: Exclude<Shape, string>): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function wrongKind(tree: Tree, name: string, expected: string): Misshape {
  return { message: `${name} must hold ${expected}`, place: tree.place };
}

function unknownKey(key: string, place: Place, shape: Readonly<Record<string, Shape>>): Misshape {
  const known = Object.keys(shape);
  const near = didYouMean(key, known);
  const hint = near === undefined ? `known here: ${known.join(", ")}` : `did you mean \`${near}\`?`;
  return { message: `unknown key \`${key}\``, place, hint };
}
