import type { IndexPage, Validators } from "../model/knowledge.ts";
import type { PackageName } from "../python/name.ts";
import { unexpectedStatus, wholeBody } from "./body.ts";
import { withoutCredentials } from "./credentials.ts";
import type { Http, HttpRequest, Reply } from "./http.ts";
import { HttpFailure } from "./http-failure.ts";
import type { IndexSource } from "./index-source.ts";
import { readHtmlPage } from "./simple-html.ts";
import { BadPage, type PageContext, readJsonPage, serialInBytes } from "./simple-page.ts";

/** What an index says of one package. */
export type PageAnswer =
  | { readonly kind: "page"; readonly page: IndexPage }
  | { readonly kind: "not-modified" }
  | { readonly kind: "absent"; readonly reason: string };

export interface PageQuestion {
  readonly source: IndexSource;
  readonly name: PackageName;
  readonly validators?: Validators | undefined;
  /** Caches in between are to ask the index themselves. */
  readonly pastCaches?: boolean;
  /** Called with the head of the answer, whatever it is. */
  readonly seen?: (reply: Reply) => void;
  /** Limits, credentials and the rest of the request. */
  readonly request: Pick<HttpRequest, "authorize" | "limits" | "signal">;
}

const maxPageBytes = 200e6;

const accept = [
  "application/vnd.pypi.simple.v1+json",
  "application/vnd.pypi.simple.v1+html; q=0.2",
  "text/html; q=0.1",
].join(", ");

/** Asks for one page: JSON (PEP 691), else HTML (PEP 503), conditionally where it can. */
export function requestPage(http: Http, question: PageQuestion): Promise<PageAnswer> {
  const { source, name, validators = {}, pastCaches = false, request } = question;
  const headers: Record<string, string> = { accept, "accept-encoding": "gzip" };
  if (validators.etag !== undefined) headers["if-none-match"] = validators.etag;
  if (validators.lastModified !== undefined) headers["if-modified-since"] = validators.lastModified;
  if (pastCaches) headers["cache-control"] = "no-cache";
  return http.get(
    {
      ...request,
      url: `${withoutCredentials(source.requestUrl)}/${name}/`,
      subject: "index",
      headers,
      verifySsl: source.verifySsl,
    },
    (reply) => {
      question.seen?.(reply);
      return readAnswer(reply, question);
    },
  );
}

async function readAnswer(reply: Reply, question: PageQuestion): Promise<PageAnswer> {
  const { validators } = question;
  if (reply.status === 404 || reply.status === 410) {
    return { kind: "absent", reason: `the index answers ${reply.status}` };
  }
  const asked = validators?.etag !== undefined || validators?.lastModified !== undefined;
  if (reply.status === 304 && asked) return { kind: "not-modified" };
  if (reply.status !== 200) throw unexpectedStatus(reply);
  const bytes = await wholeBody(reply, maxPageBytes);
  const format = formatOf(reply, bytes);
  if (format === "json" && validators?.serial !== undefined) {
    if (serialInBytes(bytes) === validators.serial) return { kind: "not-modified" };
  }
  return { kind: "page", page: readPage(reply, bytes, format, question) };
}

function readPage(
  reply: Reply,
  bytes: Buffer,
  format: "json" | "html",
  { name, source }: PageQuestion,
): IndexPage {
  const context: PageContext = {
    name,
    index: source.url,
    base: reply.url,
    checkedAt: Date.now(),
    validators: validatorsOf(reply),
  };
  const text = bytes.toString("utf8");
  try {
    return format === "json" ? readJsonPage(text, context) : readHtmlPage(text, context);
  } catch (error) {
    if (!(error instanceof BadPage)) throw error;
    throw new HttpFailure("garbage", reply.url, error.message, { cause: error });
  }
}

function validatorsOf(reply: Reply): Validators {
  const etag = reply.header("etag");
  const lastModified = reply.header("last-modified");
  const serial = reply.header("x-pypi-last-serial");
  return {
    ...(etag === undefined ? {} : { etag }),
    ...(lastModified === undefined ? {} : { lastModified }),
    ...(serial === undefined || !/^\d+$/.test(serial) ? {} : { serial }),
  };
}

function formatOf(reply: Reply, bytes: Buffer): "json" | "html" {
  const type = (reply.header("content-type") ?? "").split(";")[0]?.trim().toLowerCase() ?? "";
  if (/^application\/(vnd\.pypi\.simple\.(v1|latest)\+)?json$/.test(type)) return "json";
  if (/^(text\/html|application\/vnd\.pypi\.simple\.(v1|latest)\+html)$/.test(type)) return "html";
  if (type === "") {
    const start = bytes.toString("latin1", 0, 256).trimStart();
    if (start.startsWith("{")) return "json";
    if (start.startsWith("<")) return "html";
  }
  const shown = type === "" ? "no content type" : `content of type ${type.slice(0, 60)}`;
  throw new HttpFailure("garbage", reply.url, `${shown} instead of a simple index page`);
}
