import { compareVersions, parseVersion, type Version } from "../python/version.ts";

/** What records and indexes call a version, read by PEP 440 where it is one by that. */
export type AnyVersion = Version | string;

export function anyVersion(raw: string): AnyVersion {
  return parseVersion(raw) ?? raw;
}

/**
 * The order of all versions: PEP 440's, and below it those that are none by it, among themselves as
 * setuptools once ordered them. OSV does the same.
 */
export function compareAnyVersions(a: AnyVersion, b: AnyVersion): number {
  if (typeof a === "string") return typeof b === "string" ? compareLegacy(a, b) : -1;
  return typeof b === "string" ? 1 : compareVersions(a, b);
}

/** One version in two spellings; strings that PEP 440 refuses are compared as they are. */
export function isSameVersion(a: AnyVersion, b: AnyVersion): boolean {
  if (typeof a === "string" || typeof b === "string") return a === b;
  return compareVersions(a, b) === 0;
}

function compareLegacy(a: string, b: string): number {
  const [left, right] = [legacyKey(a), legacyKey(b)];
  for (let at = 0; at < Math.max(left.length, right.length); at += 1) {
    const [one = "", other = ""] = [left[at], right[at]];
    if (one !== other) return one < other ? -1 : 1;
  }
  return 0;
}

const replaced = new Map([
  ["pre", "c"],
  ["preview", "c"],
  ["-", "final-"],
  ["rc", "c"],
  ["dev", "@"],
]);

/** `parse_version` of setuptools before PEP 440, as `LegacyVersion` of packaging 21 kept it. */
function legacyKey(version: string): readonly string[] {
  const key: string[] = [];
  for (const raw of version.toLowerCase().match(/\d+|[a-z]+|-|[^\da-z.-]+/g) ?? []) {
    const part = legacyPart(raw);
    if (part.startsWith("*")) {
      while (part < "*final" && key.at(-1) === "*final-") key.pop();
      while (key.at(-1) === "00000000") key.pop();
    }
    key.push(part);
  }
  return [...key, "*final"];
}

function legacyPart(raw: string): string {
  return /^\d/.test(raw) ? raw.padStart(8, "0") : `*${replaced.get(raw) ?? raw}`;
}
