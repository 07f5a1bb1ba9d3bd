import { createServer, type IncomingMessage, type Server, type ServerResponse } from "node:http";
import { isIP } from "node:net";
import type { AttendanceStatus } from "../investigator/attendance.ts";
import { messageSpecs } from "../messaging/message-fields.ts";
import type { MessageQueue, QueueStats } from "../messaging/queue.ts";
import type { MessageType } from "../model/message.ts";
import type { InvestigationMetrics } from "../reports/investigation-metrics.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { isLoopback, type ListenAddress } from "../util/listen-address.ts";

/** What the server tells of, and what it may do. */
export interface InvestigatorServerOptions {
  readonly address: ListenAddress;
  readonly queue: MessageQueue;
  readonly status: () => AttendanceStatus;
  readonly metrics: InvestigationMetrics;
  /** ms since the epoch. */
  readonly now: () => number;
}

/** A server that listens. */
export interface InvestigatorServer {
  /** `127.0.0.1:9090`, with the port that was given. */
  readonly at: string;
  close(): Promise<void>;
}

/**
 * Metrics, health, and pause and resume over HTTP. Throws `address-unusable` where the port is
 * taken. Nothing else than this is answered: it is for a monitor and for who is on this machine.
 */
export async function serveInvestigator(
  options: InvestigatorServerOptions,
): Promise<InvestigatorServer> {
  const server = createServer((request, response) => {
    request.resume();
    const reply = (given: Answer) => send(response, given, request.method === "HEAD");
    answer(options, request).then(reply, (error: unknown) => reply(trouble(error)));
  });
  server.requestTimeout = 10_000;
  server.headersTimeout = 5000;
  await listen(server, options.address);
  const bound = server.address();
  const port = bound !== null && typeof bound === "object" ? bound.port : options.address.port;
  return {
    at: `${hostText(options.address.host)}:${port}`,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

interface Answer {
  readonly status: number;
  readonly type: string;
  readonly body: string;
}

async function answer(
  options: InvestigatorServerOptions,
  request: IncomingMessage,
): Promise<Answer> {
  const refusal = refusalOf(request, options.address);
  if (refusal !== undefined) return plain(403, refusal);
  const [path = "/"] = (request.url ?? "/").split("?");
  const change = /^\/(pause|resume)\/([a-z_]+)$/.exec(path);
  if (change !== null) return pauseOrResume(options, request, change);
  if (request.method !== "GET" && request.method !== "HEAD") return plain(405, "GET it");
  if (path === "/metrics") return metricsAnswer(options);
  if (path === "/health") return healthAnswer(options);
  return plain(404, "there are /metrics, /health, /pause/TYPE and /resume/TYPE");
}

/**
 * A page in a browser may send requests here: it can't set a header without being asked first, and
 * a name that was made to point here stands in Host.
 */
function refusalOf(request: IncomingMessage, address: ListenAddress): string | undefined {
  const { method, headers, socket } = request;
  const host = hostOf(headers.host ?? "");
  const expected = host === address.host || isLoopback(host);
  const changes = method !== "GET" && method !== "HEAD";
  if (!expected && (changes || isLoopback(address.host))) return `\`Host\` must name this machine`;
  if (!changes) return undefined;
  if (!isLoopback(socket.remoteAddress ?? "")) return "only from this machine";
  const json = headers["content-type"]?.startsWith("application/json") === true;
  if (json || headers["x-thoth"] !== undefined) return undefined;
  return "send the header `X-Thoth: 1`";
}

async function pauseOrResume(
  { queue }: InvestigatorServerOptions,
  request: IncomingMessage,
  [, what, type = ""]: RegExpExecArray,
): Promise<Answer> {
  if (request.method !== "POST") return plain(405, "POST it");
  if (!isMessageType(type)) return plain(404, "no such type of message");
  await (what === "pause" ? queue.pause(type) : queue.resume(type));
  return json(200, { paused: await queue.paused() });
}

async function metricsAnswer(options: InvestigatorServerOptions): Promise<Answer> {
  const { metrics, status, queue, now } = options;
  const { states, oldest } = await queue.stats();
  const oldestMs = oldest === undefined ? 0 : Math.max(0, now() - oldest);
  const body = await metrics.text({ ...status(), states, oldestMs });
  return { status: 200, type: metrics.contentType, body };
}

async function healthAnswer(options: InvestigatorServerOptions): Promise<Answer> {
  const { status, queue, now } = options;
  const { lanes, obstacles, stopping } = status();
  const stats = await queue.stats();
  const paused = await queue.paused();
  const waits = obstacles.map(({ place, reason, failures, since, until }) => ({
    place,
    reason,
    failures,
    since: new Date(since).toISOString(),
    nextTry: new Date(until).toISOString(),
  }));
  const state = stopping ? "stopping" : obstacles.length > 0 ? "waiting" : "ok";
  return json(state === "ok" ? 200 : 503, {
    schema: "thoth.health",
    version: "1.0",
    state,
    obstacles: waits,
    lanes,
    paused,
    queue: queueFigures(stats, now()),
  });
}

function queueFigures({ ready, leased, dead, oldest }: QueueStats, now: number) {
  const oldestSeconds =
    oldest === undefined ? null : Math.max(0, Math.round((now - oldest) / 1000));
  return { ready, inWork: leased, dead, oldestSeconds };
}

/** A queue that can't be read is a state, too; a bug here must not end the work. */
function trouble(error: unknown): Answer {
  if (!(error instanceof ThothError)) return plain(500, `a bug of Thoth: ${String(error)}`);
  const obstacles = [{ place: "this machine", reason: error.message }];
  return json(503, { schema: "thoth.health", version: "1.0", state: "waiting", obstacles });
}

function plain(status: number, text: string): Answer {
  return { status, type: "text/plain; charset=utf-8", body: `${text}\n` };
}

function json(status: number, value: unknown): Answer {
  return { status, type: "application/json", body: jsonDocument(value) };
}

function send(response: ServerResponse, { status, type, body }: Answer, headOnly: boolean): void {
  response.writeHead(status, {
    "content-type": type,
    "content-length": Buffer.byteLength(body),
    "cache-control": "no-store",
    "x-content-type-options": "nosniff",
  });
  response.end(headOnly ? undefined : body);
}

function isMessageType(type: string): type is MessageType {
  return Object.hasOwn(messageSpecs, type);
}

/** `[::1]:9090` and `localhost:9090` without port and brackets. */
function hostOf(header: string): string {
  const bracketed = /^\[([^\]]*)\]/.exec(header)?.[1];
  return (bracketed ?? header.replace(/:\d*$/, "")).toLowerCase();
}

function hostText(host: string): string {
  return isIP(host) === 6 ? `[${host}]` : host;
}

async function listen(server: Server, { host, port }: ListenAddress): Promise<void> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once("error", reject);
      server.listen({ host, port, exclusive: true }, resolve);
    });
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    const reasons: Readonly<Record<string, string>> = {
      EADDRINUSE: "another program listens there",
      EACCES: "this user may not listen there",
      EADDRNOTAVAIL: "this machine has no such address",
      ENOTFOUND: "there is no such host",
    };
    const reason = reasons[errorCode(error) ?? ""] ?? errorCode(error);
    throw new ThothError(
      "address-unusable",
      `${hostText(host)}:${port} can't be listened on: ${reason}`,
      { hint: "name another port: `--listen 9091`, or 0 for any", cause: error },
    );
  }
}
