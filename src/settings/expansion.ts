import type { Environment } from "../util/environment.ts";
import type { Misshape, Tree } from "../util/shaped-tree.ts";

/** A tree with the variables in its values put in, and those that are not set. */
export interface Expanded {
  readonly tree: Tree;
  readonly problems: readonly Misshape[];
}

const variable = /\{([A-Za-z_]\w*)\}/g;

/**
 * Puts variables of the environment in place of `{NAME}`, in values, never in keys. What a variable
 * holds is text: no YAML comes of it.
 */
export function expandVariables(tree: Tree, environment: Environment): Expanded {
  const problems: Misshape[] = [];
  const textOfVariable = (name: string, { place }: Tree): string => {
    const value = environment[name];
    if (value === undefined) problems.push({ message: `\`${name}\` is not set`, place });
    return value ?? "";
  };
  const expand = (one: Tree): Tree => {
    const alone = soleVariable(one);
    if (alone !== undefined) {
      return { kind: "scalar", text: textOfVariable(alone, one), place: one.place };
    }
    switch (one.kind) {
      case "scalar": {
        const text = one.text.replaceAll(variable, (_, name: string) => textOfVariable(name, one));
        return { ...one, text };
      }
      case "list":
        return { ...one, items: one.items.map(expand) };
      case "map": {
        const members = [...one.members].map(
          ([name, { key, value }]) => [name, { key, value: expand(value) }] as const,
        );
        return { ...one, members: new Map(members) };
      }
    }
  };
  return { tree: expand(tree), problems };
}

/** To YAML, `{NAME}` without quotes is a map of one key without a value. */
function soleVariable(tree: Tree): string | undefined {
  if (tree.kind !== "map" || tree.members.size !== 1) return undefined;
  const [[name, { value }] = ["", { value: tree }]] = tree.members;
  const isBare = value.kind === "scalar" && value.text === "";
  return isBare && tree.place.length === name.length + 2 ? name : undefined;
}
