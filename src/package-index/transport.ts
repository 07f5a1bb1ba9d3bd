import { createSecureContext, type SecureContext } from "node:tls";
import { Agent, type Dispatcher, Pool, ProxyAgent } from "undici";
import { urlAuthorization } from "./credentials.ts";
import { errorCode } from "./environment.ts";
import { ProxyFailure } from "./http-failure.ts";
import { sharedLookup } from "./shared-lookup.ts";

/** One answer; `body` must be read to its end, dumped or destroyed. */
export interface RawReply {
  readonly status: number;
  readonly headers: Readonly<Record<string, string | string[] | undefined>>;
  readonly body: Dispatcher.ResponseData["body"];
}

export interface TransportOptions {
  readonly connections: number;
  readonly connectMs: number;
  readonly certificates: readonly string[] | undefined;
  readonly proxyFor: (url: URL) => URL | undefined;
}

/** Where one request goes and how. */
export interface Wire {
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly verifySsl: boolean;
  readonly signal: AbortSignal;
}

/**
 * How far a body may run ahead of its reader. Where a server closes the connection after its answer
 * and the reader is further behind than this at that moment, undici 7.30.2 fails an assertion that
 * nobody can catch (its issue 5360, mended in versions that Node 20 can't run).
 */
const aheadBytes = 16 * 1024 * 1024;

/** Bytes over HTTP/1.1: connections, proxies, TLS. The only file that knows undici. */
export class Transport {
  readonly #options: TransportOptions;
  readonly #dispatchers = new Map<string, Dispatcher>();
  readonly #lookup = sharedLookup();
  readonly #contexts = new Map<boolean, SecureContext>();

  constructor(options: TransportOptions) {
    this.#options = options;
  }

  /** Sends one GET; follows no redirect and sets no time limit but that of connecting. */
  async get(wire: Wire): Promise<RawReply> {
    const { url, headers, signal } = wire;
    const path = `${url.pathname}${url.search}`;
    const {
      statusCode,
      headers: answered,
      body,
    } = await this.#dispatcher(wire).request({
      origin: url.origin,
      path,
      method: "GET",
      headers: { ...headers },
      signal,
      highWaterMark: aheadBytes,
    });
    return { status: statusCode, headers: answered, body };
  }

  /**
   * Throws away the connections that this request uses. A request that waits for a connection
   * does not hear its signal (undici 7.30.2); this is what ends it.
   */
  async discard(wire: Wire): Promise<void> {
    const key = this.#key(wire);
    const dispatcher = this.#dispatchers.get(key);
    this.#dispatchers.delete(key);
    await dispatcher?.destroy();
  }

  async close(): Promise<void> {
    const all = [...this.#dispatchers.values()];
    this.#dispatchers.clear();
    await Promise.all(all.map((dispatcher) => dispatcher.destroy()));
  }

  #key({ url, verifySsl }: Wire): string {
    return `${verifySsl} ${this.#options.proxyFor(url)?.href ?? ""}`;
  }

  #dispatcher(wire: Wire): Dispatcher {
    const key = this.#key(wire);
    const known = this.#dispatchers.get(key);
    if (known !== undefined) return known;
    const { connections, connectMs, proxyFor } = this.#options;
    const tls = {
      secureContext: this.#context(wire.verifySsl),
      rejectUnauthorized: wire.verifySsl,
    };
    const connect = { ...tls, timeout: connectMs, lookup: this.#lookup };
    const proxy = proxyFor(wire.url);
    // Both limits of undici are off: ours watch over the whole exchange.
    const common = { connections, headersTimeout: 0, bodyTimeout: 0, allowH2: false };
    const made =
      proxy === undefined
        ? new Agent({ ...common, connect })
        : new ProxyAgent({
            ...common,
            ...proxyOptions(proxy),
            requestTls: connect,
            proxyTls: connect,
          });
    this.#dispatchers.set(key, made);
    return made;
  }

  // Made once: reading 150 authorities costs milliseconds for each connection otherwise.
  #context(verifySsl: boolean): SecureContext {
    const known = this.#contexts.get(verifySsl);
    if (known !== undefined) return known;
    const { certificates } = this.#options;
    const made = createSecureContext(
      certificates === undefined || !verifySsl ? {} : { ca: [...certificates] },
    );
    this.#contexts.set(verifySsl, made);
    return made;
  }
}

function proxyOptions(proxy: URL): ProxyAgent.Options {
  const token = urlAuthorization(proxy);
  const uri = new URL(proxy);
  uri.username = "";
  uri.password = "";
  return {
    uri: uri.href,
    ...(token === undefined ? {} : { token }),
    // Plain http goes through the proxy as a request: many proxies tunnel to port 443 only.
    proxyTunnel: false,
    clientFactory: (origin, options) => new TunnelPool(origin, options),
  };
}

/**
 * The connections to a proxy. A proxy that closes on CONNECT makes undici 7.30.2 try for ever,
 * because it takes that for the loss of an idle connection; an error of another kind ends it.
 */
class TunnelPool extends Pool {
  override async connect(
    options: Omit<Dispatcher.ConnectOptions, "origin">,
  ): Promise<Dispatcher.ConnectData> {
    const answer = await super.connect(options).catch((error: unknown) => {
      throw errorCode(error) === "UND_ERR_SOCKET" ? new ProxyFailure(undefined, error) : error;
    });
    if (answer.statusCode === 200) return answer;
    answer.socket.on("error", () => undefined).destroy();
    throw new ProxyFailure(answer.statusCode);
  }
}
