import { type Environment, environmentValue } from "../util/environment.ts";
import { ThothError } from "../util/errors.ts";
import type { Rule, StandardRule } from "./rule.ts";

/** One value as text, with what is needed to resolve it and to complain about it. */
export interface Given {
  readonly text: string;
  /** Where relative paths start. */
  readonly base: string;
  /** `--store`, `THOTH_STORE` or `.thoth.yaml:5:3`. */
  readonly origin: string;
  /** The error that says what it takes, and what it is unless that is nobody's business. */
  readonly refuse: (expects: string, secret?: true) => ThothError;
}

/** A place where settings are given, by the names that `.thoth.yaml` has for them. */
export interface Source {
  readonly given: (setting: string) => Given | undefined;
}

/** Where a setting is given first, and what it reads as; undefined: nowhere. Throws for a mistake. */
export function givenIn<T>(
  sources: readonly Source[],
  { name, read, takes, secret }: Rule<T>,
): { readonly value: T; readonly given: Given } | undefined {
  for (const source of sources) {
    const given = source.given(name);
    if (given === undefined) continue;
    const value = read(given.text, given.base);
    if (value === undefined) throw given.refuse(takes, secret);
    return { value, given };
  }
  return undefined;
}

/** What counts where a setting is given nowhere. */
export function standardOf<T>({ name, read, standard }: StandardRule<T>): T {
  const value = read(standard, "/");
  if (value === undefined) throw new Error(`${name} can't be ${standard}`);
  return value;
}

/** Flags whose name says more than the setting's. */
const longFlags: ReadonlyMap<string, string> = new Map([
  ["blocked_units", "--block-unit"],
  ["constraints", "--constraint"],
]);

/** The command line; `values` by setting. */
export function flagSource(
  values: Readonly<Record<string, string | boolean | readonly string[] | undefined>>,
): Source {
  return {
    given: (setting) => {
      const value = values[setting];
      if (value === undefined) return undefined;
      const text = String(value);
      const origin = longFlags.get(setting) ?? `--${setting.replaceAll("_", "-")}`;
      const refuse = (expects: string, secret?: true) =>
        new ThothError("usage", refusal(origin, expects, secret ?? text));
      return { text, base: process.cwd(), origin, refuse };
    },
  };
}

/** `THOTH_STORE`, `THOTH_INDEX_URL`, … */
export function environmentSource(environment: Environment): Source {
  return {
    given: (setting) => {
      const origin = `THOTH_${setting.toUpperCase()}`;
      const text = environmentValue(environment, origin);
      if (text === undefined) return undefined;
      const refuse = (expects: string, secret?: true) =>
        new ThothError("bad-configuration", refusal(origin, expects, secret ?? text));
      return { text, base: process.cwd(), origin, refuse };
    },
  };
}

/** What a mistake is told as; `true` for a text that may hold a password. */
export function refusal(what: string, expects: string, text: string | true): string {
  return `${what} takes ${expects}${text === true ? "" : `, not \`${text}\``}`;
}
