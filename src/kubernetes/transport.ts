import http from "node:http";
import https from "node:https";
import { setTimeout as delay } from "node:timers/promises";
import type { ClusterAccess } from "./cluster-access.ts";
import { type Asked, ClusterRefusal, refusalOf, unreachable } from "./refusal.ts";

/** One request to the API server. */
export interface ApiRequest {
  readonly method: "GET" | "POST" | "PATCH" | "DELETE";
  readonly path: string;
  readonly query?: Readonly<Record<string, string>>;
  /** Sent as JSON. */
  readonly body?: unknown;
  /** Of the body; `application/json` if not given. */
  readonly contentType?: string;
  /** What it does, for messages: "create workflows in thoth". */
  readonly what: string;
}

export interface ApiAnswer {
  readonly status: number;
  /** The body as JSON text. */
  readonly text: string;
  /** What the server warns of, e.g. of an unknown field. */
  readonly warnings: readonly string[];
}

/** How patient the client is, ms. */
export interface Patience {
  /** One try. */
  readonly requestMs: number;
  /** Waits between the tries of one request; a `Retry-After` beats them. */
  readonly waitsMs: readonly number[];
}

const usualPatience: Patience = { requestMs: 35_000, waitsMs: [500, 1500, 4000] };
const longestRetryAfterMs = 30_000;
/** Connections at once; a watch holds one. */
const maxSockets = 32;
const mostBytes = 64 * 1024 ** 2;

/** Statuses after which the same request may do: nothing of ours does harm when it is repeated. */
const passing: ReadonlySet<number> = new Set([0, 429, 502, 503, 504]);

/** Sends requests to one API server over connections that it keeps. */
export class Transport {
  readonly #access: ClusterAccess;
  readonly #patience: Patience;
  readonly #agent: http.Agent;
  readonly #secure: boolean;

  constructor(access: ClusterAccess, patience: Partial<Patience> = {}) {
    this.#access = access;
    this.#patience = { ...usualPatience, ...patience };
    this.#secure = access.server.startsWith("https:");
    const { ca, cert, key, serverName, insecure } = access;
    this.#agent = this.#secure
      ? new https.Agent({
          keepAlive: true,
          maxSockets,
          rejectUnauthorized: insecure !== true,
          ...(ca === undefined ? {} : { ca }),
          ...(cert === undefined ? {} : { cert }),
          ...(key === undefined ? {} : { key }),
          ...(serverName === undefined ? {} : { servername: serverName }),
        })
      : new http.Agent({ keepAlive: true, maxSockets });
  }

  close(): void {
    this.#agent.destroy();
  }

  /** The whole answer. Tries again what may pass; throws `ClusterRefusal` for what does not. */
  async send(request: ApiRequest, signal: AbortSignal): Promise<ApiAnswer> {
    const { requestMs, waitsMs } = this.#patience;
    for (let tries = 0; ; tries += 1) {
      const outcome = await this.#try(request, signal, requestMs);
      if (!("refusal" in outcome)) return outcome;
      const { refusal, retryAfterMs } = outcome;
      const wait = waitsMs[tries];
      if (wait === undefined || !passing.has(refusal.status)) throw refusal;
      await delay(retryAfterMs ?? wait, undefined, { signal });
    }
  }

  async #try(
    request: ApiRequest,
    signal: AbortSignal,
    requestMs: number,
  ): Promise<ApiAnswer | { readonly refusal: ClusterRefusal; readonly retryAfterMs?: number }> {
    const limit = AbortSignal.any([signal, AbortSignal.timeout(requestMs)]);
    try {
      const response = await this.open(request, limit);
      const text = await wholeText(response);
      const status = response.statusCode ?? 0;
      if (status < 300) return { status, text, warnings: warningsOf(response) };
      const refusal = refusalOf(this.asked(request), status, text);
      const seconds = Number(response.headers["retry-after"]);
      if (!(seconds >= 0)) return { refusal };
      return { refusal, retryAfterMs: Math.min(seconds * 1000, longestRetryAfterMs) };
    } catch (cause) {
      signal.throwIfAborted();
      if (cause instanceof ClusterRefusal) throw cause;
      return { refusal: unreachable(this.asked(request), cause) };
    }
  }

  /** The answer's head, whatever its status; its body is still to be read. Rejects as Node does. */
  async open(request: ApiRequest, signal: AbortSignal): Promise<http.IncomingMessage> {
    const { method, path, query = {}, contentType = "application/json" } = request;
    const search = new URLSearchParams(query).toString();
    const url = `${this.#access.server}${path}${search === "" ? "" : `?${search}`}`;
    const body = request.body === undefined ? undefined : JSON.stringify(request.body);
    const token = this.#access.token();
    // Of itself Node sends no length with a DELETE: the server would take the body for the next request
    const headers = {
      accept: "application/json",
      ...(body === undefined
        ? {}
        : { "content-type": contentType, "content-length": Buffer.byteLength(body) }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    };
    const { promise, resolve, reject } = deferred<http.IncomingMessage>();
    const start = this.#secure ? https.request : http.request;
    const sent = start(url, { method, headers, agent: this.#agent, signal }, resolve);
    sent.on("error", reject);
    sent.end(body);
    return promise;
  }

  asked({ what }: ApiRequest): Asked {
    return { server: this.#access.server, what };
  }
}

/** Reads a body to its end. Throws where it is longer than any that is meant for us. */
export async function wholeText(response: http.IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of response) {
    const part = Buffer.from(chunk);
    bytes += part.length;
    if (bytes > mostBytes) throw new Error("the answer is longer than 64 MiB");
    chunks.push(part);
  }
  return Buffer.concat(chunks).toString("utf8");
}

/** `299 - "unknown field"`, several with commas between. */
function warningsOf(response: http.IncomingMessage): readonly string[] {
  const header = response.headers.warning ?? "";
  return [...header.matchAll(/\d{3} \S+ "((?:[^"\\]|\\.)*)"/g)].map(([, text = ""]) =>
    text.replaceAll(/\\(.)/g, "$1"),
  );
}

function deferred<T>() {
  let resolve: (value: T) => void = () => {};
  let reject: (cause: unknown) => void = () => {};
  const promise = new Promise<T>((resolved, rejected) => {
    resolve = resolved;
    reject = rejected;
  });
  return { promise, resolve, reject };
}
