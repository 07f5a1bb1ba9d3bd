import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";

type Driver = Pick<typeof import("pg"), "Client" | "Pool">;

/** The `pg` package, which is installed only where it is wanted. Throws `tool-missing`. */
export async function postgresDriver(): Promise<Driver> {
  try {
    return await import("pg");
  } catch (error) {
    if (!["ERR_MODULE_NOT_FOUND", "MODULE_NOT_FOUND"].includes(errorCode(error) ?? "")) throw error;
    throw new ThothError(
      "tool-missing",
      "the package `pg`, which speaks with PostgreSQL, is missing",
      {
        hint: "install it beside thoth: `npm install --global pg@8`",
        cause: error,
      },
    );
  }
}
