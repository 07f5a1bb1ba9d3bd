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
import type { Backing } from "./backing.ts";
import { factKey } from "./facts-file.ts";
import type { DirtyTable } from "./flush.ts";
import type { PackageOnIndex } from "./inventory.ts";
import { OpenFiles } from "./open-files.ts";
import { PackageSlot } from "./package-slot.ts";
import { PackageSlots } from "./package-slots.ts";
import { SourceTables } from "./source-tables.ts";
import type { KnowledgeStore } from "./store.ts";
import type { StoredPage } from "./stored-page.ts";

/** Knowledge in the tables of a backing; what was put is laid over what they say. */
export class TableStore implements KnowledgeStore {
  readonly #backing: Backing;
  readonly #packages: PackageSlots;
  readonly #sources: SourceTables;
  readonly #dirty = new Map<DirtyTable, IndexUrl | undefined>();
  /** Their folder is another than the one that they read. */
  readonly #outdated = new Set<PackageSlot>();
  readonly #files = new OpenFiles();
  readonly #advisories: AdvisoryTable;
  #flushing: Promise<void> = Promise.resolve();

  constructor(backing: Backing) {
    const { quarantine } = backing;
    this.#backing = backing;
    this.#sources = new SourceTables((key) => backing.source(key), quarantine);
    this.#advisories = new AdvisoryTable(() => backing.advisories());
    this.#packages = new PackageSlots(
      (name, index) => new PackageSlot(name, index, backing.folder(name, index), quarantine),
    );
  }

  releases(name: PackageName, index: IndexUrl): ReleaseList | undefined {
    const table = this.#slot(name, index).releases;
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
    const fact = this.#slot(name, index).about.get(factKey("index"));
    return fact?.from === "index" ? fact : undefined;
  }

  repository(name: PackageName, index: IndexUrl): RepositoryFact | undefined {
    const fact = this.#slot(name, index).about.get(factKey("repository"));
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
    return this.#slot(name, index).releases.validators();
  }

  page(name: PackageName, index: IndexUrl): StoredPage | undefined {
    const table = this.#slot(name, index).releases;
    const page = table.page();
    this.#files.used(table);
    return page;
  }

  putPage(page: IndexPage): void {
    const { releases } = this.#slot(page.name, page.index);
    releases.putPage(page);
    this.#dirty.set(releases, page.index);
  }

  confirmPage(name: PackageName, index: IndexUrl, checkedAt: number): void {
    const { releases } = this.#slot(name, index);
    releases.confirm(checkedAt);
    this.#dirty.set(releases, index);
  }

  putAbsent(name: PackageName, index: IndexUrl, reason: string, checkedAt: number): void {
    const { releases } = this.#slot(name, index);
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
    return this.#slot(name, index).runtimes();
  }

  installedVersions(name: PackageName, index: IndexUrl, runtime: RuntimeId): readonly string[] {
    return this.#slot(name, index).installedVersions(runtime);
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
    const { about } = this.#slot(name, index);
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
    if (!this.#backing.moved()) return;
    // Lists that somebody still holds stay readable.
    this.#files.settleAll();
    this.#outdated.clear();
    this.#packages.forgetRead((slot) => this.#renew(slot));
    this.#advisories.forgetRead();
    this.#sources.forgetRead();
  }

  revision(): string {
    return this.#backing.revision();
  }

  packages(): readonly PackageOnIndex[] {
    return this.#backing.packages(this.#packages.dirty());
  }

  indexes(name: PackageName): readonly IndexUrl[] {
    return this.#backing.indexes(name, this.#packages.dirty());
  }

  expect(packages: readonly PackageOnIndex[]): Promise<void> {
    return this.#backing.expect(packages);
  }

  advisoryFolder(): string {
    return this.#backing.advisories();
  }

  async shareAdvisories(folder: string): Promise<void> {
    await this.#backing.shareAdvisories(folder);
  }

  count(): ReturnType<KnowledgeStore["count"]> {
    return this.#backing.count();
  }

  damaged(): ReturnType<KnowledgeStore["damaged"]> {
    return [...this.#backing.quarantine.damaged, ...this.#advisories.damaged()];
  }

  verify(): ReturnType<KnowledgeStore["verify"]> {
    return this.#backing.verify();
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#flushing]);
    this.#files.closeAll();
    this.#advisories.forgetRead();
    await this.#backing.close();
  }

  async #flushAfter(earlier: Promise<void>): Promise<void> {
    // Whoever asked for the earlier flush is told of its failure; what it left is tried again.
    await Promise.allSettled([earlier]);
    if (this.#dirty.size === 0) return;
    const moved = await this.#backing.flush(this.#dirty);
    for (const { name, index } of moved) this.#outdated.add(this.#packages.get(name, index));
    if (moved.length > 0) this.#sources.forgetRead();
  }

  #slotOf({ name, index }: Release): PackageSlot {
    return this.#slot(name, index);
  }

  #slot(name: PackageName, index: IndexUrl): PackageSlot {
    const slot = this.#packages.get(name, index);
    if (this.#outdated.delete(slot)) this.#renew(slot);
    return slot;
  }

  #renew(slot: PackageSlot): void {
    slot.moveTo(this.#backing.folder(slot.name, slot.index));
  }
}
