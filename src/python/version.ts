import { memoize } from "./memoize.ts";
import type { VersionNumber } from "./version-number.ts";
import { type LocalSegment, readVersionParts, type VersionParts } from "./version-syntax.ts";

/** A PEP 440 version. Equal versions may differ in `text` (`1.0` and `1.0.0`). */
export interface Version extends VersionParts {
  /** Normalised, as `str(packaging.version.Version(…))` prints it. */
  readonly text: string;
  /** `ubuntu.1` of `1.0+ubuntu.1` */
  readonly local: string | undefined;
  /** Has an a, b, rc or dev part. */
  readonly isPrerelease: boolean;
  readonly isPostrelease: boolean;
  readonly isDevrelease: boolean;
  /** Place among the versions of one release; shared by all plain ones. */
  readonly suffix: VersionSuffix;
}

/** Numbers that order the versions of one release; made so that plain `<` does it. */
interface VersionSuffix {
  /** 0 `.devN` alone · 1 a · 2 b · 3 rc · 4 final and post */
  readonly stage: number;
  readonly pre: VersionNumber;
  /** -1 where there is none: before every post-release */
  readonly post: VersionNumber;
  /** Infinity where there is none: after every development release */
  readonly dev: VersionNumber;
}

const plainSuffix: VersionSuffix = { stage: 4, pre: 0, post: -1, dev: Number.POSITIVE_INFINITY };
const stages = { a: 1, b: 2, rc: 3 } as const;

/** Puts a version together from its parts. */
export function buildVersion(parts: VersionParts): Version {
  const { epoch, release, pre, post, dev, localSegments } = parts;
  const local = localSegments?.join(".");
  return {
    text: versionText(parts),
    epoch,
    release,
    pre,
    post,
    dev,
    localSegments,
    local,
    isPrerelease: pre !== undefined || dev !== undefined,
    isPostrelease: post !== undefined,
    isDevrelease: dev !== undefined,
    suffix: suffixOf(pre, post, dev),
  };
}

function suffixOf(
  pre: VersionParts["pre"],
  post: VersionNumber | undefined,
  dev: VersionNumber | undefined,
): VersionSuffix {
  if (pre === undefined && post === undefined && dev === undefined) return plainSuffix;
  const devOnly = pre === undefined && post === undefined;
  const last = devOnly ? 0 : 4;
  return {
    stage: pre === undefined ? last : stages[pre[0]],
    pre: pre === undefined ? 0 : pre[1],
    post: post ?? -1,
    dev: dev ?? Number.POSITIVE_INFINITY,
  };
}

/** `1!2.0a1.post2.dev3+local` of these parts. */
function versionText(parts: VersionParts): string {
  const { pre, post, dev, localSegments } = parts;
  let text = baseVersion(parts);
  if (pre !== undefined) text += pre[0] + pre[1];
  if (post !== undefined) text += `.post${post}`;
  if (dev !== undefined) text += `.dev${dev}`;
  return localSegments === undefined ? text : `${text}+${localSegments.join(".")}`;
}

/** Epoch and release alone: `1!2.0` of `1!2.0a1.post2+local`. */
export function baseVersion(parts: Pick<VersionParts, "epoch" | "release">): string {
  const release = parts.release.join(".");
  return parts.epoch === 0 ? release : `${parts.epoch}!${release}`;
}

/** Everything but the local part. */
export function publicVersion(version: Version): string {
  return version.local === undefined
    ? version.text
    : versionText({ ...version, localSegments: undefined });
}

/** The one text of all equal versions: trailing zeros of the release are gone. */
export function canonicalVersion(version: Version): string {
  const release = trimRelease(version.release);
  return release === version.release ? version.text : versionText({ ...version, release });
}

/** A release without the trailing zeros that do not count in the order. */
export function trimRelease(release: readonly VersionNumber[]): readonly VersionNumber[] {
  let end = release.length;
  while (end > 1 && release[end - 1] === 0) end -= 1;
  return end === release.length ? release : release.slice(0, end);
}

/** Reads a version by PEP 440, in any of its spellings; `undefined` where it is none. Cached. */
export const parseVersion: (raw: string) => Version | undefined = memoize((raw) => {
  const plain = readPlain(raw);
  if (plain !== undefined) return plain;
  const parts = readVersionParts(raw);
  return parts === undefined ? undefined : buildVersion(parts);
});

