import type { SyntaxNode } from "../../python-syntax/syntax.ts";

/** Where a value comes from; several may be true, so each is a bit. */
export const mark = {
  /** Came over the network. */
  fetched: 1,
  /** Was decoded, decompressed or decrypted. */
  decoded: 2,
  /** Says who or where the machine is: host, user, addresses, the output of a command. */
  host: 4,
  /** Credentials, tokens, the whole environment, what a browser keeps. */
  secret: 8,
  /** A name put together at run time, so that a reader does not see it. */
  hidden: 16,
  /** A file, or its path, that holds what was fetched or decoded. */
  dropped: 32,
} as const;

/** What is known of a value without running anything. */
export interface Value {
  /** Bits of `mark`. Grows: a path is marked once something was written there. */
  marks: number;
  /** Dotted name from its import on, e.g. `subprocess.Popen`; a call's result ends in `()`. */
  readonly name?: string | undefined;
  /** A constant; bytes stand as Latin-1, numbers in decimals. */
  readonly text?: string | undefined;
  readonly items?: readonly Value[] | undefined;
  readonly entries?: ReadonlyMap<string, Value> | undefined;
  /** What an attribute is of, or the first argument of the call that gave it. */
  readonly base?: Value | undefined;
  readonly code?: LocalFunction | undefined;
  readonly type?: LocalClass | undefined;
  /** Attributes of an instance of a class of this file. */
  readonly members?: Map<string, Value> | undefined;
}

/** A function or lambda of this file. */
export interface LocalFunction {
  readonly node: SyntaxNode;
  readonly scope: Scope;
  /** The instance, for a method. */
  readonly self?: Value | undefined;
}

/** A class of this file. */
export interface LocalClass {
  readonly bases: readonly Value[];
  readonly methods: Map<string, Value>;
  /** Stands for every instance. */
  readonly instance: Value;
}

/** Names and what they stand for. */
export interface Scope {
  readonly names: Map<string, Value>;
  readonly parent?: Scope | undefined;
  returned: Value | undefined;
}

/** A value of which nothing is known but where it comes from. */
export function unknown(marks = 0): Value {
  return { marks };
}

/** What holds for either of two values, the later one first. */
export function joined(earlier: Value | undefined, later: Value): Value {
  if (earlier === undefined || earlier === later) return later;
  const { text } = later;
  const items = later.items ?? (text === undefined && earlier.text ? [earlier] : earlier.items);
  const marks = earlier.marks | later.marks;
  return { ...earlier, ...definite(later), text, items, marks };
}

function definite(value: Value): Partial<Value> {
  return Object.fromEntries(Object.entries(value).filter(([, known]) => known !== undefined));
}

/** Most values that are looked at within one. */
const mostInside = 600;

/** A value and what it holds, in order, up to a bound. */
function inside(value: Value): readonly Value[] {
  if (value.items === undefined && value.entries === undefined) return [value];
  const found: Value[] = [];
  const open = [value];
  for (let one = open.pop(); one && found.length < mostInside; one = open.pop()) {
    found.push(one);
    if (one.text !== undefined) continue;
    const parts = [...(one.items ?? []).slice(0, mostInside), ...(one.entries?.values() ?? [])];
    open.push(...parts.reverse());
  }
  return found;
}

/** Bits of a value and of what it holds. */
export function marksOf(value: Value): number {
  let marks = 0;
  for (const one of inside(value)) marks |= one.marks;
  for (const member of value.members?.values() ?? []) marks |= member.marks;
  return marks;
}

/** Constants in a value and in what it holds. */
export function textsOf(value: Value): string[] {
  return inside(value).flatMap(({ text }) => (text === undefined ? [] : [text]));
}

/** Looks a name up from the inside out. */
export function find(scope: Scope, name: string): Value | undefined {
  for (let at: Scope | undefined = scope; at !== undefined; at = at.parent) {
    const value = at.names.get(name);
    if (value !== undefined) return value;
  }
  return undefined;
}
