import { readFileSync } from "node:fs";
import type { ConnectionOptions } from "node:tls";

/** Where a database is, and how it is spoken to. */
export interface PostgresAddress {
  /** For people: without password and options. */
  readonly shown: string;
  readonly host: string;
  readonly user?: string;
  /** Absent: PostgreSQL's own, 5432. */
  readonly port?: number;
  readonly database?: string;
  /** Absent: from `PGPASSWORD` or the password file, if one is asked for. */
  readonly password?: string;
  /** Absent: in the clear. Reads the certificates that the address names. */
  readonly tls?: () => ConnectionOptions;
}

/** What `postgresql_url` takes, for messages, which leave out what stands before an `@`. */
export const addressWords =
  "an address such as `postgresql://HOST:5432/DATABASE`, with user and password before the host";

/**
 * Reads `postgresql://user:password@host:5432/database?sslmode=verify-full&sslrootcert=ca.pem`;
 * undefined where the text is none. As libpq has it, `sslmode` is `disable`, `require` (encrypted,
 * whoever answers), `verify-ca` or `verify-full`. Without it this machine is spoken to in the
 * clear, any other by `verify-full`. `host=/run/postgresql` among the options names a socket's folder.
 */
export function postgresAddress(text: string): PostgresAddress | undefined {
  try {
    return /^postgres(?:ql)?:\/\//.test(text) ? addressOf(new URL(text)) : undefined;
  } catch (error) {
    // An address, or an escape in it, that is none
    if (error instanceof TypeError || error instanceof URIError) return undefined;
    throw error;
  }
}

function addressOf(url: URL): PostgresAddress | undefined {
  const options = url.searchParams;
  const named = url.hostname.replace(/^\[(.*)\]$/, "$1");
  const host = options.get("host") ?? (decodeURIComponent(named) || "localhost");
  const user = decodeURIComponent(url.username);
  const password = decodeURIComponent(url.password);
  const database = decodeURIComponent(url.pathname.slice(1));
  const tls = encryption(options, host);
  if (tls === undefined) return undefined;
  const at = host.includes(":") ? `[${host}]` : host;
  const port = url.port === "" ? "" : `:${url.port}`;
  return {
    shown: `postgresql://${user === "" ? "" : `${user}@`}${at}${port}/${database}`,
    host,
    ...(user === "" ? {} : { user }),
    ...(port === "" ? {} : { port: Number(url.port) }),
    ...(database === "" ? {} : { database }),
    ...(password === "" ? {} : { password }),
    ...(tls === "none" ? {} : { tls }),
  };
}

function encryption(
  options: URLSearchParams,
  host: string,
): "none" | (() => ConnectionOptions) | undefined {
  const certificates = () => ({
    ...fileOf("ca", options.get("sslrootcert")),
    ...fileOf("cert", options.get("sslcert")),
    ...fileOf("key", options.get("sslkey")),
  });
  switch (options.get("sslmode") ?? (isHere(host) ? "disable" : "verify-full")) {
    case "disable":
      return "none";
    case "require":
      return () => ({ ...certificates(), rejectUnauthorized: false });
    case "verify-ca":
      return () => ({ ...certificates(), checkServerIdentity: () => undefined });
    case "verify-full":
      return certificates;
    default:
      return undefined;
  }
}

function fileOf(option: "ca" | "cert" | "key", path: string | null): ConnectionOptions {
  return path === null ? {} : { [option]: readFileSync(path) };
}

function isHere(host: string): boolean {
  return host.startsWith("/") || /^(localhost|127(\.\d+){3}|::1)$/.test(host);
}
