import type { LockEntry, PipfileLock } from "./pipfile-lock.ts";
import { extraCategory, groupCategory } from "./pyproject.ts";

/** One file of a locked package (PEP 751, `packages.wheels` and `packages.sdist`). */
export interface PylockFile {
  readonly filename: string;
  /** 64 hex digits. */
  readonly sha256: string;
  readonly size?: number;
  /** ISO 8601, UTC. */
  readonly uploadedAt?: string;
  /** Where it is: an address, or a path relative to the lock. PEP 751 wants one of them. */
  readonly url?: string;
  readonly path?: string;
}

/** What beside its entries decides the text of a pylock.toml. */
export interface PylockOptions {
  readonly requiresPython: string | undefined;
  /** Markers of the environments that the stack was found for. */
  readonly environments: readonly string[];
  /** Files of an entry that says of none itself. */
  readonly files: (name: string, entry: LockEntry) => readonly PylockFile[];
}

/**
 * A lock as pylock.toml (PEP 751, lock-version 1.0): packages sorted by name, one file a line. What
 * only extras or groups need has a marker that asks for them. [dev-packages] of a Pipfile are the
 * group `dev`, its other categories groups of their names.
 */
export function pylockText(lock: PipfileLock, options: PylockOptions): string {
  // Every Pipfile has [dev-packages]; without any they are no group
  const meant = [...lock.categories].filter(([name, { size }]) => name !== "develop" || size > 0);
  const selectors = meant.map(([name]) => selectorOf(name));
  const named = (variable: Selector["variable"]) =>
    selectors.flatMap((one) => (one?.variable === variable ? [one.name] : [])).sort();
  const { environments, requiresPython } = options;
  const head = [
    'lock-version = "1.0"',
    ...(environments.length === 0 ? [] : [`environments = ${list(environments)}`]),
    ...(requiresPython === undefined ? [] : [`requires-python = ${quoted(requiresPython)}`]),
    `extras = ${list(named("extras"))}`,
    `dependency-groups = ${list(named("dependency_groups"))}`,
    "default-groups = []",
    'created-by = "thoth"',
  ];
  const packages = packagesOf(lock).map((one) => packageLines(one, options).join("\n"));
  return `${[head.join("\n"), ...packages].join("\n\n")}\n`;
}

interface Selector {
  readonly variable: "extras" | "dependency_groups";
  readonly name: string;
}

/** What a user asks for to have a category; undefined for what everybody gets. */
function selectorOf(category: string): Selector | undefined {
  if (category === "default") return undefined;
  if (category.startsWith(extraCategory))
    return { variable: "extras", name: category.slice(extraCategory.length) };
  const group = category.startsWith(groupCategory)
    ? category.slice(groupCategory.length)
    : category;
  return { variable: "dependency_groups", name: group === "develop" ? "dev" : group };
}

/** The category that a selector of a marker means. */
export function categoryOf({ variable, name }: Selector): string {
  return `${variable === "extras" ? extraCategory : groupCategory}${name}`;
}

interface LockedPackage {
  readonly name: string;
  readonly entry: LockEntry;
  readonly selectors: readonly (Selector | undefined)[];
}

/** Each release once, with the categories that have it. */
function packagesOf({ categories }: PipfileLock): readonly LockedPackage[] {
  const found = new Map<string, LockedPackage>();
  for (const [category, entries] of categories) {
    for (const [name, entry] of entries) {
      const key = JSON.stringify([name, entry.version ?? entry.ref ?? entry.path ?? entry.file]);
      const other = found.get(key);
      const selectors = [...(other?.selectors ?? []), selectorOf(category)];
      found.set(key, { name, entry: other?.entry ?? entry, selectors });
    }
  }
  const byKey = [...found].sort(([left], [right]) => (left < right ? -1 : 1));
  return byKey.map(([, one]) => one);
}

function packageLines({ name, entry, selectors }: LockedPackage, options: PylockOptions): string[] {
  const marker = markerOf(selectors, entry.markers);
  const version = entry.version?.replace(/^===?/, "");
  return [
    "[[packages]]",
    `name = ${quoted(name)}`,
    ...(version === undefined ? [] : [`version = ${quoted(version)}`]),
    ...(marker === undefined ? [] : [`marker = ${quoted(marker)}`]),
    ...originLines(name, entry, options),
  ];
}

