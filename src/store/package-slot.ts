import type { AttestationFact } from "../model/attestation.ts";
import type {
  FilesChange,
  InstalledFact,
  MetadataFact,
  PerformanceFact,
} from "../model/knowledge.ts";
import type { AboutFact } from "../model/package-fact.ts";
import type { IndexUrl } from "../model/release.ts";
import { type RuntimeId, runtimeId } from "../model/runtime.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import type { PackageName } from "../python/name.ts";
import { listFolder } from "../util/atomic-write.ts";
import { isRecord } from "../util/json.ts";
import { asciiJson } from "./ascii-json.ts";
import type { Quarantine } from "./damage.ts";
import {
  aboutFacts,
  attestationFacts,
  installedFacts,
  metadataFacts,
  performanceFacts,
  securityFacts,
} from "./fact-kinds.ts";
import { type FactKey, factKey, keyParts, readSubject } from "./facts-file.ts";
import { FactsTable } from "./facts-table.ts";
import type { DirtyTable } from "./flush.ts";
import { isOutdatedInstallation, isOutdatedMetadata, isOutdatedScan } from "./outdated-facts.ts";
import { ReleasesTable } from "./releases-table.ts";
import { installedFile } from "./store-paths.ts";

/** The files of one package on one index. */
export class PackageSlot {
  readonly name: PackageName;
  readonly index: IndexUrl;
  readonly releases: ReleasesTable;
  #folder: string;
  /** What every facts file of the package says it is about. */
  readonly #subject: string;
  readonly #quarantine: Quarantine;
  readonly #installed = new Map<RuntimeId, FactsTable<InstalledFact>>();
  #metadata: FactsTable<MetadataFact> | undefined;
  #security: FactsTable<SecurityFact> | undefined;
  #performance: FactsTable<PerformanceFact> | undefined;
  #about: FactsTable<AboutFact> | undefined;
  #attestations: FactsTable<AttestationFact> | undefined;

  constructor(name: PackageName, index: IndexUrl, folder: string, quarantine: Quarantine) {
    this.name = name;
    this.index = index;
    this.#folder = folder;
    // A normalised name holds nothing to be escaped, and an index address rarely does.
    this.#subject = `{"name":"${name}","index":${asciiJson(index)}}`;
    this.#quarantine = quarantine;
    this.releases = new ReleasesTable(`${folder}/releases.json`, name, index, quarantine);
  }

  /** Whether something of it is not on disk yet. */
  get dirty(): boolean {
    return this.releases.dirty || this.#facts().some((table) => table.dirty);
  }

  /** From now on another folder says what is known. */
  moveTo(folder: string): void {
    this.#folder = folder;
    this.releases.moveTo(`${folder}/releases.json`);
    this.#metadata?.moveTo(`${folder}/metadata.json`);
    this.#security?.moveTo(`${folder}/security.json`);
    this.#performance?.moveTo(`${folder}/performance.json`);
    this.#about?.moveTo(`${folder}/about.json`);
    this.#attestations?.moveTo(`${folder}/attestations.json`);
    for (const [runtime, table] of this.#installed)
      table.moveTo(`${folder}/${installedFile(runtime)}`);
  }

  get metadata(): FactsTable<MetadataFact> {
    this.#metadata ??= new FactsTable(
      `${this.#folder}/metadata.json`,
      metadataFacts,
      this.#subject,
      this.#quarantine,
    );
    return this.#metadata;
  }

  get security(): FactsTable<SecurityFact> {
    this.#security ??= new FactsTable(
      `${this.#folder}/security.json`,
      securityFacts,
      this.#subject,
      this.#quarantine,
    );
    return this.#security;
  }

  get performance(): FactsTable<PerformanceFact> {
    this.#performance ??= new FactsTable(
      `${this.#folder}/performance.json`,
      performanceFacts,
      this.#subject,
      this.#quarantine,
    );
    return this.#performance;
  }

  get about(): FactsTable<AboutFact> {
    this.#about ??= new FactsTable(
      `${this.#folder}/about.json`,
      aboutFacts,
      this.#subject,
      this.#quarantine,
    );
    return this.#about;
  }

  get attestations(): FactsTable<AttestationFact> {
    this.#attestations ??= new FactsTable(
      `${this.#folder}/attestations.json`,
      attestationFacts,
      this.#subject,
      this.#quarantine,
    );
    return this.#attestations;
  }

  /** Runtimes that anything of the package was installed on. */
  runtimes(): readonly RuntimeId[] {
    const inMemory = [...this.#installed].flatMap(([runtime, { dirty }]) =>
      dirty ? [runtime] : [],
    );
    const written = listFolder(this.#folder).flatMap((file) => {
      const stem = /^installed-(.+)\.json$/.exec(file)?.[1];
      return stem === undefined ? [] : this.#runtimesOf(stem, `${this.#folder}/${file}`);
    });
    return [...new Set([...inMemory, ...written])].sort();
  }

  /** Versions with an observation on a runtime. */
  installedVersions(runtime: RuntimeId): readonly string[] {
    return this.installed(runtime)
      .keys()
      .flatMap((key) => keyParts(key)[0] ?? []);
  }

  /** Forgets what holds no longer of a release whose files changed; the tables that changed. */
  forget(version: string, change: FilesChange): readonly DirtyTable[] {
    const key = factKey(version);
    const tables: DirtyTable[] = [];
    for (const file of [...change.gone, ...change.come]) {
      for (const about of this.#metadataKeys(version, file.filename))
        if (this.metadata.forget(about, (fact) => isOutdatedMetadata(fact, file, change)))
          tables.push(this.metadata);
    }
    for (const file of this.security.keys()) {
      const [about, filename] = keyParts(file);
      if (about !== version || filename === undefined) continue;
      if (this.security.forget(file, (fact) => isOutdatedScan(fact, change)))
        tables.push(this.security);
    }
    for (const runtime of this.runtimes()) {
      const installed = this.installed(runtime);
      if (installed.forget(key, (fact) => isOutdatedInstallation(fact, change)))
        tables.push(installed);
    }
    return tables;
  }

  /** What the file says of itself, and what builds of it showed. */
  #metadataKeys(version: string, filename: string): readonly FactKey[] {
    return this.metadata.keys().filter((key) => {
      const parts = keyParts(key);
      return parts[0] === version && parts[1] === filename;
    });
  }

  /** A file's name says the runtime, unless it had to be shortened. */
  #runtimesOf(stem: string, path: string): readonly RuntimeId[] {
    if (!/-[0-9a-f]{16}$/.test(stem)) return [runtimeId(stem)];
    const of = this.#quarantine.guard(() => readSubject(path));
    const runtime = isRecord(of) ? of["runtime"] : undefined;
    return typeof runtime === "string" ? [runtimeId(runtime)] : [];
  }

  installed(runtime: RuntimeId): FactsTable<InstalledFact> {
    let table = this.#installed.get(runtime);
    if (table === undefined) {
      const path = `${this.#folder}/${installedFile(runtime)}`;
      const subject = `${this.#subject.slice(0, -1)},"runtime":${asciiJson(runtime)}}`;
      table = new FactsTable(path, installedFacts, subject, this.#quarantine);
      this.#installed.set(runtime, table);
    }
    return table;
  }

  #facts(): readonly { readonly dirty: boolean; forgetRead(): void }[] {
    const read = [this.#metadata, this.#security, this.#performance, this.#about];
    const single = [...read, this.#attestations];
    return [...single.filter((table) => table !== undefined), ...this.#installed.values()];
  }
}
