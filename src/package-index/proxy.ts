import { BlockList, isIP } from "node:net";
import { ThothError } from "../util/errors.ts";
import { shownUrl } from "./credentials.ts";
import type { Environment } from "./environment.ts";

/**
 * The proxy for an address, as pip and requests choose it: pip's own setting wins over everything
 * and ignores NO_PROXY; else SCHEME_PROXY, then ALL_PROXY, small letters first.
 */
export function proxyFor(url: URL, environment: Environment, pipProxy?: string): URL | undefined {
  if (pipProxy !== undefined && pipProxy !== "") return proxyUrl(pipProxy, "pip's `proxy` setting");
  const scheme = url.protocol.slice(0, -1);
  for (const name of [`${scheme}_proxy`, "all_proxy"]) {
    const value = variable(environment, name);
    if (value === "") continue;
    if (bypasses(url, variable(environment, "no_proxy"))) return undefined;
    return proxyUrl(value, name.toUpperCase());
  }
  return undefined;
}

function variable(environment: Environment, name: string): string {
  return (environment[name] ?? environment[name.toUpperCase()] ?? "").trim();
}

function proxyUrl(raw: string, origin: string): URL {
  const text = /^[a-z][a-z0-9+.-]*:\/\//i.test(raw) ? raw : `http://${raw}`;
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url === undefined || !/^(https?|socks5h?):$/.test(url.protocol)) {
    throw new ThothError(
      "bad-configuration",
      `${origin} is no address of a proxy: \`${shownUrl(text)}\``,
      { hint: "write it as http://HOST:PORT" },
    );
  }
  return url;
}

/** NO_PROXY: host names with their subdomains, addresses, networks, each with an optional port. */
function bypasses(url: URL, noProxy: string): boolean {
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  const host = url.hostname.replace(/^\[|\]$/g, "").toLowerCase();
  return noProxy
    .split(/[,\s]+/)
    .filter((entry) => entry !== "")
    .some((entry) => matches(entry.toLowerCase(), host, port));
}

function matches(entry: string, host: string, port: string): boolean {
  if (entry === "*") return true;
  if (entry.includes("/")) return insideNetwork(entry, host);
  const [, name = entry, entryPort] = /^(.+?)(?::(\d+))?$/.exec(entry) ?? [];
  if (isIP(entry) === 6) return entry === host;
  if (entryPort !== undefined && entryPort !== port) return false;
  const suffix = name.replace(/^\*?\./, "");
  return host === suffix || host.endsWith(`.${suffix}`);
}

function insideNetwork(entry: string, host: string): boolean {
  const [network = "", bits = ""] = entry.split("/");
  const version = isIP(host);
  if (version === 0 || isIP(network) !== version || !/^\d{1,3}$/.test(bits)) return false;
  if (Number(bits) > (version === 4 ? 32 : 128)) return false;
  const family = version === 4 ? "ipv4" : "ipv6";
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  return list.check(host, family);
}
