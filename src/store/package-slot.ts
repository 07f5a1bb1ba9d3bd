import type { InstalledFact, MetadataFact, SecurityFact } from "../model/knowledge.ts";
import type { IndexUrl } from "../model/release.ts";
import type { RuntimeId } from "../model/runtime.ts";
import type { PackageName } from "../python/name.ts";
import { asciiJson } from "./ascii-json.ts";
import type { Quarantine } from "./damage.ts";
import { installedFacts, metadataFacts, securityFacts } from "./fact-kinds.ts";
import { FactsTable } from "./facts-table.ts";
import { ReleasesTable } from "./releases-table.ts";
import { installedFile } from "./store-paths.ts";

/** The files of one package on one index. */
export class PackageSlot {
  readonly name: PackageName;
  readonly index: IndexUrl;
  readonly releases: ReleasesTable;
  readonly #folder: string;
  /** What every facts file of the package says it is about. */
  readonly #subject: string;
  readonly #quarantine: Quarantine;
  readonly #installed = new Map<RuntimeId, FactsTable<InstalledFact>>();
  #metadata: FactsTable<MetadataFact> | undefined;
  #security: FactsTable<SecurityFact> | undefined;

  constructor(name: PackageName, index: IndexUrl, folder: string, quarantine: Quarantine) {
    this.name = name;
    this.index = index;
    this.#folder = folder;
    // A normalised name holds nothing to be escaped, and an index address rarely does.
    this.#subject = `{"name":"${name}","index":${asciiJson(index)}}`;
    this.#quarantine = quarantine;
    this.releases = new ReleasesTable(`${folder}/releases.json`, name, index, quarantine);
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
}
