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
  /** Media types that will do, the best first, and the most that is read; else any JSON. */
  readonly format?: { readonly types: readonly string[]; readonly maxBytes: number };
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
  { url, format }: DocumentQuestion,
  request: Pick<HttpRequest, "authorize" | "limits" | "signal" | "verifySsl">,
): Promise<DocumentAnswer> {
  const accept = format?.types.join(", ") ?? "application/json";
  const headers = { accept, "accept-encoding": "gzip" };
  return http.get<DocumentAnswer>(
    { ...request, url, subject: "service", headers },
    async (reply) => {
      if (reply.status !== 200) return { kind: "declined", status: reply.status };
      const type = reply.header("content-type")?.split(";")[0]?.trim().toLowerCase() ?? "";
      if (format?.types.includes(type) === false) {
        const shown = type === "" ? "no content type" : `content of type ${type.slice(0, 60)}`;
        throw new HttpFailure("garbage", reply.url, `${shown} instead of ${format.types[0]}`);
      }
      const bytes = await wholeBody(reply, format?.maxBytes ?? maxDocumentBytes);
      return { kind: "document", value: parsed(bytes, reply.url) };
    },
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
