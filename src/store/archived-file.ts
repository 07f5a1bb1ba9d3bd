import type { AttestationFact } from "../model/attestation.ts";
import type {
  InstalledFact,
  MetadataFact,
  PerformanceFact,
  SourceFact,
} from "../model/knowledge.ts";
import type { AboutFact } from "../model/package-fact.ts";
import { parseSourceKey } from "../model/project.ts";
import type { IndexUrl } from "../model/release.ts";
import { type RuntimeId, runtimeId } from "../model/runtime.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import type { PackageName } from "../python/name.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord } from "../util/json.ts";
import { DamagedFileError, parseOwn } from "./damage.ts";
import {
  isAboutFact,
  isAttestationFact,
  isInstalledFact,
  isMetadataFact,
  isPerformanceFact,
  isSecurityFact,
  isSourceFact,
} from "./fact-shapes.ts";
import { type FactKey, factKey, keyParts } from "./facts-file.ts";
import { isAddress, isSoundName, isSoundPage } from "./page-shape.ts";
import { readReleases } from "./releases-text.ts";
import { isReadableSchema } from "./schema.ts";
import { installedFile, StorePaths } from "./store-paths.ts";
import type { StoredPage } from "./stored-page.ts";

interface About {
  readonly name: PackageName;
  readonly index: IndexUrl;
}

type Facts<Fact> = ReadonlyMap<FactKey, Fact>;

/** What one file of a store says, once it is known to be sound. */
export type ArchivedFile =
  | (About & { readonly kind: "releases"; readonly page: StoredPage })
  | (About & { readonly kind: "metadata"; readonly facts: Facts<MetadataFact> })
  | (About & { readonly kind: "security"; readonly facts: Facts<SecurityFact> })
  | (About & { readonly kind: "performance"; readonly facts: Facts<PerformanceFact> })
  | (About & { readonly kind: "about"; readonly facts: Facts<AboutFact> })
  | (About & { readonly kind: "attestations"; readonly facts: Facts<AttestationFact> })
  | (About & {
      readonly kind: "installed";
      readonly runtime: RuntimeId;
      readonly facts: Facts<InstalledFact>;
    })
  | { readonly kind: "source"; readonly key: string; readonly facts: Facts<SourceFact> };

// A clock may be wrong by a time zone; what comes from further ahead would win over all to come.
const toleranceMs = 86_400_000;
const below = new StorePaths("");

/**
 * Reads a file that may come from another machine. `path` is where it lies below a store; it must
 * be where a store keeps what the file speaks of, so no archive can name another place.
 * Throws DamagedFileError.
 */
export function readArchivedFile(path: string, text: string, now: number): ArchivedFile {
  const file = read(path, text);
  if (placeOf(file) !== path) refuse(path, "it speaks of something that is kept elsewhere");
  const latest = new Date(now + toleranceMs).toISOString();
  if (latestOf(file) > latest) {
    refuse(path, "it was learnt in the future: a clock is wrong, here or where it was learnt");
  }
  return file;
}

function read(path: string, text: string): ArchivedFile {
  try {
    return path.endsWith("/releases.json") ? readPage(path, text) : readFacts(path, text);
  } catch (error) {
    const newer = error instanceof ThothError && !(error instanceof DamagedFileError);
    throw newer ? new DamagedFileError(path, "a newer Thoth wrote it") : error;
  }
}

/** Whether a direct source means the same on another machine: a folder or file of this one doesn't. */
export function isPortableSource(key: string): boolean {
  const well = /^(?:[^%]|%[0-9a-f]{2})*$/i.test(key);
  const source = well ? parseSourceKey(key) : undefined;
  if (source === undefined || source.kind === "path") return false;
  const { location } = source;
  return !/^(file:|[/.~])/i.test(location) && !/^[a-z+]+:\/\/[^/]*:[^/]*@/i.test(location);
}

function readPage(path: string, text: string): ArchivedFile {
  const page = parseOwn(path, () => readReleases(text, path));
  if (page === undefined || !isSoundPage(page)) refuse(path, "it is no sound list of releases");
  return { kind: "releases", name: page.name, index: page.index, page };
}

