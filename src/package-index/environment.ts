import { readFile } from "node:fs/promises";

/** Environment variables, handed in so that tests need no process of their own. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** The text of a file that need not exist; undefined where it does not or may not be read. */
export async function readOptionalText(path: string): Promise<string | undefined> {
  try {
    return await readFile(path, "utf8");
  } catch (error) {
    if (["ENOENT", "ENOTDIR", "EACCES", "EPERM", "EISDIR"].includes(errorCode(error) ?? "")) {
      return undefined;
    }
    throw error;
  }
}

/** The `code` of a system, TLS or undici error, looked for in its causes too. */
export function errorCode(error: unknown): string | undefined {
  if (typeof error !== "object" || error === null) return undefined;
  if ("code" in error && typeof error.code === "string") return error.code;
  if (error instanceof AggregateError) return errorCode(error.errors[0]);
  return "cause" in error ? errorCode(error.cause) : undefined;
}
