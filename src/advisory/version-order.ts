import { compareVersions, parseVersion } from "../python/version.ts";

/**
 * The order of all strings that records and indexes call versions: PEP 440's, and below it those
 * that are none by it, among themselves as setuptools once ordered them. OSV does the same.
 */
export function compareAnyVersions(a: string, b: string): number {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left !== undefined) return right === undefined ? 1 : compareVersions(left, right);
  return right === undefined ? compareLegacy(a, b) : -1;
}

/** One version in two spellings; strings that PEP 440 refuses are compared as they are. */
export function isSameVersion(a: string, b: string): boolean {
  const [left, right] = [parseVersion(a), parseVersion(b)];
  if (left === undefined || right === undefined) return a === b;
  return compareVersions(left, right) === 0;
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
