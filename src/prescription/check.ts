import { isNormalizedName } from "../python/name.ts";
import { specifierError } from "../python/specifier.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import type { Misshape, Tree } from "../util/shaped-tree.ts";

/** Everything in which a tree differs from what is wanted; `name` is how it is called. */
export type Check = (tree: Tree, name: string) => readonly Misshape[];

const fine: readonly Misshape[] = [];

export const anything: Check = () => fine;

/** Nothing behind the key, `null` or `~`. */
export function isNull(tree: Tree | undefined): boolean {
  return tree?.kind === "scalar" && (tree.text === "" || tree.text === "null" || tree.text === "~");
}

/** A scalar that `accepts` takes; `wanted` says what that is. */
export function scalar(wanted: string, accepts: (text: string) => boolean): Check {
  return (tree, name) =>
    tree.kind === "scalar" && accepts(tree.text) ? fine : [wants(tree, name, wanted)];
}

export const text = scalar("a text", (found) => found !== "");
export const boolean = scalar("`true` or `false`", (found) =>
  /^(true|false|yes|no|on|off)$/i.test(found),
);
export const integer = scalar("a whole number", (found) => /^-?\d+$/.test(found));

export const number = scalar("a number", (found) => found !== "" && Number.isFinite(Number(found)));

export const specifier: Check = (tree, name) => {
  if (tree.kind !== "scalar") return [wants(tree, name, "a version specifier such as `>=1.0,<2`")];
  const problem = specifierError(tree.text);
  return problem === undefined ? fine : [{ message: `${name}: ${problem}`, place: tree.place }];
};

export const packageNames = scalar("a package's name as PEP 503 normalises it", isNormalizedName);

export const link = scalar(
  "an address, or a name of small letters, digits, `_` and `-`",
  (found) => /^[a-z0-9_-]+$/.test(found) || (/^[a-z]+:\/\/./i.test(found) && URL.canParse(found)),
);

export function oneOf(choices: readonly string[]): Check {
  return scalar(choices.map((one) => `\`${one}\``).join(" or "), (found) =>
    choices.includes(found),
  );
}

export function orNull(check: Check): Check {
  return (tree, name) => (isNull(tree) ? fine : check(tree, name));
}

/** A list with at least so many entries. */
export function listOf(check: Check, least = 0): Check {
  return (tree, name) => {
    if (tree.kind !== "list") return [wants(tree, name, "a list")];
    const few = tree.items.length < least;
    const wanted = least === 1 ? "one entry" : `${least} entries`;
    return [
      ...(few ? [{ message: `${name} must hold at least ${wanted}`, place: tree.place }] : fine),
      ...tree.items.flatMap((item) => check(item, `an entry of ${name}`)),
    ];
  };
}

export function oneOrMore(check: Check): Check {
  const many = listOf(check, 1);
  return (tree, name) => (tree.kind === "list" ? many : check)(tree, name);
}

/** The value itself, or the value under `not`. */
export function orNot(check: Check): Check {
  return (tree, name) => {
    if (tree.kind !== "map" || !tree.members.has("not")) return check(tree, name);
    return keys({ not: check })(tree, name);
  };
}

/** Any keys, all values of one kind. */
export function mapOf(check: Check): Check {
  return (tree, name) =>
    tree.kind !== "map"
      ? [wants(tree, name, "keys with values")]
      : [...tree.members].flatMap(([key, { value }]) => check(value, `\`${key}\``));
}

/** These keys and no others; those of `required` must be there. */
export function keys(
  optional: Readonly<Record<string, Check>>,
  required: Readonly<Record<string, Check>> = {},
): Check {
  const known: Readonly<Record<string, Check>> = { ...required, ...optional };
  return (tree, name) => {
    if (tree.kind !== "map") return [wants(tree, name, "keys with values")];
    const missing = Object.keys(required).filter((key) => !tree.members.has(key));
    return [
      ...missing.map((key) => ({ message: `${name} needs \`${key}\``, place: tree.place })),
      ...[...tree.members].flatMap(([key, { key: place, value }]) => {
        const check = Object.hasOwn(known, key) ? known[key] : undefined;
        if (check !== undefined) return check(value, `\`${key}\``);
        const near = didYouMean(key, Object.keys(known));
        const hint =
          near === undefined
            ? `known here: ${Object.keys(known).join(", ")}`
            : `did you mean \`${near}\`?`;
        return [{ message: `unknown key \`${key}\``, place, hint }];
      }),
    ];
  };
}

/** All of them, one after the other. */
export function all(...checks: readonly Check[]): Check {
  return (tree, name) => checks.flatMap((check) => check(tree, name));
}

/** At most one of these keys. */
export function atMostOne(...exclusive: readonly string[]): Check {
  return (tree) => {
    if (tree.kind !== "map") return fine;
    const found = exclusive.filter((key) => tree.members.has(key));
    const [first, second] = found;
    if (first === undefined || second === undefined) return fine;
    const place = tree.members.get(second)?.key ?? tree.place;
    return [{ message: `\`${second}\` says the opposite of \`${first}\` beside it`, place }];
  };
}

function wants(tree: Tree, name: string, wanted: string): Misshape {
  return { message: `${name} must be ${wanted}`, place: tree.place };
}
