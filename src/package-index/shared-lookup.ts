import type { LookupAddress } from "node:dns";
import { lookup } from "node:dns/promises";
import type { LookupFunction } from "node:net";

/** Finds the addresses of a host; rejects with the code of the resolver. */
export type Resolve = (hostname: string) => Promise<readonly LookupAddress[]>;

const freshMs = 60_000;

/**
 * A lookup for `net.connect` that asks once for each host, however many connections are opened at
 * once. Sixteen equal questions in one moment lose answers on some name servers, and the system
 * waits five seconds before it asks again: measured here in every second run.
 */
export function sharedLookup(resolve: Resolve = resolveAll): LookupFunction {
  const known = new Map<string, { readonly at: number; readonly found: ReturnType<Resolve> }>();
  const ask = (hostname: string): ReturnType<Resolve> => {
    const last = known.get(hostname);
    if (last !== undefined && Date.now() - last.at < freshMs) return last.found;
    const found = resolve(hostname);
    known.set(hostname, { at: Date.now(), found });
    found.catch(() => known.delete(hostname));
    return found;
  };
  return (hostname, { all, family }, callback) => {
    ask(hostname).then(
      (addresses) => {
        const version = family === "IPv4" ? 4 : family === "IPv6" ? 6 : family;
        const fitting = addresses.filter((each) => !version || each.family === version);
        const [first] = fitting;
        if (all === true) callback(null, [...fitting]);
        else if (first !== undefined) callback(null, first.address, first.family);
        else
          callback(
            Object.assign(new Error(`no address of ${hostname}`), { code: "ENOTFOUND" }),
            "",
          );
      },
      (error: NodeJS.ErrnoException) => callback(error, ""),
    );
  };
}

function resolveAll(hostname: string): Promise<readonly LookupAddress[]> {
  return lookup(hostname, { all: true });
}
