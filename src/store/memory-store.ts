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
import { type IndexUrl, indexUrl, type Release } from "../model/release.ts";
import { type RuntimeId, runtimeId } from "../model/runtime.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { type ExampleRelease, exampleFile, exampleMetadata } from "./example-release.ts";
import {
  aboutFacts,
  attestationFacts,
  installedFacts,
  metadataFacts,
  performanceFacts,
  securityFacts,
  sourceFacts,
} from "./fact-kinds.ts";
import { MemoryFacts } from "./memory-facts.ts";
import { pageKey, releaseKey } from "./memory-keys.ts";
import { isOutdatedInstallation, isOutdatedMetadata, isOutdatedScan } from "./outdated-facts.ts";
import { PageList } from "./page-list.ts";
import type { KnowledgeStore } from "./store.ts";
import { applyPatch, mergePages, newestFirst, pageOf, type StoredPage } from "./stored-page.ts";

/** The index of everything that `add` adds. */
export const exampleIndex: IndexUrl = indexUrl("https://index.example/simple");

/** Knowledge that dies with the process. Its parts are shared with the store of files. */
export class MemoryStore implements KnowledgeStore {
  readonly #pages = new Map<string, StoredPage>();
  readonly #metadata = new MemoryFacts(metadataFacts);
  readonly #installed = new MemoryFacts(installedFacts);
  readonly #security = new MemoryFacts(securityFacts);
  readonly #performance = new MemoryFacts(performanceFacts);
  readonly #about = new MemoryFacts(aboutFacts);
  readonly #attestations = new MemoryFacts(attestationFacts);
  readonly #sources = new MemoryFacts(sourceFacts);
  #changed = false;
  #revision = 0;

  /**
   * Adds one release to its package's page, for tests: `.add("flask==3.0.3", { requires: ["jinja2"] })`.
   * Hashes and addresses are made up, checkedAt is 0.
   */
  add(text: string, told: ExampleRelease = {}): this {
    const release = exampleRelease(text, told.index);
    const { name, version, index } = release;
    const page = this.#pages.get(pageKey(name, index));
    const files = (told.files ?? [`${name.replaceAll("-", "_")}-${version}-py3-none-any.whl`]).map(
      (filename) => exampleFile(filename, told),
    );
    const others = page?.releases.filter((one) => one.version !== version) ?? [];
    const releases = [...others, { version, files }].sort(newestFirst);
    this.#setPage({ name, index, checkedAt: 0, validators: {}, releases });
    if (told.requires === false) return this;
    for (const { filename } of files) this.putMetadata(release, filename, exampleMetadata(told));
    return this;
  }

  releases(name: PackageName, index: IndexUrl): ReleaseList | undefined {
    return this.#list(name, index);
  }

  metadata(release: Release, filename: string, runtime?: RuntimeId): MetadataFact | undefined {
    const own = this.#metadata.get(releaseKey(release, filename));
    if (own !== undefined || runtime === undefined) return own;
    return this.#metadata.get(releaseKey(release, filename, runtime));
  }

  installed(release: Release, runtime: RuntimeId): InstalledFact | undefined {
    return this.#installed.get(releaseKey(release, runtime));
  }

  details(release: Release): readonly FileDetails[] | undefined {
    return this.#list(release.name, release.index)?.details(release.version);
  }

  source(key: string): SourceFact | undefined {
    return this.#sources.get(key);
  }

  security(release: Release, filename: string): SecurityFact | undefined {
    return this.#security.get(releaseKey(release, filename));
  }

  performance(release: Release, runtime: RuntimeId): PerformanceFact | undefined {
    return this.#performance.get(releaseKey(release, runtime));
  }

  attestation(release: Release, sha256: string): AttestationFact | undefined {
    return this.#attestations.get(`${releaseKey(release)} ${sha256}`);
  }

  about(name: PackageName, index: IndexUrl): PackageFact | undefined {
    const fact = this.#about.get(`${pageKey(name, index)} index`);
    return fact?.from === "index" ? fact : undefined;
  }

  repository(name: PackageName, index: IndexUrl): RepositoryFact | undefined {
    const fact = this.#about.get(`${pageKey(name, index)} repository`);
    return fact?.from === "repository" ? fact : undefined;
  }

  /** What is known against releases by `name==version`; undefined: nobody knows. */
  known: ReadonlyMap<string, readonly AdvisoryMatch[]> | undefined;

  advisories(name: PackageName, version: string): readonly AdvisoryMatch[] | undefined {
    return this.known === undefined ? undefined : (this.known.get(`${name}==${version}`) ?? []);
  }

  advisoryRecords(name: PackageName, version: string): readonly string[] | undefined {
    return this.advisories(name, version)?.map(({ id }) => id);
  }

  /** What files are known as by their sha256. */
  knownFiles: ReadonlyMap<string, AdvisoryMatch> = new Map();

  malware(sha256: string): AdvisoryMatch | undefined {
    return this.knownFiles.get(sha256);
  }

  advisoryDatabase(): AdvisoryDatabase | undefined {
    return undefined;
  }

  async expect(): Promise<void> {}
  advisoryFolder = (): string => "/nowhere";
  async shareAdvisories(): Promise<void> {}

  validators(name: PackageName, index: IndexUrl): Validators | undefined {
    return this.#pages.get(pageKey(name, index))?.validators;
  }

  page(name: PackageName, index: IndexUrl): StoredPage | undefined {
    return this.#pages.get(pageKey(name, index));
  }

  putPage(page: IndexPage): void {
    this.#setPage(mergePages(this.#pages.get(pageKey(page.name, page.index)), pageOf(page)));
  }

