import { createHash } from "node:crypto";
import type { FileDetails } from "../model/knowledge.ts";
import { hasStaticDependencies, readCoreMetadata } from "../python/metadata.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { unexpectedStatus, wholeBody } from "./body.ts";
import { type DownloadAnswer, downloadFile, hashMismatch } from "./download.ts";
import type { Http, HttpRequest, Reply } from "./http.ts";
import type { OriginHabits } from "./origin-habits.ts";
import { readPkgInfo } from "./sdist-metadata.ts";
import { chooseMetadataEntry, isMetadataName } from "./wheel-names.ts";
import { readWheelMetadata, tailBytes } from "./wheel-ranges.ts";
import { BadArchive, UnreadByRanges } from "./zip-directory.ts";
import { withZip } from "./zip-file.ts";

/** Core metadata of one file as an index can give it. */
export type MetadataAnswer =
  | {
      readonly kind: "metadata";
      /** METADATA or PKG-INFO; "" for an sdist that has no readable PKG-INFO. */
      readonly text: string;
      readonly via: "metadata-file" | "range" | "wheel" | "pkg-info";
      /** Only a build tells the dependencies. */
      readonly dynamic: boolean;
    }
  | { readonly kind: "absent"; readonly reason: string }
  | {
      readonly kind: "bad";
      readonly failure: "bad-archive" | "bad-metadata";
      readonly reason: string;
    };

export interface MetadataQuestion {
  readonly file: FileDetails & { readonly metadataSha256?: string };
  readonly name: PackageName;
  readonly cacheDir: string;
  readonly habits: OriginHabits;
  readonly request: Pick<HttpRequest, "authorize" | "limits" | "signal" | "verifySsl">;
}

const maxMetadataBytes = 16e6;

/**
 * The cheapest way to a file's metadata. A wheel: its metadata file (PEP 658), else ranges of the
 * wheel, else the whole of it. An sdist: its PKG-INFO, dynamic unless PEP 643 says otherwise.
 */
export async function requestMetadata(
  http: Http,
  question: MetadataQuestion,
): Promise<MetadataAnswer> {
  if (!question.file.filename.endsWith(".whl")) return fromSdist(http, question);
  const { habits, file } = question;
  const origin = new URL(file.url).origin;
  if (habits.mayHaveMetadataFile(origin, file.coreMetadata, file.uploadedAt)) {
    const text = await fromMetadataFile(http, question);
    habits.noteMetadataFile(origin, text !== undefined, file.uploadedAt);
    if (text !== undefined) return { kind: "metadata", text, via: "metadata-file", dynamic: false };
  }
  if (habits.mayHaveRanges(origin)) {
    const answer = await fromRanges(http, question);
    if (answer !== undefined) return answer;
  }
  return fromWheel(http, question);
}

/** undefined: there is none, or what came is not metadata of this project. */
async function fromMetadataFile(
  http: Http,
  { file, name, request }: MetadataQuestion,
): Promise<string | undefined> {
  const url = new URL(file.url);
  url.pathname += ".metadata";
  const headers = { accept: "*/*", "accept-encoding": "gzip" };
  const bytes = await http.get<Buffer | undefined>(
    { ...request, url: url.href, subject: "file", headers },
    // Every other status means "none here": some stores answer 403 for what they lack, and a
    // real refusal shows when the wheel itself is asked for.
    async (reply) => (reply.status === 200 ? wholeBody(reply, maxMetadataBytes) : undefined),
  );
  if (bytes === undefined) return undefined;
  if (file.metadataSha256 !== undefined) {
    const found = createHash("sha256").update(bytes).digest("hex");
    if (found !== file.metadataSha256) {
      throw hashMismatch(`${file.filename}.metadata`, url.href, file.metadataSha256, found);
    }
  }
  const text = bytes.toString("utf8");
  return isMetadataOf(text, name) ? text : undefined;
}

