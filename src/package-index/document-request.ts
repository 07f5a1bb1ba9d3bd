import { wholeBody } from "./body.ts";
import type { Authorize } from "./credentials.ts";
import type { Http, HttpRequest } from "./http.ts";
import { HttpFailure } from "./http-failure.ts";
import type { IndexSource } from "./index-source.ts";

/** A JSON document that an index or another service offers beside its pages. */
export interface DocumentQuestion {
  /** Without credentials. */
  readonly url: string;
  /** Whose credentials are sent: those of an index, or a token for the address's own origin. */
  readonly access: { readonly source: IndexSource } | { readonly token: string };
}

/** A document, or the status with which the service declines. */
export type DocumentAnswer =
  | { readonly kind: "document"; readonly value: unknown }
  | { readonly kind: "declined"; readonly status: number };

/** How a document is asked for; `ofIndex` gives the credentials of an index. */
export function accessOf(
  { url, access }: DocumentQuestion,
  ofIndex: (source: IndexSource) => Authorize,
): Pick<HttpRequest, "authorize" | "verifySsl"> {
  if ("source" in access) {
    return { authorize: ofIndex(access.source), verifySsl: access.source.verifySsl };
  }
  const { origin } = new URL(url);
  const authorize: Authorize = (to) =>
    to.origin === origin ? `Bearer ${access.token}` : undefined;
  return { authorize, verifySsl: true };
}

const maxDocumentBytes = 60e6;

/** Asks for one document. Throws as a page does, save that every status is an answer. */
export function requestDocument(
  http: Http,
  { url }: DocumentQuestion,
  request: Pick<HttpRequest, "authorize" | "limits" | "signal" | "verifySsl">,
): Promise<DocumentAnswer> {
  const headers = { accept: "application/json", "accept-encoding": "gzip" };
  return http.get<DocumentAnswer>(
    { ...request, url, subject: "service", headers },
    async (reply) =>
      reply.status === 200
        ? { kind: "document", value: parsed(await wholeBody(reply, maxDocumentBytes), reply.url) }
        : { kind: "declined", status: reply.status },
  );
}

function parsed(bytes: Buffer, url: string): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new HttpFailure("garbage", url, "the document is not valid JSON", { cause: error });
  }
}
