import { homedir } from "node:os";
import { join } from "node:path";
import { withoutUserInfo } from "../util/address.ts";
import type { Environment } from "./environment.ts";
import { readOptionalText } from "./environment.ts";
import type { IndexSource } from "./index-source.ts";

/** The value of an Authorization header for a request to this address; undefined: send none. */
export type Authorize = (url: URL) => string | undefined;

/**
 * An address as it may be shown: no credentials, and no query, which holds the signature of a
 * signed address.
 */
export function shownUrl(raw: string): string {
  return withoutUserInfo(raw).replace(/[?#].*$/s, "");
}

/** The address of an index to append to: no credentials, query, fragment or trailing slash. */
export function withoutCredentials(raw: string): string {
  return shownUrl(raw).replace(/\/+$/, "");
}

/** RFC 7617. */
export function basicAuthorization(user: string, password: string): string {
  return `Basic ${Buffer.from(`${user}:${password}`, "utf8").toString("base64")}`;
}

/** The credentials inside an address as a header; undefined where it has none. */
export function urlAuthorization(url: URL): string | undefined {
  if (url.username === "" && url.password === "") return undefined;
  return basicAuthorization(decodeUserInfo(url.username), decodeUserInfo(url.password));
}

/**
 * As pip: the credentials of the source's own address for its own origin, else those of netrc for
 * the host. Another origin never sees the index's credentials.
 */
export function authorizeFor(source: IndexSource, netrc: Netrc): Authorize {
  const index = new URL(source.requestUrl);
  const own = urlAuthorization(index);
  return (url) => {
    if (own !== undefined && url.origin === index.origin) return own;
    const entry = netrc.get(url.hostname) ?? netrc.get("");
    return entry && basicAuthorization(entry.login, entry.password);
  };
}

/** Host to login; the entry of the host "" is the file's `default`. */
export type Netrc = ReadonlyMap<string, { readonly login: string; readonly password: string }>;

/** Reads the file that NETRC names, else `~/.netrc`; an absent file holds nothing. */
export async function loadNetrc(environment: Environment, file?: string): Promise<Netrc> {
  const home = environment["HOME"] ?? homedir();
  const text = await readOptionalText(file ?? environment["NETRC"] ?? join(home, ".netrc"));
  return text === undefined ? new Map() : parseNetrc(text);
}

/** The format of GNU inetutils' netrc(5); `macdef` bodies are skipped. */
export function parseNetrc(text: string): Netrc {
  const entries = new Map<string, { login: string; password: string }>();
  let current = { login: "", password: "" };
  const words = netrcWords(text);
  for (let at = 0; at < words.length; at += 1) {
    const word = words[at];
    const value = words[at + 1] ?? "";
    if (word === "default") {
      current = remember(entries, "");
      continue;
    }
    if (word === "machine") current = remember(entries, value);
    else if (word === "login" || word === "user") current.login = value;
    else if (word === "password") current.password = value;
    else if (word !== "account") continue;
    at += 1;
  }
  return entries;
}

function remember(
  entries: Map<string, { login: string; password: string }>,
  host: string,
): { login: string; password: string } {
  const entry = { login: "", password: "" };
  // The first entry of a host counts, as in every reader of the format.
  if (!entries.has(host)) entries.set(host, entry);
  return entry;
}

function netrcWords(text: string): readonly string[] {
  const withoutMacros = text.replaceAll(/^[ \t]*macdef\b[^\n]*\n(?:[^\n]+\n)*/gm, "");
  const words: string[] = [];
  for (const line of withoutMacros.split(/\r?\n/)) {
    if (line.trimStart().startsWith("#")) continue;
    for (const match of line.matchAll(/"((?:[^"\\]|\\.)*)"|(\S+)/g)) {
      words.push(match[1]?.replaceAll(/\\(.)/g, "$1") ?? match[2] ?? "");
    }
  }
  return words;
}

function decodeUserInfo(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    // A stray percent sign is part of the password.
    if (error instanceof URIError) return text;
    throw error;
  }
}
