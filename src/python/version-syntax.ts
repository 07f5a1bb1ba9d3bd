import { pythonSpace } from "./python-text.ts";
import { type VersionNumber, versionNumber } from "./version-number.ts";

/** The three stages before a final release, as they are written in the normalised form. */
export type PreLetter = "a" | "b" | "rc";
export type LocalSegment = VersionNumber | string;

/** The parts a version is made of (PEP 440); `undefined` where it has no such part. */
export interface VersionParts {
  readonly epoch: VersionNumber;
  /** As written: trailing zeros are kept, though they do not count in the order. */
  readonly release: readonly VersionNumber[];
  readonly pre: readonly [PreLetter, VersionNumber] | undefined;
  readonly post: VersionNumber | undefined;
  readonly dev: VersionNumber | undefined;
  /** `["ubuntu", 1]` of `1.0+ubuntu.1` */
  readonly localSegments: readonly LocalSegment[] | undefined;
}

const shape = new RegExp(
  `^[${pythonSpace}]*v?(?:([0-9]+)!)?([0-9]+(?:\\.[0-9]+)*)` +
    "(?:[._-]?(alpha|a|beta|b|preview|pre|c|rc)[._-]?([0-9]+)?)?" +
    "(?:-([0-9]+)|[._-]?(post|rev|r)[._-]?([0-9]+)?)?" +
    "(?:[._-]?(dev)[._-]?([0-9]+)?)?" +
    `(?:\\+([a-z0-9]+(?:[._-][a-z0-9]+)*))?[${pythonSpace}]*$`,
  "i",
);

/** The complete syntax of PEP 440, every spelling of it. */
export function readVersionParts(raw: string): VersionParts | undefined {
  // Python too reads no number of more than 4300 digits; the cost grows with the square
  if (raw.length > 4300 && /[0-9]{4301}/.test(raw)) return undefined;
  const match = shape.exec(raw);
  if (match === null) return undefined;
  const [, epoch, release = "", letter, preNumber, dash, postWord, postNumber, devWord, devNumber] =
    match;
  return {
    epoch: epoch === undefined ? 0 : versionNumber(epoch),
    release: release.split(".").map(versionNumber),
    pre: letter === undefined ? undefined : [preLetter(letter), versionNumber(preNumber ?? "0")],
    post: dash === undefined ? numberAfter(postWord, postNumber) : versionNumber(dash),
    dev: numberAfter(devWord, devNumber),
    localSegments: match[10]?.toLowerCase().split(/[._-]/).map(localSegment),
  };
}

function preLetter(written: string): PreLetter {
  const letter = written.toLowerCase();
  if (letter === "a" || letter === "alpha") return "a";
  return letter === "b" || letter === "beta" ? "b" : "rc";
}

function numberAfter(word: string | undefined, digits: string | undefined) {
  return word === undefined ? undefined : versionNumber(digits ?? "0");
}

function localSegment(text: string): LocalSegment {
  return /^[0-9]+$/.test(text) ? versionNumber(text) : text;
}
