import { lockHash } from "../loop/lock-hash.ts";
import type { Manifest } from "../loop/manifest.ts";
import type { Pin, Product } from "../model/advice.ts";
import type { SourceFact } from "../model/knowledge.ts";
import type { Runtime } from "../model/runtime.ts";
import { markerHolds, tryParseMarker } from "../python/marker.ts";
import type { PackageName } from "../python/name.ts";
import type { PipfileEntry } from "../python/pipfile-entries.ts";
import type {
  LockCategory,
  LockEntry,
  LockTable,
  LockValue,
  PipfileLock,
} from "../python/pipfile-lock.ts";
import { pythonMarker } from "../python/requires-python-marker.ts";
import type { TomlTable, TomlValue } from "../python/toml.ts";

/** What beside the stack decides the text of a lock. */
export interface LockOptions {
  /** What the lock has room for is another thing in each format. */
  readonly kind: Manifest["kind"];
  readonly runtime: Runtime;
  /** Address of pip's index where the Pipfile names no source. */
  readonly defaultUrl: string | undefined;
  /** Names of categories that were advised on; the others stay as they were. */
  readonly categories: ReadonlySet<string> | undefined;
  readonly source: (key: string) => SourceFact | undefined;
  /** Name of the source of a release's index. */
  readonly indexName: (pin: Pin) => string | undefined;
}

/** The lock of a stack. Entries that still hold stay as the old lock has them, byte for byte. */
export function lockOf(manifest: Manifest, product: Product, options: LockOptions): PipfileLock {
  const { pipfile, lock: old } = manifest;
  const categories = new Map<string, LockCategory>();
  for (const { name, lockName, entries } of pipfile.categories) {
    const before = old?.categories.get(lockName) ?? new Map<string, LockEntry>();
    const advised = options.categories === undefined || options.categories.has(name);
    categories.set(
      lockName,
      advised ? lockCategory(name, entries, before, product, options) : before,
    );
  }
  const { defaultUrl } = options;
  return {
    meta: {
      ...(manifest.kind === "pipfile" ? { sha256: lockHash(manifest.text, defaultUrl) } : {}),
      requires: lockTable(pipfile.requires.written),
      sources:
        defaultUrl === undefined
          ? pipfile.sources.map(({ written }) => lockTable(written))
          : [{ name: "pypi", url: defaultUrl, verify_ssl: true }],
      others: {},
    },
    categories,
    newline: old?.newline ?? "\n",
  };
}

function lockCategory(
  name: string,
  entries: readonly PipfileEntry[],
  before: LockCategory,
  product: Product,
  options: LockOptions,
): LockCategory {
  const direct = directEntries(entries, options.runtime);
  const locked = new Map<string, LockEntry>();
  const pins = [...product.pins.values()].filter(({ categories }) => categories.includes(name));
  for (const pin of pins.sort(byName)) {
    // What stands in for a line's package is there under the line's conditions
    const entry = direct.get(pin.release.name) ?? lineOf(pin, entries);
    const made = lockEntry(pin, entry, options);
    const old = before.get(pin.release.name);
    locked.set(
      pin.release.name,
      old !== undefined && stillHolds(old, made, pin, options) ? old : made,
    );
  }
  return locked;
}

function lineOf({ requiredBy }: Pin, entries: readonly PipfileEntry[]): PipfileEntry | undefined {
  return entries.find(({ place }) => requiredBy.includes(`${place.file}:${place.line}`));
}

/** By name; lines that name a package once more under another marker are one entry. */
function directEntries(
  entries: readonly PipfileEntry[],
  { markers: values }: Runtime,
): ReadonlyMap<PackageName, PipfileEntry> {
  const found = new Map<PackageName, PipfileEntry>();
  for (const entry of entries) {
    const { canonical, marker } = entry;
    if (marker !== undefined && markerHolds(marker, values, "") !== true) continue;
    const other = found.get(canonical);
    found.set(canonical, other === undefined ? entry : bothEntries(other, entry));
  }
  return found;
}

function bothEntries(one: PipfileEntry, other: PipfileEntry): PipfileEntry {
  const { marker: _, markers: mine, ...shared } = one;
  const extras = [...new Set([...one.extras, ...other.extras])];
  const isAlways = mine === undefined || other.markers === undefined;
  if (isAlways) return { ...shared, extras };
  return {
    ...shared,
    extras,
    markers: mine === other.markers ? mine : `${mine} or ${other.markers}`,
  };
}

/** A table of the Pipfile as JSON has it. */
function lockTable(table: TomlTable): LockTable {
  return Object.fromEntries(Object.entries(table).map(([key, value]) => [key, lockValue(value)]));
}

