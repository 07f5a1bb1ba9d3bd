import pLimit, { type LimitFunction } from "p-limit";
import pRetry from "p-retry";
import type { Authorize } from "./credentials.ts";
import { type Guard, type Limits, sleep, startGuard } from "./deadline.ts";
import { explain, failureOf, HttpFailure, type Subject } from "./http-failure.ts";
import type { RawReply, Transport, Wire } from "./transport.ts";

/** One GET with its retries and redirects. */
export interface HttpRequest {
  /** Without credentials. */
  readonly url: string;
  readonly subject: Subject;
  readonly headers: Readonly<Record<string, string>>;
  readonly authorize: Authorize;
  readonly verifySsl: boolean;
  readonly limits: Limits;
  readonly signal?: AbortSignal | undefined;
}

/** An answer that is neither a redirect nor a passing trouble of the server. */
export interface Reply {
  readonly status: number;
  /** After redirects. */
  readonly url: string;
  header(name: string): string | undefined;
  /** The body as it comes, not decompressed, no faster than it is taken. */
  chunks(): AsyncIterable<Uint8Array>;
  /** Hands over the same pieces as fast as they come; cheaper, and ends early if `take` throws. */
  drain(take: (chunk: Uint8Array) => void): Promise<void>;
}

/** Grows with every request and every piece of a body. */
export interface TrafficCount {
  requests: number;
  bytes: number;
}

export interface HttpOptions {
  readonly transport: Transport;
  readonly connections: number;
  readonly userAgent: string;
  /** First pause between two tries; doubled each time. */
  readonly retryMs: number;
  readonly signal?: AbortSignal | undefined;
  readonly traffic: TrafficCount;
}

/** GET with limits, redirects and retries. */
export interface Http {
  /**
   * Hands the answer to `read`, inside the time limits; what `read` leaves of the body is thrown
   * away. Tries again after a reset, a truncated body, 429, 5xx; once after a time limit; never
   * after a refused connection, an unknown host, a bad certificate or another 4xx.
   * @throws ThothError index-unreachable, time-limit, index-garbage, index-refused
   */
  get<T>(request: HttpRequest, read: (reply: Reply) => Promise<T>): Promise<T>;
}

const maxRedirects = 10;
const maxRetries = 3;
const longestWaitMs = 60_000;

export function createHttp(options: HttpOptions): Http {
  const limits = new Map<string, LimitFunction>();
  // Requests wait here and not inside undici, so that waiting does not count as silence.
  const slot = (origin: string): LimitFunction => {
    const known = limits.get(origin) ?? pLimit(options.connections);
    limits.set(origin, known);
    return known;
  };

  const hop = async <T>(request: HttpRequest, url: URL, read: (reply: Reply) => Promise<T>) => {
    const authorization = request.authorize(url);
    const headers = {
      ...request.headers,
      "user-agent": options.userAgent,
      ...(authorization === undefined ? {} : { authorization }),
    };
    const guard = startGuard(request.limits, [options.signal, request.signal]);
    const wire = { url, headers, verifySsl: request.verifySsl, signal: guard.signal };
    const { transport, traffic } = options;
    traffic.requests += 1;
    return exchange({ transport, traffic, guard }, wire, read);
  };

  const attempt = async <T>(request: HttpRequest, read: (reply: Reply) => Promise<T>) => {
    let url = new URL(request.url);
    for (let redirects = 0; redirects <= maxRedirects; redirects += 1) {
      const from = url;
      const step = await slot(url.origin)(() => hop(request, from, read));
      if (step.kind === "done") return step.value;
      url = step.location;
    }
    throw new HttpFailure("garbage", request.url, `more than ${maxRedirects} redirects`);
  };

  return {
    get: async (request, read) => {
      const signal = request.signal ?? options.signal;
      try {
        return await pRetry(() => attempt(request, read), {
          retries: maxRetries,
          minTimeout: options.retryMs,
          shouldRetry: ({ error, attemptNumber }) => mayRetry(error, attemptNumber),
          onFailedAttempt: ({ error, retriesLeft }) =>
            obey(error, retriesLeft, [options.signal, request.signal]),
          ...(signal === undefined ? {} : { signal }),
        });
      } catch (error) {
        throw error instanceof HttpFailure ? explain(error, request.subject) : error;
      }
    },
  };
}

function mayRetry(error: unknown, attemptNumber: number): boolean {
  if (!(error instanceof HttpFailure) || !error.retryable) return false;
  if (error.kind === "timeout") return attemptNumber === 1;
  return (error.retryAfterMs ?? 0) <= longestWaitMs;
}

