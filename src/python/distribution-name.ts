import { type PackageName, packageName } from "./name.ts";
import { parseVersion, type Version } from "./version.ts";

/** A wheel's build tag: number and rest, `[2, "b"]` for `2b`. */
export type BuildTag = readonly [number: number | bigint, rest: string];

/** What the file name of a wheel says (PEP 427). */
export interface WheelName {
  readonly name: PackageName;
  readonly version: Version;
  readonly build: BuildTag | undefined;
  /** Every tag the compressed tag set stands for, sorted. */
  readonly tags: readonly string[];
}

/** What the file name of a source distribution says (PEP 625 and the older habit). */
export interface SdistName {
  readonly name: PackageName;
  readonly version: Version;
}

// PEP 427: letters of any script, digits, `_` and `.`.
const wheelProject = /^[\p{L}\p{N}_.]+$/u;
const identifier = /^[\p{XID_Start}_]\p{XID_Continue}*$/u;

/** Reads a wheel's file name as strictly as packaging 26.3; undefined where it would refuse. */
export function parseWheelName(filename: string): WheelName | undefined {
  if (!filename.endsWith(".whl")) return undefined;
  const parts = filename.slice(0, -4).split("-");
  if (parts.length !== 5 && parts.length !== 6) return undefined;
  const [project = "", versionText = "", buildText = ""] = parts;
  if (project.includes("__") || !wheelProject.test(project)) return undefined;
  const version = parseVersion(versionText);
  if (version === undefined) return undefined;
  const build = parts.length === 6 ? parseBuildTag(buildText) : undefined;
  if (parts.length === 6 && build === undefined) return undefined;
  const tags = expandTags(parts.slice(-3));
  return tags && { name: packageName(project), version, build, tags };
}

function parseBuildTag(text: string): BuildTag | undefined {
  const match = /^([0-9]+)(.*)/.exec(text);
  if (match === null) return undefined;
  const digits = match[1] ?? "";
  const number = Number(digits);
  return [Number.isSafeInteger(number) ? number : BigInt(digits), match[2] ?? ""];
}

function expandTags(parts: readonly string[]): readonly string[] | undefined {
  const [pythons = [], abis = [], platforms = []] = parts.map((part) => part.split("."));
  if ([...pythons, ...abis, ...platforms].includes("")) return undefined;
  if (!pythons.every((python) => identifier.test(python))) return undefined;
  const tags = new Set<string>();
  for (const python of pythons) {
    for (const abi of abis) {
      for (const platform of platforms) tags.add(`${python}-${abi}-${platform}`.toLowerCase());
    }
  }
  return [...tags].sort();
}

/** Reads an sdist's file name as strictly as packaging 26.3: `.tar.gz` and `.zip` only. */
export function parseSdistName(filename: string): SdistName | undefined {
  const stem = withoutSuffix(filename, [".tar.gz", ".zip"]);
  const dash = stem?.lastIndexOf("-") ?? -1;
  if (stem === undefined || dash < 1) return undefined;
  const version = parseVersion(stem.slice(dash + 1));
  return version && { name: packageName(stem.slice(0, dash)), version };
}

function withoutSuffix(filename: string, suffixes: readonly string[]): string | undefined {
  const suffix = suffixes.find((candidate) => filename.endsWith(candidate));
  return suffix === undefined ? undefined : filename.slice(0, -suffix.length);
}

/** What a file on a project's page is, its version as the file name spells it. */
export interface Distribution {
  readonly kind: "wheel" | "sdist";
  readonly version: string;
}

const sdistSuffixes = [".tar.gz", ".zip", ".tar.bz2", ".tgz", ".tar.xz"];

/**
 * Reads a file name as it really stands on the page of the project `name`: the known name tells
 * where the version starts, so `foo-bar-1.0-beta.zip` and `zope.foo-3.0.tar.gz` are found.
 * Undefined for another project's file and for what pip does not install (eggs, installers).
 * The version is not checked.
 */
export function distributionOf(filename: string, name: PackageName): Distribution | undefined {
  if (filename.endsWith(".whl")) {
    const version = wheelVersion(filename, name);
    return version === undefined ? undefined : { kind: "wheel", version };
  }
  const stem = withoutSuffix(filename, sdistSuffixes);
  const end = stem === undefined ? -1 : projectEnd(stem, name);
  return stem === undefined || end < 0
    ? undefined
    : { kind: "sdist", version: stem.slice(end + 1) };
}

function wheelVersion(filename: string, name: PackageName): string | undefined {
  const end = projectEnd(filename, name);
  if (end < 0) return undefined;
  const versionEnd = filename.indexOf("-", end + 1);
  if (versionEnd < 0) return undefined;
  let dashes = 0;
  for (let at = versionEnd; at >= 0; at = filename.indexOf("-", at + 1)) dashes++;
  // After the version stand three tags, or a build tag and three.
  return dashes === 3 || dashes === 4 ? filename.slice(end + 1, versionEnd) : undefined;
}

/** Where the dash after the project's name stands; -1 when the file belongs to another project. */
function projectEnd(stem: string, name: PackageName): number {
  for (let dash = stem.indexOf("-"); dash >= 0; dash = stem.indexOf("-", dash + 1)) {
    // A spelling is never shorter than the normalised name.
    if (dash >= name.length && isSpellingOf(stem.slice(0, dash), name)) return dash;
  }
  return -1;
}

function isSpellingOf(spelling: string, name: PackageName): boolean {
  return spelling === name || packageName(spelling) === name;
}
