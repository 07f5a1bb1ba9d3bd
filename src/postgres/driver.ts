import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";

type Driver = Pick<typeof import("pg"), "Client" | "Pool">;

/** The `pg` package, which is installed only where it is wanted. Throws `tool-missing`. */
export async function postgresDriver(): Promise<Driver> {
  const removeAgent = nameAgent();
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
  } finally {
    removeAgent();
  }
}

/**
 * Without a `navigator`, which Node has from 21 on, `pg` makes a `Response` to find out that it does
 * not run at Cloudflare, and that loads all of fetch: a third of a second on a busy machine.
 */
function nameAgent(): () => void {
  if ("navigator" in globalThis) return () => {};
  const value = { userAgent: `Node.js/${process.versions.node}` };
  Object.defineProperty(globalThis, "navigator", { value, configurable: true });
  return () => {
    Reflect.deleteProperty(globalThis, "navigator");
  };
}
