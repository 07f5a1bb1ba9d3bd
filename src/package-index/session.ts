import { trustedCertificates } from "./certificates.ts";

import { type Authorize, authorizeFor, loadNetrc, type Netrc } from "./credentials.ts";
import type { Limits } from "./deadline.ts";
import { accessOf, requestDocument } from "./document-request.ts";
import { downloadFile } from "./download.ts";
import { createHttp, type TrafficCount } from "./http.ts";
import type { IndexClient, IndexClientOptions, Timeouts } from "./index-client.ts";
import type { IndexSource } from "./index-source.ts";
import { requestMetadata } from "./metadata-request.ts";
import { OriginHabits } from "./origin-habits.ts";
import { requestPage } from "./page-request.ts";
import { pipSetting } from "./pip-configuration.ts";
import { proxyFor } from "./proxy.ts";

const defaults: Timeouts = {
  connectMs: 10_000,
  idleMs: 30_000,
  answerMs: 120_000,
  downloadMs: 1_800_000,
  retryMs: 200,
};

/** Reads certificates, proxies and netrc once, and makes the client that asks; counts in `traffic`. */
export async function openSession(
  options: IndexClientOptions,
  traffic: TrafficCount,
): Promise<Omit<IndexClient, "traffic">> {
  const { environment, connections = 16, signal: life, cacheDir, userAgent } = options;
  const timeouts = { ...defaults, ...options.timeouts };
  const [certificates, pipProxy, netrc, { Transport }] = await Promise.all([
    pipSetting(environment, "cert").then((cert) =>
      trustedCertificates(environment, options.ca ?? cert),
    ),
    pipSetting(environment, "proxy"),
    loadNetrc(environment, options.netrc),
    import("./transport.ts"),
  ]);
  const transport = new Transport({
    connections,
    connectMs: timeouts.connectMs,
    certificates,
    proxyFor: (url) => proxyFor(url, environment, pipProxy),
  });
  const http = createHttp({
    transport,
    connections,
    userAgent,
    retryMs: timeouts.retryMs,
    signal: life,
    traffic,
  });
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
