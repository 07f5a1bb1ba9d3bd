import { statSync } from "node:fs";
import type { AdvisoryDatabase, AdvisoryMatch } from "../model/advisory.ts";
import type { AttestationFact } from "../model/attestation.ts";
import type {
  FileDetails,
  FilesChange,
  IndexPage,
  InstalledFact,
  MetadataFact,
  PerformanceFact,
  ReleaseList,
  SourceFact,
  Validators,
} from "../model/knowledge.ts";
import type { AboutFact, PackageFact, RepositoryFact } from "../model/package-fact.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import type { RuntimeId } from "../model/runtime.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import type { PackageName } from "../python/name.ts";
import { AdvisoryTable } from "./advisory-table.ts";
import { type Catalogue, readCatalogue, revisionText } from "./catalogue.ts";
import { Quarantine } from "./damage.ts";
import { factKey } from "./facts-file.ts";
import { type DirtyTable, flushTables } from "./flush.ts";
import { countStore, listIndexes, listPackages, verifyStore } from "./inventory.ts";
import { OpenFiles } from "./open-files.ts";
import { PackageSlot } from "./package-slot.ts";
import { PackageSlots } from "./package-slots.ts";
import { SourceTables } from "./source-tables.ts";
import type { KnowledgeStore } from "./store.ts";
import { StorePaths } from "./store-paths.ts";
import type { StoredPage } from "./stored-page.ts";

/**
 * The knowledge in a folder of JSON files. Opening reads nothing, and the folder may be absent
 * until the first flush. With `readOnly` nothing in the folder changes: what is put stays in
 * memory, and `flush` throws `store-unwritable` if there is any.
 *
 * A package's files are read when first asked for and then kept as they were until `catchUp`, or
 * until thousands of others were asked for; what other processes write is seen for files that were
 * not read yet, and for every file that a flush merges. Any call may throw `store-damaged` (a newer Thoth wrote it, no permission), `flush` also
 * `store-unwritable` and `disk-full`; what was not written then is still in memory.
 */
export function openJsonStore(
  folder: string,
  options: { readonly readOnly?: boolean } = {},
): KnowledgeStore {
  return new JsonStore(new StorePaths(folder), options.readOnly ?? false);
}

class JsonStore implements KnowledgeStore {
  readonly #paths: StorePaths;
  readonly #readOnly: boolean;
  readonly #quarantine: Quarantine;
  readonly #packages: PackageSlots;
  readonly #sources: SourceTables;
  readonly #dirty = new Map<DirtyTable, IndexUrl | undefined>();
  readonly #files = new OpenFiles();
  readonly #advisories: AdvisoryTable;
  /** null: there is none yet. undefined: not looked yet. */
  #catalogue: Catalogue | null | undefined;
  #flushing: Promise<void> = Promise.resolve();
  /** What the disk said at the last `catchUp`. */
  #caughtUpWith = "";

  constructor(paths: StorePaths, readOnly: boolean) {
    this.#paths = paths;
    this.#readOnly = readOnly;
    this.#quarantine = new Quarantine(readOnly ? undefined : paths.corrupt);
    this.#sources = new SourceTables(paths, this.#quarantine);
    this.#advisories = new AdvisoryTable(paths.advisories);
    this.#packages = new PackageSlots(
      (name, index) => new PackageSlot(name, index, paths.package(name, index), this.#quarantine),
    );
  }

  releases(name: PackageName, index: IndexUrl): ReleaseList | undefined {
    const table = this.#packages.get(name, index).releases;
    const list = table.list();
    this.#files.used(table);
    return list;
  }

  metadata(release: Release, filename: string, runtime?: RuntimeId): MetadataFact | undefined {
    const { metadata } = this.#slotOf(release);
    const own = metadata.get(factKey(release.version, filename));
    if (own !== undefined || runtime === undefined) return own;
    return metadata.get(factKey(release.version, filename, runtime));
  }

  installed(release: Release, runtime: RuntimeId): InstalledFact | undefined {
    return this.#slotOf(release).installed(runtime).get(factKey(release.version));
  }

  details(release: Release): readonly FileDetails[] | undefined {
    const table = this.#slotOf(release).releases;
    const details = table.details(release.version);
    this.#files.used(table);
    return details;
  }

  source(key: string): SourceFact | undefined {
    return this.#sources.get(key).get(factKey(key));
  }

  security(release: Release, filename: string): SecurityFact | undefined {
    return this.#slotOf(release).security.get(factKey(release.version, filename));
  }

  performance(release: Release, runtime: RuntimeId): PerformanceFact | undefined {
    return this.#slotOf(release).performance.get(factKey(release.version, runtime));
  }

  attestation(release: Release, sha256: string): AttestationFact | undefined {
    return this.#slotOf(release).attestations.get(factKey(release.version, sha256));
  }

  about(name: PackageName, index: IndexUrl): PackageFact | undefined {
    const fact = this.#packages.get(name, index).about.get(factKey("index"));
    return fact?.from === "index" ? fact : undefined;
  }

  repository(name: PackageName, index: IndexUrl): RepositoryFact | undefined {
    const fact = this.#packages.get(name, index).about.get(factKey("repository"));
    return fact?.from === "repository" ? fact : undefined;
  }

  advisories(name: PackageName, version: string): readonly AdvisoryMatch[] | undefined {
    return this.#advisories.matches(name, version);
  }

  advisoryRecords(name: PackageName, version: string): readonly string[] | undefined {
    return this.#advisories.records(name, version);
  }

  malware(sha256: string): AdvisoryMatch | undefined {
    return this.#advisories.malware(sha256);
  }