const zero = 48;
const dot = 46;

// filled anew by each call and copied from: growing an array costs more than the rest
const scratch = [0, 0, 0, 0, 0, 0, 0, 0];

/** `1.26.4` and the like, which nearly every version is, without a regular expression. */
function readPlain(raw: string): Version | undefined {
  let count = 0;
  let number = -1;
  for (let index = 0; index < raw.length; index += 1) {
    const code = raw.charCodeAt(index);
    if (code >= zero && code <= zero + 9 && number !== 0 && number < 1e14) {
      number = number === -1 ? code - zero : number * 10 + (code - zero);
    } else if (code === dot && number !== -1 && count < scratch.length - 1) {
      scratch[count] = number;
      count += 1;
      number = -1;
    } else {
      return undefined;
    }
  }
  if (number === -1) return undefined;
  scratch[count] = number;
  return {
    text: raw,
    epoch: 0,
    release: scratch.slice(0, count + 1),
    pre: undefined,
    post: undefined,
    dev: undefined,
    localSegments: undefined,
    local: undefined,
    isPrerelease: false,
    isPostrelease: false,
    isDevrelease: false,
    suffix: plainSuffix,
  };
}

/** PEP 440's order: negative, 0 or positive. Trailing zeros of the release do not count. */
export function compareVersions(a: Version, b: Version): number {
  if (a === b) return 0;
  if (a.epoch !== b.epoch) return a.epoch < b.epoch ? -1 : 1;
  return (
    compareReleases(a.release, b.release) ||
    (a.suffix === b.suffix ? 0 : compareSuffixes(a, b)) ||
    compareLocals(a.localSegments, b.localSegments)
  );
}

/** Whether two versions are one in PEP 440's order: `1.0` and `1.0.0` are. */
export function versionEquals(a: Version, b: Version): boolean {
  return compareVersions(a, b) === 0;
}

function compareReleases(a: readonly VersionNumber[], b: readonly VersionNumber[]): number {
  const shared = Math.min(a.length, b.length);
  for (let index = 0; index < shared; index += 1) {
    const left = a[index] ?? 0;
    const right = b[index] ?? 0;
    if (left !== right) return left < right ? -1 : 1;
  }
  if (a.length === b.length) return 0;
  return hasMore(a, shared) ? 1 : hasMore(b, shared) ? -1 : 0;
}

/** Whether a number other than 0 follows. */
function hasMore(release: readonly VersionNumber[], from: number): boolean {
  for (let index = from; index < release.length; index += 1) {
    if (release[index] !== 0) return true;
  }
  return false;
}

function compareSuffixes({ suffix: a }: Version, { suffix: b }: Version): number {
  if (a.stage !== b.stage) return a.stage < b.stage ? -1 : 1;
  if (a.pre !== b.pre) return a.pre < b.pre ? -1 : 1;
  if (a.post !== b.post) return a.post < b.post ? -1 : 1;
  if (a.dev !== b.dev) return a.dev < b.dev ? -1 : 1;
  return 0;
}

function compareLocals(
  a: readonly LocalSegment[] | undefined,
  b: readonly LocalSegment[] | undefined,
): number {
  if (a === undefined) return b === undefined ? 0 : -1;
  if (b === undefined) return 1;
  for (let index = 0; ; index += 1) {
    const left = a[index];
    const right = b[index];
    if (left === undefined) return right === undefined ? 0 : -1;
    if (right === undefined) return 1;
    if (left !== right) return compareSegments(left, right);
  }
}

/** Of two different segments: a number comes after every text. */
function compareSegments(left: LocalSegment, right: LocalSegment): number {
  if (typeof left === "string") return typeof right === "string" && left > right ? 1 : -1;
  return typeof right === "string" || left > right ? 1 : -1;
}

/** Whether one text is an older version than another; texts that are no versions have no order. */
export function isOlderVersion(left: string, right: string): boolean {
  const [a, b] = [parseVersion(left), parseVersion(right)];
  return a !== undefined && b !== undefined && compareVersions(a, b) < 0;
}