async function obey(
  error: unknown,
  retriesLeft: number,
  signals: readonly (AbortSignal | undefined)[],
): Promise<void> {
  if (!(error instanceof HttpFailure) || retriesLeft === 0) return;
  const wait = error.retryAfterMs ?? 0;
  if (wait > 0 && wait <= longestWaitMs) await sleep(wait, signals);
}

type Step<T> =
  | { readonly kind: "done"; readonly value: T }
  | { readonly kind: "redirect"; readonly location: URL };

/** What one exchange needs beside its request. */
interface Line {
  readonly transport: Transport;
  readonly traffic: TrafficCount;
  readonly guard: Guard;
}

async function exchange<T>(
  { transport, traffic, guard }: Line,
  wire: Wire,
  read: (reply: Reply) => Promise<T>,
): Promise<Step<T>> {
  let headSeen = false;
  const received = (bytes: number) => {
    guard.touch();
    traffic.bytes += bytes;
  };
  const run = async (): Promise<Step<T>> => {
    const raw = await transport.get(wire);
    headSeen = true;
    guard.touch();
    try {
      const location = redirection(raw, wire.url);
      if (location !== undefined) return { kind: "redirect", location };
      complainOfServer(raw, wire.url);
      return { kind: "done", value: await read(replyOf(raw, wire.url, received)) };
    } finally {
      await leave(raw);
    }
  };
  const running = run();
  try {
    return await Promise.race([running, guard.broken]);
  } catch (error) {
    if (guard.signal.aborted) await settle(running, transport, wire);
    throw failureOf(error, wire.url.href, headSeen);
  } finally {
    guard.stop();
  }
}

async function settle(running: Promise<unknown>, transport: Transport, wire: Wire): Promise<void> {
  const settled = running.then(
    () => true,
    () => true,
  );
  if (!(await Promise.race([settled, sleep(50).then(() => false)]))) await transport.discard(wire);
}

/** Reads the rest of a small body, so that the connection can be used again, and cuts a large one. */
async function leave(raw: RawReply): Promise<void> {
  if (raw.body.readableEnded || raw.body.destroyed) return;
  const length = Number(header(raw, "content-length") ?? "0");
  if (length <= 65_536) await raw.body.dump({ limit: 65_536 });
  else raw.body.on("error", () => undefined).destroy();
}

function redirection(raw: RawReply, from: URL): URL | undefined {
  if (![301, 302, 303, 307, 308].includes(raw.status)) return undefined;
  const location = header(raw, "location") ?? "";
  if (location === "" || !URL.canParse(location, from.href)) {
    throw new HttpFailure("garbage", from.href, `a redirect (${raw.status}) to nowhere`);
  }
  const to = new URL(location, from);
  const downgraded = from.protocol === "https:" && to.protocol !== "https:";
  if (downgraded || !/^https?:$/.test(to.protocol)) {
    throw new HttpFailure(
      "garbage",
      from.href,
      `a redirect from https to ${to.protocol.slice(0, -1)}`,
    );
  }
  to.hash = "";
  return to;
}

function complainOfServer(raw: RawReply, url: URL): void {
  if (raw.status !== 429 && raw.status < 500) return;
  throw new HttpFailure("status", url.href, `answers ${raw.status}`, {
    retryable: true,
    retryAfterMs: retryAfter(header(raw, "retry-after")),
  });
}

/** RFC 9110 §10.2.3: seconds or a date. */
function retryAfter(value: string | undefined): number | undefined {
  if (value === undefined) return undefined;
  if (/^\d+$/.test(value)) return Number(value) * 1000;
  const date = Date.parse(value);
  return Number.isNaN(date) ? undefined : Math.max(0, date - Date.now());
}

function header(raw: RawReply, name: string): string | undefined {
  const value = raw.headers[name];
  return typeof value === "string" ? value : value?.[0];
}

function replyOf(raw: RawReply, url: URL, received: (bytes: number) => void): Reply {
  return {
    status: raw.status,
    url: url.href,
    header: (name) => header(raw, name),
    chunks: async function* () {
      for await (const chunk of raw.body) {
        const bytes: Uint8Array = chunk;
        received(bytes.length);
        yield bytes;
      }
    },
    // An iterator would join the pieces that are there before it hands them over: another copy.
    drain: (take) =>
      new Promise((resolve, reject) => {
        raw.body.on("error", reject).on("end", resolve);
        raw.body.on("data", (chunk: Uint8Array) => {
          received(chunk.length);
          try {
            take(chunk);
          } catch (error) {
            reject(error);
            raw.body.destroy();
          }
        });
      }),
  };
}
