import type { AuditLine, AuditPin } from "../model/audit.ts";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import type { Pipfile } from "../python/pipfile.ts";
import type { PipfileEntry } from "../python/pipfile-entries.ts";
import type { LockEntry, PipfileLock } from "../python/pipfile-lock.ts";
import { expandSourceUrl, type Variables } from "../python/source-url.ts";
import { anyVersion } from "../python/version-range.ts";
import { withoutUserInfo } from "../util/address.ts";
import type { AuditedProject } from "./audit-project.ts";
import { entrySource } from "./project-of.ts";

/** Indexes by the names that the sources of a lock or Pipfile have, in order. */
type NamedIndexes = ReadonlyMap<string, IndexUrl>;

/** Where releases may come from, and a word in place of all of it. */
export interface AuditIndexes {
  readonly variables: Variables;
  /** `--index-url`. */
  readonly only: string | undefined;
}

/** The pins of a lock, those of one release together, in the order of the lock. */
export function lockPins(
  { lock, lockText }: { readonly lock: PipfileLock; readonly lockText: string },
  named: NamedIndexes,
): readonly AuditPin[] {
  const lineOf = /^\s*\{/.test(lockText) ? lockLines(lockText) : pylockLines(lockText);
  const pins = new Map<string, AuditPin>();
  for (const [category, entries] of lock.categories) {
    for (const [raw, entry] of entries) {
      const pin = lockPin(raw, entry, named, lineOf(category, raw));
      const key = `${pin.name} ${pin.version ?? pin.location ?? ""}`;
      const known = pins.get(key);
      pins.set(key, known === undefined ? pin : joined(known, pin));
    }
  }
  return [...pins.values()];
}

function joined(pin: AuditPin, other: AuditPin): AuditPin {
  return {
    ...pin,
    hashes: [...new Set([...pin.hashes, ...other.hashes])].sort(),
    extras: [...new Set([...pin.extras, ...other.extras])].sort(),
  };
}

function lockPin(raw: string, entry: LockEntry, named: NamedIndexes, line: number): AuditPin {
  const { version, hashes = [], extras = [], index, git, path, file } = entry;
  const shared = {
    name: packageName(raw),
    hashes: sha256Of(hashes),
    extras,
    line,
  };
  const direct = file ?? path;
  const origin = git !== undefined ? "git" : direct === undefined ? "index" : originOf(direct);
  if (origin !== "index") {
    return { ...shared, origin, location: withoutUserInfo(git ?? direct ?? ""), indexes: [] };
  }
  const tied = index === undefined ? undefined : named.get(index);
  return {
    ...shared,
    origin,
    ...(version === undefined ? {} : { version: version.replace(/^===?\s*/, "") }),
    indexes: tied === undefined ? [...new Set(named.values())] : [tied],
  };
}

function sha256Of(hashes: readonly string[]): readonly string[] {
  return hashes.flatMap((hash) => /^sha256:([0-9a-f]{64})$/i.exec(hash)?.[1]?.toLowerCase() ?? []);
}

function originOf(location: string): "path" | "url" {
  return /^(?:https?|ftp):/i.test(location) ? "url" : "path";
}

/** Where an entry begins; 1 for a lock that is not laid out as pipenv does. */
function lockLines(text: string): (category: string, name: string) => number {
  const lines = new Map<string, number>();
  let category = "";
  for (const [position, line] of text.split("\n").entries()) {
    const [, blanks = "", key] = /^( *)"((?:[^"\\]|\\.)*)": \{/.exec(line) ?? [];
    if (key === undefined) continue;
    if (blanks.length === 4) category = key;
    else if (blanks.length === 8) lines.set(`${category} ${key}`, position + 1);
  }
  return (within, name) => lines.get(`${within} ${name}`) ?? 1;
}

/** Where a table of a package stands that has its name on a line of its own. */
function pylockLines(text: string): (category: string, name: string) => number {
  const lines = new Map<string, number>();
  for (const [position, line] of text.split("\n").entries()) {
    const [, name] = /^\s*name\s*=\s*["']([^"']+)["']/.exec(line) ?? [];
    if (name !== undefined) lines.set(packageName(name), position + 1);
  }
  return (_category, name) => lines.get(packageName(name)) ?? 1;
}

/** The lines of a manifest that pin one release by `==`; the others have no version. */
export function pipfilePins(
  pipfile: Pipfile | undefined,
  named: NamedIndexes,
): readonly AuditPin[] {
  const entries = pipfile?.categories.flatMap((category) => category.entries) ?? [];
  return entries.map((entry) => {
    const { canonical, extras, place } = entry;
    const hashes = sha256Of(entry.hashes ?? []);
    const shared = { name: canonical, hashes, extras, line: place.line };
    if (entry.kind !== "index") {
      const location = withoutUserInfo(entry.kind === "path" ? entry.path : entry.url);
      return { ...shared, origin: entry.kind, location, indexes: [] };
    }
    const version = /^\s*={2,3}\s*([^*,\s]+)\s*$/.exec(entry.specifier.text)?.[1];
    const tied = entry.index === undefined ? undefined : named.get(entry.index);
    return {
      ...shared,
      origin: "index",
      ...(version === undefined ? {} : { version }),
      indexes: tied === undefined ? [...new Set(named.values())] : [tied],
    };
  });
}

/** The lines of the Pipfile that stand beside a lock, or are audited themselves. */
export function auditLines({ pipfile, directory }: AuditedProject): readonly AuditLine[] {
  const entries = pipfile?.categories.flatMap((category) => category.entries) ?? [];
  return entries.map((entry) => auditLine(entry, directory));
}

function auditLine(entry: PipfileEntry, directory: string): AuditLine {
  const { canonical, name, extras, place } = entry;
  const shared = {
    name: canonical,
    spelling: name,
    extras,
    where: `${place.file}:${place.line}`,
    line: place.line,
  };
  if (entry.kind !== "index") {
    const source = entrySource(entry, directory);
    return { ...shared, specifier: "", range: anyVersion, mentionsPrerelease: false, source };
  }
  const { specifier } = entry;
  return {
    ...shared,
    specifier: specifier.clauses.length === 0 ? "" : specifier.text,
    range: specifier.range,
    mentionsPrerelease: specifier.prereleases === true,
  };
}

/** A source whose variables are not set says nothing of where a package comes from. */
export function namedIndexes(
  sources: readonly { readonly name: string; readonly url: string }[],
  { variables, only }: AuditIndexes,
): NamedIndexes {
  const named = new Map<string, IndexUrl>();
  for (const { name, url } of sources)
    named.set(name, indexUrl(only ?? expandSourceUrl(url, variables)));
  if (only !== undefined && named.size === 0) named.set("", indexUrl(only));
  return named;
}