  advisoryDatabase(): AdvisoryDatabase | undefined {
    return this.#advisories.database();
  }

  validators(name: PackageName, index: IndexUrl): Validators | undefined {
    return this.#packages.get(name, index).releases.validators();
  }

  page(name: PackageName, index: IndexUrl): StoredPage | undefined {
    const table = this.#packages.get(name, index).releases;
    const page = table.page();
    this.#files.used(table);
    return page;
  }

  putPage(page: IndexPage): void {
    const { releases } = this.#packages.get(page.name, page.index);
    releases.putPage(page);
    this.#dirty.set(releases, page.index);
  }

  confirmPage(name: PackageName, index: IndexUrl, checkedAt: number): void {
    const { releases } = this.#packages.get(name, index);
    releases.confirm(checkedAt);
    this.#dirty.set(releases, index);
  }

  putAbsent(name: PackageName, index: IndexUrl, reason: string, checkedAt: number): void {
    const { releases } = this.#packages.get(name, index);
    releases.putPage({ name, index, checkedAt, validators: {}, absent: reason, releases: [] });
    this.#dirty.set(releases, index);
  }

  putVanished(release: Release, since: string): void {
    const { releases } = this.#slotOf(release);
    releases.putVanished(release.version, since);
    this.#dirty.set(releases, release.index);
  }

  forgetOutdated(release: Release, change: FilesChange): void {
    for (const table of this.#slotOf(release).forget(release.version, change))
      this.#dirty.set(table, release.index);
  }

  runtimes(name: PackageName, index: IndexUrl): readonly RuntimeId[] {
    return this.#packages.get(name, index).runtimes();
  }

  installedVersions(name: PackageName, index: IndexUrl, runtime: RuntimeId): readonly string[] {
    return this.#packages.get(name, index).installedVersions(runtime);
  }

  putMetadata(release: Release, filename: string, fact: MetadataFact): void {
    const { metadata } = this.#slotOf(release);
    metadata.put(factKey(release.version, filename, fact.runtime), fact);
    this.#dirty.set(metadata, release.index);
  }

  putInstalled(release: Release, runtime: RuntimeId, fact: InstalledFact): void {
    const installed = this.#slotOf(release).installed(runtime);
    installed.put(factKey(release.version), fact);
    this.#dirty.set(installed, release.index);
  }

  putSource(key: string, fact: SourceFact): void {
    const source = this.#sources.get(key);
    source.put(factKey(key), fact);
    this.#dirty.set(source, undefined);
  }

  putSecurity(release: Release, fact: SecurityFact): void {
    const { security } = this.#slotOf(release);
    security.put(factKey(release.version, fact.filename), fact);
    this.#dirty.set(security, release.index);
  }

  putPerformance(release: Release, runtime: RuntimeId, fact: PerformanceFact): void {
    const { performance } = this.#slotOf(release);
    performance.put(factKey(release.version, runtime), fact);
    this.#dirty.set(performance, release.index);
  }

  putAbout(name: PackageName, index: IndexUrl, fact: AboutFact): void {
    const { about } = this.#packages.get(name, index);
    about.put(factKey(fact.from), fact);
    this.#dirty.set(about, index);
  }

  putAttestation(release: Release, sha256: string, fact: AttestationFact): void {
    const { attestations } = this.#slotOf(release);
    attestations.put(factKey(release.version, sha256), fact);
    this.#dirty.set(attestations, release.index);
  }

  flush(): Promise<void> {
    const run = this.#flushAfter(this.#flushing);
    this.#flushing = run;
    return run;
  }

  catchUp(): void {
    this.#catalogue = undefined;
    // Every flush makes and removes its lock there, even where the revision stays as it is.
    const touched = statSync(this.#paths.root, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const disk = `${this.revision()} ${touched}`;
    if (disk === this.#caughtUpWith) return;
    this.#caughtUpWith = disk;
    // Lists that somebody still holds stay readable.
    this.#files.settleAll();
    this.#packages.forgetRead();
    this.#advisories.forgetRead();
    this.#sources.forgetRead();
  }

  revision(): string {
    if (this.#catalogue === undefined)
      this.#catalogue = this.#quarantine.guard(() => readCatalogue(this.#paths.catalogue)) ?? null;
    return revisionText(this.#catalogue ?? undefined);
  }

  packages(): ReturnType<typeof listPackages> {
    return listPackages(this.#paths, this.#packages.dirty());
  }

  indexes(name: PackageName): readonly IndexUrl[] {
    return listIndexes(this.#paths, name, this.#packages.dirty());
  }

  count(): ReturnType<typeof countStore> {
    return countStore(this.#paths);
  }

  damaged(): readonly { readonly file: string; readonly reason: string }[] {
    return [...this.#quarantine.damaged, ...this.#advisories.damaged()];
  }

  async verify(
    signal?: AbortSignal,
  ): Promise<readonly { readonly file: string; readonly reason: string }[]> {
    return verifyStore(this.#paths, signal);
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#flushing]);
    this.#files.closeAll();
    this.#advisories.forgetRead();
  }

  async #flushAfter(earlier: Promise<void>): Promise<void> {
    // Whoever asked for the earlier flush is told of its failure; what it left is tried again.
    await Promise.allSettled([earlier]);
    if (this.#dirty.size === 0) return;
    this.#catalogue = await flushTables(this.#dirty, {
      paths: this.#paths,
      quarantine: this.#quarantine,
      readOnly: this.#readOnly,
    });
  }

  #slotOf(release: Release): PackageSlot {
    return this.#packages.get(release.name, release.index);
  }
}
