import type { FileDetails, FileFacts, GoneFile, Validators } from "../model/knowledge.ts";
import type { ProjectStatus } from "../model/package-fact.ts";
import { isRecord } from "../util/json.ts";
import { asciiJson, paddedNumber } from "./ascii-json.ts";
import { factsOf } from "./page-list.ts";
import { isReadableSchema, storeSchema } from "./schema.ts";
import type { StoredPage, StoredRelease } from "./stored-page.ts";
import { isStoredPage } from "./stored-page-check.ts";

/**
 * releases.json is one JSON document, laid out in lines so that its head is enough to choose from:
 *
 *     {"schema":"1.0.0","checkedAt":1732425600000,"bytes":…,"detailsAt":…,"count":2,"name":…,"releases":[
 *     {"version":"3.0.3","at":0,"size":512,"python":">=3.8","files":["flask-3.0.3-py3-none-any.whl"]},
 *     {"version":"3.0.2",…}
 *     ],"details":[
 *     {"version":"3.0.3","files":[{"filename":…,"sha256":…,"size":…,"uploadedAt":…,"dir":"a/b"}]},
 *     …
 *     ]}
 *
 * `detailsAt` is where the details begin, `at` and `size` of a release are its details' place
 * counted from there. `python` and `yanked` of a release hold for those of its files that are a
 * plain name; a file that differs is an object that says all of it. `gone` of a release are files
 * that it had and has no longer. An address is `base`, `dir`,
 * "/" and the file's name, or `url` where it is not made so. `bytes` tells a file that was cut or
 * edited by hand from one that Thoth wrote.
 */
export interface ReleasesHeader {
  readonly schema: string;
  readonly checkedAt: number;
  readonly bytes: number;
  readonly detailsAt: number;
  readonly count: number;
  readonly name: string;
  readonly index: string;
  readonly absent?: string;
  readonly status?: ProjectStatus;
  readonly attests?: boolean;
  readonly validators: Validators;
  readonly base: string;
}

/** A file of a release line: its name, or all of its facts where they differ from the release's. */
type FileEntry = string | FileFacts;

export interface ReleaseLine {
  readonly version: string;
  readonly at: number;
  readonly size: number;
  readonly python?: string;
  readonly yanked?: string;
  readonly vanished?: string;
  readonly gone?: readonly GoneFile[];
  readonly files: readonly FileEntry[];
}

interface DetailsEntry extends Omit<FileDetails, "url"> {
  readonly url?: string;
  readonly dir?: string;
}

export interface DetailsLine {
  readonly version: string;
  readonly files: readonly DetailsEntry[];
}

type Writable<T> = { -readonly [Key in keyof T]: T[Key] };

/** Every releases.json begins with these bytes, then 13 digits that `confirmPage` replaces. */
export const checkedAtPrefix = `{"schema":"${storeSchema}","checkedAt":`;
export const releasesEnd = `],"details":[\n`;

export function writeReleases(page: StoredPage): string {
  const base = commonBase(page.releases);
  const lines: string[] = [];
  const details: string[] = [];
  let at = 0;
  for (const release of page.releases) {
    const text = asciiJson(detailsLine(release, base));
    lines.push(asciiJson(releaseLine(release, at, text.length)));
    details.push(text);
    at += text.length + 2;
  }
  const body = lines.length === 0 ? "" : `${lines.join(",\n")}\n`;
  const tail = details.length === 0 ? "]}\n" : `${details.join(",\n")}\n]}\n`;
  const rest = headerRest(page, base);
  const headerLength = checkedAtPrefix.length + `,"bytes":,"detailsAt":`.length + 39 + rest.length;
  const detailsAt = headerLength + body.length + releasesEnd.length;
  const header = [
    `${checkedAtPrefix}${paddedNumber(page.checkedAt)}`,
    `,"bytes":${paddedNumber(detailsAt + tail.length)}`,
    `,"detailsAt":${paddedNumber(detailsAt)}${rest}`,
  ].join("");
  return header + body + releasesEnd + tail;
}

