import type { FileDetails, FileFacts, IndexPage, Validators } from "../model/knowledge.ts";
import type { ProjectStatus } from "../model/package-fact.ts";
import type { IndexUrl } from "../model/release.ts";
import { distributionOf } from "../python/distribution-name.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import { isRecord } from "../util/json.ts";

/** One file of a page, with the hash of its metadata file where the page gives one (PEP 658). */
export type IndexFile = FileFacts & FileDetails & { readonly metadataSha256?: string };

/** Whose page it is and when it was asked for. */
export interface PageContext {
  readonly name: PackageName;
  readonly index: IndexUrl;
  /** The page's own address, for relative addresses of files. */
  readonly base: string;
  readonly checkedAt: number;
  readonly validators: Validators;
}

/** Thrown where a page is not what the standard describes; the text says in what. */
export class BadPage extends Error {
  override readonly name = "BadPage";
}

/**
 * Reads a PEP 691 page. Files that no version can be read from, and entries of a wrong shape, are
 * left out; hashes that are not 64 hex digits count as absent.
 * @throws BadPage where the document as a whole is no such page.
 */
export function readJsonPage(text: string, context: PageContext): IndexPage {
  const document = parseJson(text);
  if (!isRecord(document)) throw new BadPage("the JSON is not an object");
  const meta = isRecord(document["meta"]) ? document["meta"] : {};
  checkApiVersion(meta["api-version"]);
  const entries: unknown = document["files"];
  if (!Array.isArray(entries)) throw new BadPage("`files` is not an array");
  const files: IndexFile[] = [];
  const address = addressReader(context.base);
  const provenanceAddress = addressReader(context.base);
  for (const entry of entries) {
    const file = isRecord(entry) ? readFile(entry, address, provenanceAddress) : undefined;
    if (file !== undefined) files.push(file);
  }
  if (files.length === 0 && entries.length > 0) {
    throw new BadPage("no entry of `files` has a `filename` and a `url`");
  }
  const serial = serialText(meta["_last-serial"]);
  const validators = serial === undefined ? {} : { serial };
  const page = makePage(files, {
    ...context,
    validators: { ...context.validators, ...validators },
  });
  const told = document["project-status"];
  const { status, reason } = isRecord(told) ? told : {};
  const apiVersion = meta["api-version"];
  return {
    ...withStatus(page, { status, reason, apiVersion }),
    attests: attests(files, apiVersion),
  };
}

/** From version 1.3 of the API on, a page tells which files have a provenance object (PEP 740). */
export function attests(files: readonly IndexFile[], apiVersion: unknown): boolean {
  return minorVersion(apiVersion) >= 3 || files.some(({ provenance }) => provenance !== undefined);
}

function minorVersion(apiVersion: unknown): number {
  return typeof apiVersion === "string" ? Number(/^1\.(\d+)$/.exec(apiVersion)?.[1] ?? 0) : 0;
}

/** What a page says of the project as a whole, as it stands there. */
interface ToldStatus {
  readonly status: unknown;
  readonly reason: unknown;
  readonly apiVersion: unknown;
}

const states = ["active", "archived", "quarantined", "deprecated"] as const;
const longestReason = 300;

/** PEP 792: from version 1.4 of the API on, a page without a status says that it is active. */
export function withStatus(page: IndexPage, { status, reason, apiVersion }: ToldStatus): IndexPage {
  const told = status === undefined && minorVersion(apiVersion) >= 4 ? "active" : status;
  const state = states.find((one) => one === told);
  if (state === undefined) return page;
  const known: ProjectStatus =
    typeof reason === "string" && reason !== ""
      ? { state, reason: reason.slice(0, longestReason) }
      : { state };
  return { ...page, status: known };
}

/** Groups files by version, newest first; the order of files within a release is the page's. */
export function makePage(files: readonly IndexFile[], context: PageContext): IndexPage {
  const groups = new Map<string, Group>();
  const bySpelling = new Map<string, Group | undefined>();
  for (const file of files) {
    const spelling = distributionOf(file.filename, context.name)?.version;
    if (spelling === undefined) continue;
    let group = bySpelling.get(spelling);
    if (group === undefined && !bySpelling.has(spelling)) {
      group = groupOf(spelling, groups);
      bySpelling.set(spelling, group);
    }
    group?.files.push(file);
  }
  const sorted = [...groups.values()].sort((a, b) => compareVersions(b.key, a.key));
  return {
    name: context.name,
    index: context.index,
    checkedAt: context.checkedAt,
    validators: context.validators,
    releases: sorted.map(({ version, files: own }) => ({ version, files: own })),
  };
}

interface Group {
  readonly version: string;
  readonly key: Version;
  readonly files: IndexFile[];
}

function groupOf(spelling: string, groups: Map<string, Group>): Group | undefined {
  const key = parseVersion(spelling);
  if (key === undefined) return undefined;
  const known = groups.get(key.text);
  if (known !== undefined) return known;
  const made = { version: key.text, key, files: [] };
  groups.set(key.text, made);
  return made;
}

/**
 * The `_last-serial` of a JSON page, found without parsing it: an index without validators lets
 * an unchanged page be recognised by it, and parsing is most of a page's cost.
 */
