import { trustedCertificates } from "./certificates.ts";
import { type Authorize, authorizeFor, loadNetrc, type Netrc } from "./credentials.ts";
import type { Limits } from "./deadline.ts";
import { accessOf, requestDocument } from "./document-request.ts";
import { downloadFile } from "./download.ts";
import { createHttp, type Http, type TrafficCount } from "./http.ts";
import type { IndexClient, IndexClientOptions, Timeouts } from "./index-client.ts";
import type { IndexSource } from "./index-source.ts";
import { requestMetadata } from "./metadata-request.ts";
import { OriginHabits } from "./origin-habits.ts";
import { requestPage } from "./page-request.ts";
import { pipSetting } from "./pip-configuration.ts";
import { proxyFor } from "./proxy.ts";
import type { Transport } from "./transport.ts";

const defaults: Timeouts = {
  connectMs: 10_000,
  idleMs: 30_000,
  answerMs: 120_000,
  downloadMs: 1_800_000,
  retryMs: 200,
};

/** What one session asks with. */
export interface Line {
  readonly http: Http;
  readonly transport: Transport;
  readonly timeouts: Timeouts;
  readonly netrc: Netrc;
  /** Throws `bad-configuration` where settings name none that can be one. */
  readonly proxyFor: (url: URL) => URL | undefined;
}

/** Reads certificates, proxies and netrc once; counts in `traffic`. */
export async function openLine(options: IndexClientOptions, traffic: TrafficCount): Promise<Line> {
  const { environment, connections = 16, signal, userAgent } = options;
  const timeouts = { ...defaults, ...options.timeouts };
  const [certificates, pipProxy, netrc, transports] = await Promise.all([
    pipSetting(environment, "cert").then((cert) =>
      trustedCertificates(environment, options.ca ?? cert),
    ),
    pipSetting(environment, "proxy"),
    loadNetrc(environment, options.netrc),
    import("./transport.ts"),
  ]);
  const { connectMs, retryMs } = timeouts;
  const proxyOf = (url: URL) => proxyFor(url, environment, pipProxy);
  const routes = { connections, connectMs, certificates, proxyFor: proxyOf };
  const transport = new transports.Transport(routes);
  const http = createHttp({ transport, connections, userAgent, retryMs, signal, traffic });
  return { http, transport, timeouts, netrc, proxyFor: proxyOf };
}

/** Makes the client that asks; counts in `traffic`. */
export async function openSession(
  options: IndexClientOptions,
  traffic: TrafficCount,
): Promise<Omit<IndexClient, "traffic">> {
  const { cacheDir } = options;
  const { http, transport, timeouts, netrc } = await openLine(options, traffic);
  const habits = new OriginHabits();
  const answers: Limits = { idleMs: timeouts.idleMs, totalMs: timeouts.answerMs };
  const downloads: Limits = { idleMs: timeouts.idleMs, totalMs: timeouts.downloadMs };
  const authorize = rememberedAuthorize(netrc);
  const requestTo = (source: IndexSource, limits: Limits, signal: AbortSignal | undefined) => ({
    authorize: authorize(source),
    limits,
    signal,
    verifySsl: source.verifySsl,
  });
  return {
    page: (source, name, validators, signal) =>
      requestPage(http, { source, name, validators, request: requestTo(source, answers, signal) }),
    freshPage: (source, name, signal) => {
      const request = requestTo(source, answers, signal);
      return requestPage(http, { source, name, pastCaches: true, request });
    },
    metadata: (source, file, name, signal) => {
      // An sdist and a wheel without ranges are downloaded as a whole.
      const request = requestTo(source, downloads, signal);
      return requestMetadata(http, { file, name, cacheDir, habits, request });
    },
    download: (source, file, signal) =>
      downloadFile(http, { file, cacheDir, request: requestTo(source, downloads, signal) }),
    document: (question, signal) =>
      requestDocument(http, question, {
        ...accessOf(question, authorize),
        limits: answers,
        signal,
      }),
    close: () => transport.close(),
  };
}

function rememberedAuthorize(netrc: Netrc): (source: IndexSource) => Authorize {
  const authorizers = new Map<string, Authorize>();
  return (source) => {
    const known = authorizers.get(source.requestUrl) ?? authorizeFor(source, netrc);
    authorizers.set(source.requestUrl, known);
    return known;
  };
}
