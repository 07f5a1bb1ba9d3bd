import type { PackageName } from "../python/name.ts";
import type { AdvisoryDatabase, AdvisoryMatch } from "./advisory.ts";
import type { AttestationFact } from "./attestation.ts";
import type { PackageFact, ProjectStatus, RepositoryFact } from "./package-fact.ts";
import type { IndexUrl, Release } from "./release.ts";
import type { RuntimeId } from "./runtime.ts";
import type { SecurityFact } from "./security-fact.ts";

/** One file of a release, as much as choosing needs. */
export interface FileFacts {
  readonly filename: string;
  /** Requires-Python as the index states it. */
  readonly requiresPython?: string;
  /** Present if yanked (PEP 592); the reason, "" where none was given. */
  readonly yanked?: string;
}

/** One file of a release, as much as fetching and locking needs. */
export interface FileDetails {
  readonly filename: string;
  /** 64 hex digits; absent only where the index gives none. */
  readonly sha256?: string;
  readonly size?: number;
  /** ISO 8601, UTC. */
  readonly uploadedAt?: string;
  /** Absolute address, without credentials. */
  readonly url: string;
  /** True where the index announces a `.metadata` file (PEP 658); absent is "unknown", not "no". */
  readonly coreMetadata?: boolean;
  /** Address of the file's provenance object (PEP 740); absent where the index names none. */
  readonly provenance?: string;
}

/** A file that an index listed once and no longer offers with that hash. */
export interface GoneFile {
  readonly filename: string;
  readonly sha256: string;
  /** ISO date at which that was seen. */
  readonly vanished: string;
}

/** One release as an index lists it. */
export interface ReleaseFacts {
  /** Normalised (PEP 440). */
  readonly version: string;
  readonly files: readonly FileFacts[];
  /** Set once the release has vanished from its index: ISO date at which that was seen. */
  readonly vanished?: string;
  /** Files that were replaced or taken away while the release stayed. */
  readonly gone?: readonly GoneFile[];
}

/** What tells one file from another of the same name. */
export interface FileIdentity {
  readonly filename: string;
  readonly sha256: string;
}

/** How the files of a release changed on its index. */
export interface FilesChange {
  /** No longer offered. */
  readonly gone: readonly FileIdentity[];
  /** Not offered before. */
  readonly come: readonly FileIdentity[];
}

/** All that is known of the releases of one package on one index. Decoded lazily, newest first. */
export interface ReleaseList {
  readonly name: PackageName;
  readonly index: IndexUrl;
  /** When the index last confirmed this, ms since the epoch. */
  readonly checkedAt: number;
  /** Set if the index says it has no such package. */
  readonly absent?: string;
  /** What the index calls the project (PEP 792); absent: it does not say. */
  readonly status?: ProjectStatus;
  /** Whether the index tells of attestations at all (PEP 740); absent: nobody looked yet. */
  readonly attests?: boolean;
  /** Number of releases; versions that PEP 440 refuses are not counted. */
  readonly count: number;
  /** The i-th newest. Throws RangeError outside 0…count-1. */
  release(position: number): ReleaseFacts;
  /** Its version only, cheaper than `release`. */
  version(position: number): string;
  /** Requires-Python of all its files, where they agree and that is cheap to tell. */
  python(position: number): string | undefined;
}

/** What a list says of one version; undefined where it does not have it. */
export function releaseIn(
  list: ReleaseList | undefined,
  version: string,
): ReleaseFacts | undefined {
  for (let position = 0; position < (list?.count ?? 0); position += 1)
    if (list?.version(position) === version) return list.release(position);
  return undefined;
}

/** Core metadata of one file of a release, or why it can't be had. */
export type MetadataFact =
  | {
      readonly state: "known";
      /** Requires-Dist lines as written. */
      readonly requires: readonly string[];
      readonly requiresPython?: string;
      /** Provides-Extra as written. */
      readonly extras: readonly string[];
      /** How it was read. */
      readonly via: "metadata-file" | "range" | "wheel" | "pkg-info" | "build";
      /** Runtime that a build ran on; its answer holds there only. */
      readonly runtime?: RuntimeId;
      readonly observedAt: string;
    }
  | {
      readonly state: "failed";
      readonly reason: FailureClass;
      readonly detail: string;
      /** Runtime on which it failed, where it is one of a runtime. */
      readonly runtime?: RuntimeId;
      readonly observedAt: string;
    };

/** Why a release could not be learnt or installed. */
export type FailureClass =
  | "no-file"
  | "build-failed"
  | "build-requirements"
  | "system-library"
  | "requires-python"
  | "bad-metadata"
  | "bad-archive"
  | "hash-mismatch"
  | "vanished"
  | "timeout"
  | "out-of-memory"
  | "install-failed"
  | "import-syntax"
  | "import-abi"
  | "import-crash"
  | "import-missing-module"
  | "import-system-library"
  | "import-error"
  | "no-sandbox";

/**
 * Failures that speak against the release itself, so that it is never chosen for that runtime.
 * The others (a missing system library, a module that asks for settings when imported, our own
 * limits) are told to the user but exclude nothing: an older release would fare no better.
 */
export const excludingFailures: ReadonlySet<FailureClass> = new Set<FailureClass>([
  "no-file",
  "build-failed",
  "build-requirements",
  "requires-python",
  "bad-metadata",
  "bad-archive",
  "hash-mismatch",
  "vanished",
  "install-failed",
  "import-syntax",
  "import-abi",
  "import-crash",
]);

