import type { AttestationFact } from "../model/attestation.ts";
import type {
  FilesChange,
  IndexPage,
  InstalledFact,
  Knowledge,
  MetadataFact,
  PerformanceFact,
  SourceFact,
  Validators,
} from "../model/knowledge.ts";
import type { AboutFact } from "../model/package-fact.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import type { RuntimeId } from "../model/runtime.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import type { PackageName } from "../python/name.ts";
import type { StoredPage } from "./stored-page.ts";

/**
 * Everything Thoth has learnt. Reads are synchronous and see what was put before, flushed or not.
 * Writes are kept in memory until `flush`, which makes each changed file whole on disk (merged with
 * what other processes wrote meanwhile) before it resolves.
 */
export interface KnowledgeStore extends Knowledge {
  putPage(page: IndexPage): void;
  /** The index confirmed what is known (304, or the same serial). */
  confirmPage(name: PackageName, index: IndexUrl, checkedAt: number): void;
  /** The index says it has no such package. */
  putAbsent(name: PackageName, index: IndexUrl, reason: string, checkedAt: number): void;
  validators(name: PackageName, index: IndexUrl): Validators | undefined;
  putVanished(release: Release, since: string): void;
  /** The ids of the single records behind `advisories`; undefined as there. */
  advisoryRecords(name: PackageName, version: string): readonly string[] | undefined;
  /** These will be asked for soon: a store that is far away reads them together, before it is asked. */
  expect(
    packages: readonly { readonly name: PackageName; readonly index: IndexUrl }[],
  ): Promise<void>;
  /** All that is known of the releases of a package, at once. */
  page(name: PackageName, index: IndexUrl): StoredPage | undefined;
  /** The files of a release changed: what was learnt of those that are gone, and failures that the new ones may mend, hold no longer. */
  forgetOutdated(release: Release, change: FilesChange): void;
  /** Runtimes that any release of a package was installed on. */
  runtimes(name: PackageName, index: IndexUrl): readonly RuntimeId[];
  /** Versions of a package with an observation on a runtime. */
  installedVersions(name: PackageName, index: IndexUrl, runtime: RuntimeId): readonly string[];
  putMetadata(release: Release, filename: string, fact: MetadataFact): void;
  putInstalled(release: Release, runtime: RuntimeId, fact: InstalledFact): void;
  putSource(key: string, fact: SourceFact): void;
  putSecurity(release: Release, fact: SecurityFact): void;
  /** Added to what is known of other inspections. */
  putPerformance(release: Release, runtime: RuntimeId, fact: PerformanceFact): void;
  putAbout(name: PackageName, index: IndexUrl, fact: AboutFact): void;
  putAttestation(release: Release, sha256: string, fact: AttestationFact): void;
  flush(): Promise<void>;
  /**
   * Has later reads see what other processes wrote, if they wrote anything; what was put and not
   * flushed stays. A list of releases that was handed out before stays as it was.
   */
  catchUp(): void;
  /** Identifies the state of knowledge; changes with every flush that changed something. */
  revision(): string;
  /** Names with their index, sorted. Takes time for each: to look for one, ask for its `indexes`. */
  packages(): readonly { readonly name: PackageName; readonly index: IndexUrl }[];
  /** The indexes on which something is known of a package, sorted. */
  indexes(name: PackageName): readonly IndexUrl[];
  /** The folder with the files of the advisory database, to be read only; it may not be there. */
  advisoryFolder(): string;
  /** The advisory database of a store's folder becomes that of all who share this knowledge. */
  shareAdvisories(folder: string): Promise<void>;
  /** How many packages are on disk, with how many releases. */
  count(): Promise<{ readonly packages: number; readonly releases: number }>;
  /** Files that could not be read and were set aside since the store was opened. */
  damaged(): readonly { readonly file: string; readonly reason: string }[];
  /** Reads everything; returns what is wrong. Throws the signal's reason once that is aborted. */
  verify(
    signal?: AbortSignal,
  ): Promise<readonly { readonly file: string; readonly reason: string }[]>;
  close(): Promise<void>;
}