  confirmPage(name: PackageName, index: IndexUrl, confirmedAt: number): void {
    const page = this.#pages.get(pageKey(name, index));
    const confirmed = applyPatch(page, { confirmedAt, vanished: new Map() });
    if (confirmed !== undefined) this.#pages.set(pageKey(name, index), confirmed);
  }

  putAbsent(name: PackageName, index: IndexUrl, reason: string, checkedAt: number): void {
    const page = { name, index, checkedAt, validators: {}, absent: reason, releases: [] };
    this.#setPage(mergePages(this.#pages.get(pageKey(name, index)), page));
  }

  putVanished(release: Release, since: string): void {
    const page = this.#pages.get(pageKey(release.name, release.index));
    const marked = applyPatch(page, { vanished: new Map([[release.version, since]]) });
    if (marked !== undefined) this.#setPage(marked);
  }

  forgetOutdated(release: Release, change: FilesChange): void {
    const outdated = [...change.gone, ...change.come].flatMap((file) => {
      const own = releaseKey(release, file.filename);
      const keys = this.#metadata.keys().filter((key) => key === own || key.startsWith(`${own} `));
      return keys.map((key) =>
        this.#metadata.forget(key, (fact) => isOutdatedMetadata(fact, file, change)),
      );
    });
    const scans = this.#security.keys().filter((key) => key.startsWith(releaseKey(release)));
    outdated.push(
      ...scans.map((key) => this.#security.forget(key, (fact) => isOutdatedScan(fact, change))),
      ...this.runtimes(release.name, release.index).map((runtime) =>
        this.#installed.forget(releaseKey(release, runtime), (fact) =>
          isOutdatedInstallation(fact, change),
        ),
      ),
    );
    this.#changed = outdated.includes(true) || this.#changed;
  }

  runtimes(name: PackageName, index: IndexUrl): readonly RuntimeId[] {
    const found = this.#installations(name, index).map(({ runtime }) => runtime);
    return [...new Set(found)].sort();
  }

  installedVersions(name: PackageName, index: IndexUrl, runtime: RuntimeId): readonly string[] {
    return this.#installations(name, index).flatMap((one) =>
      one.runtime === runtime ? [one.version] : [],
    );
  }

  putMetadata(release: Release, filename: string, fact: MetadataFact): void {
    const key = releaseKey(release, filename, fact.runtime);
    this.#changed = this.#metadata.put(key, fact) || this.#changed;
  }

  putInstalled(release: Release, runtime: RuntimeId, fact: InstalledFact): void {
    this.#changed = this.#installed.put(releaseKey(release, runtime), fact) || this.#changed;
  }

  putSource(key: string, fact: SourceFact): void {
    this.#changed = this.#sources.put(key, fact) || this.#changed;
  }

  putSecurity(release: Release, fact: SecurityFact): void {
    const key = releaseKey(release, fact.filename);
    this.#changed = this.#security.put(key, fact) || this.#changed;
  }

  putPerformance(release: Release, runtime: RuntimeId, fact: PerformanceFact): void {
    this.#changed = this.#performance.put(releaseKey(release, runtime), fact) || this.#changed;
  }

  putAbout(name: PackageName, index: IndexUrl, fact: AboutFact): void {
    this.#changed = this.#about.put(`${pageKey(name, index)} ${fact.from}`, fact) || this.#changed;
  }

  putAttestation(release: Release, sha256: string, fact: AttestationFact): void {
    const key = `${releaseKey(release)} ${sha256}`;
    this.#changed = this.#attestations.put(key, fact) || this.#changed;
  }

  async flush(): Promise<void> {
    if (this.#changed) this.#revision += 1;
    this.#changed = false;
  }

  catchUp(): void {}

  revision(): string {
    return String(this.#revision);
  }

  packages(): readonly { readonly name: PackageName; readonly index: IndexUrl }[] {
    return [...this.#pages.values()]
      .map(({ name, index }) => ({ name, index }))
      .sort((a, b) => (pageKey(a.name, a.index) < pageKey(b.name, b.index) ? -1 : 1));
  }

  indexes(wanted: PackageName): readonly IndexUrl[] {
    return this.packages().flatMap(({ name, index }) => (name === wanted ? [index] : []));
  }

  async count(): Promise<{ readonly packages: number; readonly releases: number }> {
    const pages = [...this.#pages.values()];
    return {
      packages: pages.length,
      releases: pages.reduce((sum, { releases }) => sum + releases.length, 0),
    };
  }

  damaged(): readonly [] {
    return [];
  }

  async verify(): Promise<readonly []> {
    return [];
  }

  async close(): Promise<void> {}

  #installations(name: PackageName, index: IndexUrl) {
    const start = `${index} ${name} `;
    return this.#installed.keys().flatMap((key) => {
      if (!key.startsWith(start)) return [];
      const [version = "", ...runtime] = key.slice(start.length).split(" ");
      return [{ version, runtime: runtimeId(runtime.join(" ")) }];
    });
  }

  #list(name: PackageName, index: IndexUrl): PageList | undefined {
    const page = this.#pages.get(pageKey(name, index));
    return page === undefined ? undefined : new PageList(page);
  }

  #setPage(page: StoredPage): void {
    this.#pages.set(pageKey(page.name, page.index), page);
    this.#changed = true;
  }
}

/** `flask==3.0.3` on the index of examples. */
export function exampleRelease(text: string, index: IndexUrl = exampleIndex): Release {
  const [name = "", version = ""] = text.split("==");
  return { name: packageName(name), version, index };
}