/** undefined: ranges do not do, take the whole file. */
async function fromRanges(
  http: Http,
  question: MetadataQuestion,
): Promise<MetadataAnswer | undefined> {
  const { file, name, habits } = question;
  try {
    const length = tailBytes(file.size);
    const tail = await range(
      http,
      question,
      file.size === undefined ? `bytes=-${length}` : `bytes=${file.size - length}-${file.size - 1}`,
    );
    if (tail.kind === "absent") return tail;
    const read = async (start: number, end: number): Promise<Buffer> => {
      const piece = await range(http, question, `bytes=${start}-${end - 1}`);
      if (piece.kind === "absent") throw new UnreadByRanges("gone while it was read");
      return piece.bytes;
    };
    const text = await readWheelMetadata({ size: tail.total, read }, name, tail.bytes);
    return checked(text, name, "range");
  } catch (error) {
    if (error instanceof NoRanges) habits.noteNoRanges(new URL(file.url).origin);
    // A damaged piece may be the fault of the server's ranges; the whole file has a hash.
    else if (!(error instanceof UnreadByRanges || error instanceof BadArchive)) throw error;
    return undefined;
  }
}

/** Thrown where a server ignores a range or answers with another one. */
class NoRanges extends Error {}

type Piece =
  | { readonly kind: "piece"; readonly bytes: Buffer; readonly total: number }
  | { readonly kind: "absent"; readonly reason: string };

function range(http: Http, { file, request }: MetadataQuestion, wanted: string): Promise<Piece> {
  const headers = { accept: "*/*", "accept-encoding": "identity", range: wanted };
  return http.get({ ...request, url: file.url, subject: "file", headers }, (reply) =>
    readPiece(reply, wanted),
  );
}

async function readPiece(reply: Reply, wanted: string): Promise<Piece> {
  if (reply.status === 404 || reply.status === 410) {
    return { kind: "absent", reason: `the file is gone (${reply.status})` };
  }
  if (reply.status === 200 || reply.status === 416) throw new NoRanges();
  if (reply.status !== 206) throw unexpectedStatus(reply);
  const match = /^bytes (\d+)-(\d+)\/(\d+)$/.exec(reply.header("content-range") ?? "");
  if (match === null) throw new NoRanges();
  const [start = 0, last = 0, total = 0] = match.slice(1).map(Number);
  const suffix = /^bytes=-(\d+)$/.exec(wanted)?.[1];
  const asked =
    suffix === undefined
      ? wanted === `bytes=${start}-${last}`
      : last === total - 1 && start === Math.max(0, total - Number(suffix));
  if (!asked) throw new NoRanges();
  const bytes = await wholeBody(reply, last - start + 1);
  if (bytes.length !== last - start + 1) throw new NoRanges();
  return { kind: "piece", bytes, total };
}

async function fromWheel(http: Http, question: MetadataQuestion): Promise<MetadataAnswer> {
  const answer = await downloadFile(http, question);
  return readArchive(answer, async (path) => {
    const text = await withZip(path, isMetadataName, async (members) =>
      (await chooseMetadataEntry(members, question.name).read(maxMetadataBytes)).toString("utf8"),
    );
    return checked(text, question.name, "wheel");
  });
}

async function fromSdist(http: Http, question: MetadataQuestion): Promise<MetadataAnswer> {
  const answer = await downloadFile(http, question);
  return readArchive(answer, async (path) => {
    const text = (await readPkgInfo(path)) ?? "";
    const own = text !== "" && isMetadataOf(text, question.name);
    const dynamic = !own || !hasStaticDependencies(readCoreMetadata(text));
    return { kind: "metadata", text, via: "pkg-info", dynamic };
  });
}

async function readArchive(
  answer: DownloadAnswer,
  read: (path: string) => Promise<MetadataAnswer>,
): Promise<MetadataAnswer> {
  if (answer.kind === "absent") return answer;
  try {
    return await read(answer.path);
  } catch (error) {
    if (!(error instanceof BadArchive)) throw error;
    return { kind: "bad", failure: "bad-archive", reason: error.message };
  }
}

function checked(text: string, name: PackageName, via: "range" | "wheel"): MetadataAnswer {
  if (isMetadataOf(text, name)) return { kind: "metadata", text, via, dynamic: false };
  return { kind: "bad", failure: "bad-metadata", reason: `its METADATA is not that of ${name}` };
}

function isMetadataOf(text: string, name: PackageName): boolean {
  const core = readCoreMetadata(text);
  return core.metadataVersion !== "" && packageName(core.name) === name;
}