function markerOf(
  selectors: readonly (Selector | undefined)[],
  markers: string | undefined,
): string | undefined {
  const isForAll = selectors.includes(undefined);
  const asked = isForAll
    ? []
    : selectors.flatMap((one) => (one === undefined ? [] : [`'${one.name}' in ${one.variable}`]));
  const parts = [asked.join(" or "), markers ?? ""].filter((part) => part !== "");
  if (parts.length < 2) return parts[0];
  return parts.map((part) => (/\sor\s/.test(part) ? `(${part})` : part)).join(" and ");
}

function originLines(name: string, entry: LockEntry, options: PylockOptions): string[] {
  const { git, ref, subdirectory, path, file, editable } = entry;
  const below = subdirectory === undefined ? {} : { subdirectory: quoted(subdirectory) };
  if (git !== undefined) {
    const commit = { "commit-id": quoted(typeof ref === "string" ? ref : "") };
    const vcs = { type: quoted("git"), url: quoted(git), ...commit, ...below };
    return [`vcs = ${inlineTable(vcs)}`];
  }
  const location = path ?? file;
  if (location === undefined) return fileLines(options.files(name, entry));
  if (!/\.(?:whl|zip|tar\.\w+|tgz)(?:[?#].*)?$/i.test(location)) {
    const flag = editable === true ? { editable: "true" } : {};
    return [`directory = ${inlineTable({ path: quoted(location), ...flag, ...below })}`];
  }
  const isAddress = /^[a-z][a-z0-9+.-]*:\/\//i.test(location);
  const hashes = hashesTable(entry.hashes?.[0]?.replace(/^sha256:/, ""));
  const where = isAddress ? { url: quoted(location) } : { path: quoted(location) };
  return [`archive = ${inlineTable({ ...where, ...hashes, ...below })}`];
}

function fileLines(files: readonly PylockFile[]): string[] {
  const sorted = [...files].sort((left, right) => (left.filename < right.filename ? -1 : 1));
  const wheels = sorted.filter(({ filename }) => filename.endsWith(".whl"));
  const sdists = sorted.filter(({ filename }) => !filename.endsWith(".whl"));
  // One is all that a package may have
  const sdist = sdists.find(({ filename }) => filename.endsWith(".tar.gz")) ?? sdists[0];
  return [
    ...(sdist === undefined ? [] : [`sdist = ${fileTable(sdist)}`]),
    ...(wheels.length === 0
      ? []
      : ["wheels = [", ...wheels.map((wheel) => `    ${fileTable(wheel)},`), "]"]),
  ];
}

function fileTable({ filename, sha256, size, uploadedAt, url, path }: PylockFile): string {
  return inlineTable({
    name: quoted(filename),
    ...(uploadedAt === undefined ? {} : { "upload-time": moment(uploadedAt) }),
    ...(url === undefined ? {} : { url: quoted(url) }),
    ...(path === undefined ? {} : { path: quoted(path) }),
    ...(size === undefined ? {} : { size: String(size) }),
    ...hashesTable(sha256),
  });
}

/** Milliseconds are all that is read back. */
function moment(uploadedAt: string): string {
  return new Date(uploadedAt).toISOString();
}

function hashesTable(sha256: string | undefined): Readonly<Record<string, string>> {
  return sha256 === undefined ? {} : { hashes: inlineTable({ sha256: quoted(sha256) }) };
}

function inlineTable(values: Readonly<Record<string, string>>): string {
  return `{${Object.entries(values)
    .map(([key, value]) => `${key} = ${value}`)
    .join(", ")}}`;
}

function list(texts: readonly string[]): string {
  return `[${texts.map(quoted).join(", ")}]`;
}

/** A basic string of TOML; JSON escapes the same, save for one control character. */
function quoted(text: string): string {
  return JSON.stringify(text).replaceAll("\u007f", "\\u007f");
}