export function serialInBytes(bytes: Buffer): string | undefined {
  const at = bytes.lastIndexOf('"_last-serial"');
  if (at < 0) return undefined;
  const after = bytes.toString("latin1", at + 14, at + 64);
  return /^\s*:\s*"?(\d+)["\s,}]/.exec(after)?.[1];
}

type Writable<T> = { -readonly [K in keyof T]: T[K] };

function readFile(
  entry: Readonly<Record<string, unknown>>,
  address: (raw: string) => string | undefined,
  provenanceAddress: (raw: string) => string | undefined,
): IndexFile | undefined {
  const filename = entry["filename"];
  const rawUrl = entry["url"];
  if (typeof filename !== "string" || typeof rawUrl !== "string") return undefined;
  const url = address(rawUrl);
  if (url === undefined) return undefined;
  const hashes = entry["hashes"];
  const sha256 = isRecord(hashes) ? sha256Text(hashes["sha256"]) : undefined;
  const file = fileOf({ filename, url }, sha256, sizeOf(entry["size"]), entry["upload-time"]);
  const requiresPython = entry["requires-python"];
  if (typeof requiresPython === "string" && requiresPython !== "") {
    file.requiresPython = requiresPython;
  }
  const yanked = entry["yanked"];
  if (yanked === true) file.yanked = "";
  else if (typeof yanked === "string") file.yanked = yanked;
  announceMetadata(file, entry["core-metadata"] ?? entry["dist-info-metadata"]);
  nameProvenance(file, entry["provenance"], provenanceAddress);
  return file;
}

/** PEP 740: the address of the file's provenance object; it may not be less secure than the file's. */
export function nameProvenance(
  file: Writable<IndexFile>,
  raw: unknown,
  address: (raw: string) => string | undefined,
): void {
  const whole = typeof raw === "string" && /^https?:/i.test(raw);
  const url = whole ? address(raw) : undefined;
  const secure = url?.startsWith("https:") === true || !file.url.startsWith("https:");
  if (url !== undefined && secure) file.provenance = url;
}

// Made in one piece where all is there, as on most pages: an object that grows field by field
// costs as much as the rest of reading it.
function fileOf(
  { filename, url }: { readonly filename: string; readonly url: string },
  sha256: string | undefined,
  size: number | undefined,
  uploadedAt: unknown,
): Writable<IndexFile> {
  if (sha256 !== undefined && size !== undefined && typeof uploadedAt === "string") {
    return { filename, url, sha256, size, uploadedAt };
  }
  return {
    filename,
    url,
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(size === undefined ? {} : { size }),
    ...(typeof uploadedAt === "string" ? { uploadedAt } : {}),
  };
}

function sizeOf(size: unknown): number | undefined {
  return typeof size === "number" && Number.isSafeInteger(size) && size >= 0 ? size : undefined;
}

/** PEP 714: true or hashes announce a metadata file; `false` on a wheel denies it. */
export function announceMetadata(file: Writable<IndexFile>, announced: unknown): void {
  if (announced === undefined || announced === null) return;
  if (announced !== false) file.coreMetadata = true;
  else if (file.filename.endsWith(".whl")) file.coreMetadata = false;
  const sha256 = isRecord(announced) ? sha256Text(announced["sha256"]) : undefined;
  if (sha256 !== undefined) file.metadataSha256 = sha256;
}

/** Lower case, or undefined where it is no SHA-256. */
export function sha256Text(value: unknown): string | undefined {
  if (typeof value !== "string" || value.length !== 64) return undefined;
  if (/^[0-9a-f]{64}$/.test(value)) return value;
  return /^[0-9a-f]{64}$/i.test(value) ? value.toLowerCase() : undefined;
}

/**
 * Reads the addresses of one page: http(s), made absolute, without credentials and fragment;
 * undefined for anything else.
 */
export function addressReader(base: string): (raw: string) => string | undefined {
  let origin = "";
  return (raw) => {
    // Most files of a page lie on one host, and a URL object costs many times as much.
    if (origin !== "" && raw.startsWith(origin) && !raw.includes("#")) return raw;
    if (!URL.canParse(raw, base)) return undefined;
    const url = new URL(raw, base);
    if (url.protocol !== "https:" && url.protocol !== "http:") return undefined;
    url.hash = "";
    url.username = "";
    url.password = "";
    origin = `${url.origin}/`;
    return url.href;
  };
}

/** @throws BadPage for a version of the API whose meaning is unknown (PEP 629). */
export function checkApiVersion(version: unknown): void {
  if (version === undefined) return;
  if (typeof version !== "string" || !/^1(\.|$)/.test(version)) {
    throw new BadPage(`it speaks version ${String(version).slice(0, 20)} of the API, not 1`);
  }
}

function serialText(serial: unknown): string | undefined {
  if (typeof serial === "number" && Number.isSafeInteger(serial)) return String(serial);
  return typeof serial === "string" && /^\d+$/.test(serial) ? serial : undefined;
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    throw new BadPage("it is not valid JSON", { cause: error });
  }
}