/** What installing and importing one release on one runtime showed. */
export interface InstalledFact {
  readonly outcome: "ok" | "failed";
  readonly failure?: FailureClass;
  /** The telling lines of what was printed, control characters removed, at most about 2 kB. */
  readonly detail?: string;
  /** The file that was installed. */
  readonly filename?: string;
  readonly sha256?: string;
  /** Modules that were imported. */
  readonly modules: readonly string[];
  /** Releases beside which it did not import, by fault of the pair: it may beside others. */
  readonly apartFrom?: readonly NamedRelease[];
  /** e.g. {"pip": "23.2.1", "sandbox": "bubblewrap 0.8.0"}. */
  readonly tools: Readonly<Record<string, string>>;
  readonly durationMs: number;
  readonly observedAt: string;
}

interface NamedRelease {
  readonly name: PackageName;
  readonly version: string;
}

/** Whether a release failed by its own fault, so that it is never chosen for that runtime. */
export function failedByItself(fact: InstalledFact | undefined): boolean {
  if (fact?.failure === undefined || !excludingFailures.has(fact.failure)) return false;
  return !failedBesideOthers(fact);
}

/** Whether all that is known is beside what a release does not import: how it fares is open. */
export function failedBesideOthers({ failure, apartFrom = [] }: InstalledFact): boolean {
  return failure === "import-abi" && apartFrom.length > 0;
}

/** What was learnt of a direct source (git, path, url) that no index lists. */
export interface SourceFact {
  readonly name: PackageName;
  readonly version: string;
  /** Full commit for git. */
  readonly commit?: string;
  readonly sha256?: string;
  readonly requires: readonly string[];
  readonly requiresPython?: string;
  readonly extras: readonly string[];
  readonly observedAt: string;
}

/** What running a script in a stack that holds a release showed. */
export interface InspectedStack {
  /** Id of the inspection. */
  readonly inspection: string;
  /** Every run of the script ended well. */
  readonly ok: boolean;
  /** Means over the runs, and the most memory of any. */
  readonly wallMs: number;
  readonly userMs: number;
  readonly maxMemoryBytes: number;
  /** Model of the processor, as it calls itself. */
  readonly cpu: string;
  /** sha256: figures compare on one script and one processor only. */
  readonly script: string;
  /** sha256 of the lock, which tells stacks apart. */
  readonly lock: string;
  readonly observedAt: string;
}

/** Inspections of stacks that hold one release, on one runtime; the newest first. */
export interface PerformanceFact {
  readonly inspections: readonly InspectedStack[];
  readonly observedAt: string;
}

/** What the adviser sees: a synchronous view. `undefined` always means "not known here", never "no". */
export interface Knowledge {
  releases(name: PackageName, index: IndexUrl): ReleaseList | undefined;
  /** What a file says of itself, or what a build of it on that runtime showed. */
  metadata(release: Release, filename: string, runtime?: RuntimeId): MetadataFact | undefined;
  installed(release: Release, runtime: RuntimeId): InstalledFact | undefined;
  /** Hashes and addresses of the files of one release. */
  details(release: Release): readonly FileDetails[] | undefined;
  /** `key` as made by `sourceKey` of model/project.ts. */
  source(key: string): SourceFact | undefined;
  /** What scanning one file of a release showed; see `scansOf` for all of them. */
  security(release: Release, filename: string): SecurityFact | undefined;
  performance(release: Release, runtime: RuntimeId): PerformanceFact | undefined;
  about(name: PackageName, index: IndexUrl): PackageFact | undefined;
  repository(name: PackageName, index: IndexUrl): RepositoryFact | undefined;
  /** What the attestations of the file with this sha256 said (PEP 740). */
  attestation(release: Release, sha256: string): AttestationFact | undefined;
  /**
   * What is known against a release, worst first; empty: nothing. Undefined: this store holds no
   * advisories, so that nobody knows.
   */
  advisories(name: PackageName, version: string): readonly AdvisoryMatch[] | undefined;
  /** What a file of this sha256 is known as, whatever it calls itself. */
  malware(sha256: string): AdvisoryMatch | undefined;
  /** Undefined: none was imported. */
  advisoryDatabase(): AdvisoryDatabase | undefined;
}

/** The name that a source distribution of a release would have (PEP 625). */
export function sourceFilename({ name, version }: Release): string {
  return `${name.replaceAll("-", "_")}-${version}.tar.gz`;
}

/** What scans showed of the files that the index lists of a release, in its order. */
export function scansOf(knowledge: Knowledge, release: Release): readonly SecurityFact[] {
  const listed = (knowledge.details(release) ?? []).map(({ filename }) => filename);
  const names = new Set([...listed, sourceFilename(release)]);
  return [...names].flatMap((filename) => knowledge.security(release, filename) ?? []);
}

/** What lets an index answer "not modified"; every one is optional, many indexes send none. */
export interface Validators {
  readonly etag?: string;
  readonly lastModified?: string;
  /** `meta._last-serial` of a JSON page. */
  readonly serial?: string;
}

/** One page of an index, reduced to what Thoth keeps. Releases newest first. */
export interface IndexPage {
  readonly name: PackageName;
  readonly index: IndexUrl;
  readonly checkedAt: number;
  readonly validators: Validators;
  readonly status?: ProjectStatus;
  readonly attests?: boolean;
  readonly releases: readonly {
    readonly version: string;
    readonly files: readonly (FileFacts & FileDetails)[];
  }[];
}
