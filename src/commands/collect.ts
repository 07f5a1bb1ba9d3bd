import { InvalidArgumentError } from "commander";

/** The values of an option that may be given more than once. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  if (value.trim() === "") throw new InvalidArgumentError("a package needs a name");
  return [...before, value];
}