function readFacts(path: string, text: string): ArchivedFile {
  const value: unknown = parseOwn(path, () => JSON.parse(text));
  if (!isRecord(value) || !isReadableSchema(value["schema"], path) || !isRecord(value["of"])) {
    refuse(path, "it is no file of a knowledge store");
  }
  const { kind, of, facts: lines } = value;
  const { name, index, runtime, key } = of;
  if (kind === "source" && typeof key === "string" && isPortableSource(key)) {
    return { kind, key, facts: factsOf(path, lines, isSourceFact, 1) };
  }
  if (!isSoundName(name) || !isAddress(index)) refuse(path, "it names no package of an index");
  if (kind === "installed" && typeof runtime === "string") {
    const facts = factsOf(path, lines, isInstalledFact, 1);
    return { kind, name, index, runtime: runtimeId(runtime), facts };
  }
  if (kind === "metadata") {
    return { kind, name, index, facts: metadataOf(path, lines) };
  }
  if (kind === "security") {
    return { kind, name, index, facts: factsOf(path, withoutOldScans(lines), isSecurityFact, 2) };
  }
  if (kind === "performance") {
    return { kind, name, index, facts: factsOf(path, lines, isPerformanceFact, 2) };
  }
  if (kind === "about") {
    return { kind, name, index, facts: factsOf(path, lines, isAboutFact, 1) };
  }
  if (kind === "attestations") {
    return { kind, name, index, facts: factsOf(path, lines, isAttestationFact, 2) };
  }
  return refuse(path, "it holds facts of an unknown kind");
}

/** Thoth 0.1 kept one scan for a whole release; that says nothing of a file. */
function withoutOldScans(lines: unknown): unknown {
  if (!Array.isArray(lines)) return lines;
  return lines.filter((line) => !Array.isArray(line) || line.length !== 2);
}

/** What was built has its runtime in the key, too. */
function metadataOf(path: string, lines: unknown): Facts<MetadataFact> {
  const facts = factsOf(path, lines, isMetadataFact, 2, 3);
  for (const [key, { runtime }] of facts)
    if (keyParts(key)[2] !== runtime) refuse(path, "a build is not kept with its runtime");
  return facts;
}

function factsOf<Fact>(
  path: string,
  lines: unknown,
  is: (value: unknown) => value is Fact,
  least: 1 | 2,
  most: 1 | 2 | 3 = least,
): Facts<Fact> {
  const facts = new Map<FactKey, Fact>();
  for (const line of Array.isArray(lines) ? lines : [undefined]) {
    const parts: readonly unknown[] = Array.isArray(line) ? line : [];
    const [first, second, third] = parts.slice(0, -1).filter((part) => typeof part === "string");
    const [length, fact] = [parts.length - 1, parts.at(-1)];
    const isKey = first !== undefined && [first, second, third][length - 1] !== undefined;
    if (!isKey || length < least || length > most || !is(fact)) {
      refuse(path, "a line of it is no sound fact");
    }
    const key = factKey(first, second, third);
    if (facts.has(key)) refuse(path, "it says the same twice");
    facts.set(key, fact);
  }
  return facts;
}

function placeOf(file: ArchivedFile): string {
  if (file.kind === "source") {
    const own = file.facts.size === 1 && file.facts.has(factKey(file.key));
    return own ? below.source(file.key) : "";
  }
  const folder = below.package(file.name, file.index);
  return `${folder}/${file.kind === "installed" ? installedFile(file.runtime) : `${file.kind}.json`}`;
}

function latestOf(file: ArchivedFile): string {
  if (file.kind === "releases") return new Date(file.page.checkedAt).toISOString();
  let latest = "";
  for (const { observedAt } of file.facts.values()) if (observedAt > latest) latest = observedAt;
  return latest;
}

function refuse(path: string, reason: string): never {
  throw new DamagedFileError(path, reason);
}
