import { isIP } from "node:net";
import type { Reader } from "./setting-readers.ts";

/** Where a server listens. */
export interface ListenAddress {
  readonly host: string;
  /** 0: any that is free. */
  readonly port: number;
}

/** `9090`, `HOST:9090` or `[::1]:9090`; without a host this machine alone is listened to. */
export const listenAddress: Reader<ListenAddress> = (text) => {
  const match = /^(?:(?:\[([^\]]+)\]|([^:\s/@]+)):)?(\d{1,5})$/.exec(text.trim());
  if (match === null) return undefined;
  const [, bracketed, plain, digits] = match;
  if (bracketed !== undefined && isIP(bracketed) !== 6) return undefined;
  const port = Number(digits);
  return port > 65_535 ? undefined : { host: bracketed ?? plain ?? "127.0.0.1", port };
};

/** Whether an address or a name is one of this machine's own, that nobody else reaches. */
export function isLoopback(host: string): boolean {
  const plain = host.replace(/^::ffff:/, "");
  return plain === "localhost" || plain === "::1" || /^127(?:\.\d{1,3}){3}$/.test(plain);
}
