import type { IndexUrl } from "../model/release.ts";
import { indexUrl } from "../model/release.ts";
import { isNormalizedName, type PackageName } from "../python/name.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import type { StoredPage, StoredRelease } from "./stored-page.ts";

/**
 * What a page must keep beyond its shape to be taken from another machine: names and addresses as
 * an index client would let them pass, and the order on which "the newest" rests.
 */
export function isSoundPage(page: StoredPage): boolean {
  return (
    isSoundName(page.name) &&
    isAddress(page.index) &&
    isCount(page.checkedAt) &&
    page.checkedAt < 1e13 &&
    Object.values(page.validators).every((value) => typeof value === "string") &&
    page.releases.every(isSoundRelease) &&
    isNewestFirst(page.releases)
  );
}

export function isSoundName(name: unknown): name is PackageName {
  return typeof name === "string" && isNormalizedName(name);
}

/** The address of an index in the one form that names it. */
export function isAddress(index: unknown): index is IndexUrl {
  return typeof index === "string" && isWebAddress(index) && indexUrl(index) === index;
}

function isSoundRelease({ files, gone = [] }: StoredRelease): boolean {
  return (
    files.every(
      ({ filename, url, sha256, size, uploadedAt, coreMetadata, provenance }) =>
        isFilename(filename) &&
        isWebAddress(url) &&
        (sha256 === undefined || isSha256(sha256)) &&
        (size === undefined || isCount(size)) &&
        (uploadedAt === undefined || typeof uploadedAt === "string") &&
        (coreMetadata === undefined || typeof coreMetadata === "boolean") &&
        (provenance === undefined || isWebAddress(provenance)),
    ) && gone.every(({ filename, sha256 }) => isFilename(filename) && isSha256(sha256))
  );
}

/** `69.4.0` and `69.4` are releases of their own, though neither is newer. */
function isNewestFirst(releases: readonly StoredRelease[]): boolean {
  let newer: Version | undefined;
  for (const release of releases) {
    const version = parseVersion(release.version);
    if (version?.text !== release.version) return false;
    if (newer !== undefined && compareVersions(newer, version) < 0) return false;
    newer = version;
  }
  return new Set(releases.map(({ version }) => version)).size === releases.length;
}

/** http(s), without credentials and blanks. */
function isWebAddress(url: string): boolean {
  return /^https?:\/\/[^/?#@\s]+(?:[/?][!-~]*)?$/.test(url);
}

/** Never a path, since files are kept under their names. */
function isFilename(name: string): boolean {
  return name !== "" && name.length <= 255 && !/[/\\\p{Cc}]/u.test(name) && !/^\.+$/.test(name);
}

function isSha256(text: string): boolean {
  return /^[0-9a-f]{64}$/.test(text);
}

function isCount(value: number): boolean {
  return Number.isSafeInteger(value) && value >= 0;
}
