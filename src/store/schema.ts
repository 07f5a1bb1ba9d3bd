import { ThothError } from "../util/errors.ts";

/**
 * Version of the store's files (semver). A larger major number is a format that older programs
 * must not touch; anything else stays readable.
 */
export const storeSchema = "1.0.0";

/** Throws `store-damaged` for a file that a newer Thoth wrote; false if it is no file of a store. */
export function isReadableSchema(schema: unknown, file: string): boolean {
  if (schema === storeSchema) return true;
  if (typeof schema !== "string") return false;
  // The `semver` package would cost the fast path more than reading all its files.
  const major = /^(\d+)\.\d+\.\d+/.exec(schema)?.[1];
  if (major === undefined) return false;
  if (Number(major) > 1) {
    throw new ThothError("store-damaged", `\`${file}\` was written by a newer Thoth (${schema})`, {
      hint: "use that Thoth, or name another folder with --store",
    });
  }
  return major === "1";
}
