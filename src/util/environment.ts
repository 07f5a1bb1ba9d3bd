import { isAbsolute } from "node:path";

/** Environment variables; `process.env` is one. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** A variable's value; an empty one counts as unset, as XDG and NO_COLOR have it. */
export function environmentValue(environment: Environment, name: string): string | undefined {
  const value = environment[name];
  return value === "" ? undefined : value;
}

/** XDG Base Directory 0.8: a relative path is invalid and to be ignored. */
export function xdgFolder(environment: Environment, name: string, otherwise: string): string {
  const value = environmentValue(environment, name);
  return value !== undefined && isAbsolute(value) ? value : otherwise;
}
