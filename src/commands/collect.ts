import { InvalidArgumentError } from "commander";

/** The values of an option that may be given more than once. */
export function collect(value: string, before: readonly string[] = []): readonly string[] {
  if (value.trim() === "") throw new InvalidArgumentError("it must not be empty");
  return [...before, value];
}

/** What a repeatable option collected. */
export function texts(value: unknown): readonly string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === "string") : [];
}
