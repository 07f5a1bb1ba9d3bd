import { ThothError } from "../util/errors.ts";
import { shownUrl } from "./credentials.ts";
import { TimeUp } from "./deadline.ts";
import { errorCode } from "./environment.ts";

/** What is asked: an index's page, a file, or another document; the word that messages use. */
export type Subject = "index" | "file" | "service";

type Kind = "unreachable" | "broken-off" | "timeout" | "status" | "refused" | "garbage" | "proxy";

/** How one exchange failed, before it is known whether another try helps. */
export class HttpFailure extends Error {
  readonly kind: Kind;
  readonly url: string;
  readonly retryable: boolean;
  /** What the server asks to wait, in milliseconds. */
  readonly retryAfterMs: number | undefined;

  constructor(
    kind: Kind,
    url: string,
    detail: string,
    options: { retryable?: boolean; retryAfterMs?: number | undefined; cause?: unknown } = {},
  ) {
    super(detail, { cause: options.cause });
    this.name = "HttpFailure";
    this.kind = kind;
    this.url = url;
    this.retryable = options.retryable ?? false;
    this.retryAfterMs = options.retryAfterMs;
  }
}

/** Thrown by the transport where the proxy, not the index, is at fault. */
export class ProxyFailure extends Error {
  readonly status: number | undefined;

  constructor(status: number | undefined, cause?: unknown) {
    super("the proxy made no tunnel", { cause });
    this.name = "ProxyFailure";
    this.status = status;
  }
}

const noConnection: Readonly<Record<string, string>> = {
  ECONNREFUSED: "connection refused",
  ENOTFOUND: "no such host",
  EAI_AGAIN: "the name server does not answer",
  EHOSTUNREACH: "no route to the host",
  ENETUNREACH: "no network",
};

const passing: Readonly<Record<string, string>> = {
  ECONNRESET: "the connection was reset",
  EPIPE: "the connection was closed",
  ECONNABORTED: "the connection was closed",
  UND_ERR_SOCKET: "the connection was closed",
  UND_ERR_DESTROYED: "the connection was closed",
  UND_ERR_CLOSED: "the connection was closed",
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: "the answer is shorter than announced",
};

/** Names an error of the transport; what is not of the network comes back as it is: a bug. */
export function failureOf(error: unknown, url: string, headSeen: boolean): unknown {
  const code = errorCode(error);
  if (error instanceof HttpFailure || error instanceof ThothError) return error;
  if (error instanceof TimeUp || code === "UND_ERR_CONNECT_TIMEOUT" || code === "ETIMEDOUT") {
    const detail = headSeen ? "stops in the middle of an answer" : "does not answer in time";
    return new HttpFailure("timeout", url, detail, { retryable: true, cause: error });
  }
  if (error instanceof ProxyFailure) return proxyFailure(error, url);
  if (isParserError(error)) {
    return new HttpFailure("garbage", url, "the answer is not HTTP", { cause: error });
  }
  if (code === undefined) return error;
  if (noConnection[code] !== undefined) {
    return new HttpFailure("unreachable", url, `${noConnection[code]} (${code})`, { cause: error });
  }
  if (passing[code] !== undefined) {
    return new HttpFailure(
      headSeen ? "broken-off" : "unreachable",
      url,
      `${passing[code]} (${code})`,
      {
        retryable: true,
        cause: error,
      },
    );
  }
  if (isCertificateProblem(code)) {
    return new HttpFailure("unreachable", url, `its certificate is not trusted (${code})`, {
      cause: error,
    });
  }
  return error;
}

function isParserError(error: unknown): boolean {
  return error instanceof Error && /^(HTTPParserError|HeadersOverflowError)$/.test(error.name);
}

/** Codes of OpenSSL's verification and of Node's TLS. */
function isCertificateProblem(code: string): boolean {
  return /^(ERR_TLS|ERR_SSL|CERT_|CRL_|DEPTH_ZERO|SELF_SIGNED|UNABLE_TO_|INVALID_|EPROTO|HOSTNAME_)/.test(
    code,
  );
}

function proxyFailure(error: ProxyFailure, url: string): HttpFailure {
  const what =
    error.status === undefined
      ? "the proxy drops the connection"
      : `the proxy answers ${error.status}`;
  return new HttpFailure("proxy", url, what, { cause: error });
}

const offlineHint = "check the address (`--index-url`), or use what is known with `--offline`";

/** The failure as a person should read it. */
export function explain(failure: HttpFailure, subject: Subject): ThothError {
  const where = `the ${subject} \`${shownUrl(failure.url)}\``;
  const cause = failure.cause;
  switch (failure.kind) {
    case "unreachable":
      return new ThothError("index-unreachable", `${where} is unreachable: ${failure.message}`, {
        hint: offlineHint,
        cause,
      });
    case "proxy":
      return new ThothError("index-unreachable", `${where} is unreachable: ${failure.message}`, {
        hint: "check HTTPS_PROXY, NO_PROXY and pip's `proxy` setting",
        cause,
      });
    case "status":
      return new ThothError("index-unreachable", `${where} ${failure.message}`, {
        hint: "try again later, or use what is known with `--offline`",
        cause,
      });
    case "timeout":
      return new ThothError("time-limit", `${where} ${failure.message}`, {
        hint: "try again later, or use what is known with `--offline`",
        cause,
      });
    case "refused":
      return new ThothError("index-refused", `${where} ${failure.message}`, {
        hint: "put a login into the source's address, as variables (`$USER:$PASSWORD@`), or into ~/.netrc",
        cause,
      });
    case "broken-off":
      return new ThothError("index-garbage", `${where} breaks off its answer: ${failure.message}`, {
        hint: "try again later, or use what is known with `--offline`",
        cause,
      });
    case "garbage":
      return new ThothError("index-garbage", `${where} sends garbage: ${failure.message}`, {
        hint:
          subject === "index"
            ? "check that the address is that of a simple index (PEP 503, PEP 691)"
            : "try again later; if it stays so, tell those who run the index",
        cause,
      });
  }
}