/** The whole document, also one that was edited by hand; undefined if it is none. */
export function readReleases(text: string, file: string): StoredPage | undefined {
  const value: unknown = JSON.parse(text);
  if (!isRecord(value) || !isReadableSchema(value["schema"], file)) return undefined;
  const { releases, details, base } = value;
  if (!Array.isArray(releases) || !Array.isArray(details) || typeof base !== "string") {
    return undefined;
  }
  const byVersion = new Map<unknown, DetailsLine>(details.map((line) => [line?.version, line]));
  const page: unknown = {
    ...value,
    releases: releases.map((line) => wholeRelease(line, byVersion.get(line?.version), base)),
  };
  if (!isStoredPage(page)) return undefined;
  const { name, index, checkedAt, validators, absent, status, attests } = page;
  return {
    name,
    index,
    checkedAt,
    validators,
    ...(absent === undefined ? {} : { absent }),
    ...(status === undefined ? {} : { status }),
    ...(attests === undefined ? {} : { attests }),
    releases: page.releases,
  };
}

export function fileFacts(line: ReleaseLine): FileFacts[] {
  const shared = {
    ...(line.python === undefined ? {} : { requiresPython: line.python }),
    ...(line.yanked === undefined ? {} : { yanked: line.yanked }),
  };
  return line.files.map((file) =>
    typeof file === "string" ? { filename: file, ...shared } : file,
  );
}

/** Field by field: copying "all but dir" takes several times as long, and pages have many files. */
export function fileDetails(line: DetailsLine, base: string): FileDetails[] {
  return line.files.map((entry) => {
    const { filename, sha256, size, uploadedAt, dir, url, coreMetadata, provenance } = entry;
    const file: Writable<FileDetails> = { filename, url: url ?? `${base}${dir ?? ""}/${filename}` };
    if (sha256 !== undefined) file.sha256 = sha256;
    if (size !== undefined) file.size = size;
    if (uploadedAt !== undefined) file.uploadedAt = uploadedAt;
    if (coreMetadata !== undefined) file.coreMetadata = coreMetadata;
    if (provenance !== undefined) file.provenance = provenance;
    return file;
  });
}

function wholeRelease(line: ReleaseLine, details: DetailsLine | undefined, base: string): unknown {
  if (!Array.isArray(line?.files) || !Array.isArray(details?.files)) return undefined;
  const byName = new Map(fileDetails(details, base).map((file) => [file.filename, file]));
  const files = fileFacts(line).map((file) => ({ ...byName.get(file.filename), ...file }));
  const { version, vanished, gone } = line;
  return {
    version,
    files,
    ...(vanished === undefined ? {} : { vanished }),
    ...(gone === undefined ? {} : { gone }),
  };
}

function headerRest(page: StoredPage, base: string): string {
  const { name, index, absent, status, attests, validators } = page;
  const count = page.releases.length;
  const fields = { count, name, index, absent, status, attests, validators, base };
  return `,${asciiJson(fields).slice(1, -1)},"releases":[\n`;
}

/** A ReleaseLine to be written; fields that are undefined are left out by JSON.stringify. */
function releaseLine(release: StoredRelease, at: number, size: number): object {
  const { version, files, vanished, gone } = release;
  const python = files[0]?.requiresPython;
  const yanked = files[0]?.yanked;
  const entries = files.map((file) => {
    const regular = file.requiresPython === python && file.yanked === yanked;
    return regular ? file.filename : factsOf(file);
  });
  return { version, at, size, python, yanked, vanished, files: entries, gone };
}

/** A DetailsLine to be written. */
function detailsLine(release: StoredRelease, base: string): object {
  const files = release.files.map((file) => {
    const { filename, sha256, size, uploadedAt, url, coreMetadata, provenance } = file;
    const dirEnd = url.length - filename.length - 1;
    const regular = dirEnd >= base.length && url.startsWith(base) && url.endsWith(`/${filename}`);
    const address = regular ? { dir: url.slice(base.length, dirEnd) } : { url };
    return { filename, sha256, size, uploadedAt, ...address, coreMetadata, provenance };
  });
  return { version: release.version, files };
}

/** What the addresses of the first and the last file have in common, up to a "/". */
function commonBase(releases: readonly StoredRelease[]): string {
  const first = releases[0]?.files[0];
  const last = releases.at(-1)?.files[0];
  if (first === undefined || last === undefined) return "";
  let same = 0;
  const end = Math.min(first.url.length - first.filename.length - 1, last.url.length - 1);
  while (same < end && first.url[same] === last.url[same]) same += 1;
  return first.url.slice(0, Math.max(0, first.url.lastIndexOf("/", same)));
}