function lockValue(value: TomlValue): LockValue {
  if (Array.isArray(value)) return value.map(lockValue);
  if (value instanceof Date) return value.toISOString();
  return typeof value === "object" ? lockTable(value) : value;
}

function byName(left: Pin, right: Pin): number {
  return left.release.name < right.release.name ? -1 : 1;
}

function lockEntry(pin: Pin, entry: PipfileEntry | undefined, options: LockOptions): LockEntry {
  const { kind, runtime } = options;
  // Only pipenv says by a marker which Python a release runs on
  const python = kind === "pipfile" ? pythonMarkers(pin, runtime) : undefined;
  const markers = [entry?.markers, python].filter((one) => one !== undefined);
  const hasExtras = kind !== "pyproject" && entry !== undefined && entry.extras.length > 0;
  const extras = hasExtras ? [...entry.extras].sort() : undefined;
  const shared: LockEntry = {
    ...(extras === undefined ? {} : { extras }),
    ...(markers.length === 0 ? {} : { markers: joined(markers) }),
  };
  if (pin.source !== undefined && entry !== undefined)
    return directEntry(pin.source, entry, shared, options);
  const index = kind === "pipfile" ? options.indexName(pin) : undefined;
  return {
    ...shared,
    hashes: hashesOf(pin),
    ...(index === undefined ? {} : { index }),
    version: `==${pin.release.version}`,
  };
}

/** As pipenv joins them, save that an `or` keeps its meaning. */
function joined(markers: readonly string[]): string {
  if (markers.length === 1) return markers[0] ?? "";
  return markers.map((one) => (/\sor\s/.test(one) ? `(${one})` : one)).join(" and ");
}

function directEntry(
  key: string,
  entry: PipfileEntry,
  shared: LockEntry,
  options: LockOptions,
): LockEntry {
  const fact = options.source(key);
  switch (entry.kind) {
    case "git":
      return {
        ...shared,
        ...(entry.editable ? { editable: true } : {}),
        git: entry.url,
        ...(fact?.commit === undefined ? {} : { ref: fact.commit }),
        ...(entry.subdirectory === undefined ? {} : { subdirectory: entry.subdirectory }),
      };
    case "path":
      return {
        ...shared,
        ...(entry.editable ? { editable: true } : {}),
        [entry.option]: entry.path,
      };
    case "url":
      return {
        ...shared,
        ...(options.kind !== "pipfile" && fact?.sha256 !== undefined
          ? { hashes: [`sha256:${fact.sha256}`] }
          : {}),
        [entry.option]: entry.url,
      };
    case "index":
      throw new Error(`${entry.name} comes from an index, not from a source`);
  }
}

function hashesOf(pin: Pin): readonly string[] {
  return pin.files
    .flatMap(({ sha256 }) => (sha256 === undefined ? [] : [`sha256:${sha256}`]))
    .sort();
}

function pythonMarkers(pin: Pin, runtime: Runtime): string | undefined {
  const text = pin.requiresPython === undefined ? undefined : pythonMarker(pin.requiresPython);
  const marker = text === undefined ? undefined : tryParseMarker(text);
  return marker !== undefined && markerHolds(marker, runtime.markers, "") === true
    ? text
    : undefined;
}

/** Whether an old entry says the same: a lock changes only where it must. */
function stillHolds(old: LockEntry, made: LockEntry, pin: Pin, options: LockOptions): boolean {
  if (old.version !== made.version || old.git !== made.git || old.ref !== made.ref) return false;
  if (old.path !== made.path || old.file !== made.file || old.editable !== made.editable)
    return false;
  if (old.subdirectory !== made.subdirectory) return false;
  if (JSON.stringify(old.extras ?? []) !== JSON.stringify(made.extras ?? [])) return false;
  if (old.index !== undefined && made.index !== undefined && old.index !== made.index) return false;
  return markersHold(old, made, options.runtime) && hashesHold(old, pin);
}

function markersHold(old: LockEntry, made: LockEntry, runtime: Runtime): boolean {
  if (old.markers === undefined || old.markers === made.markers) return true;
  const marker = tryParseMarker(old.markers);
  return marker !== undefined && markerHolds(marker, runtime.markers, "") === true;
}

/** All old hashes are still files of the release, and the runtime's own file is among them. */
function hashesHold(old: LockEntry, pin: Pin): boolean {
  if (pin.source !== undefined) return true;
  const listed = new Set(hashesOf(pin));
  const hashes = old.hashes ?? [];
  const own = pin.files.find(({ filename }) => filename === pin.filename)?.sha256;
  return hashes.every((hash) => listed.has(hash)) && hashes.includes(`sha256:${own}`);
}
