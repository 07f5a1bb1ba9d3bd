import type { GoneFile, InstalledFact, MetadataFact } from "../model/knowledge.ts";
import type { IndexUrl } from "../model/release.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import type { ArchivedFile } from "./archived-file.ts";
import { asciiJson } from "./ascii-json.ts";
import type { Backing } from "./backing.ts";
import type { Quarantine } from "./damage.ts";
import { sourceFacts } from "./fact-kinds.ts";
import { type FactKey, keyParts } from "./facts-file.ts";
import { type Absorbed, FactsTable } from "./facts-table.ts";
import type { DirtyTable } from "./flush.ts";
import { PackageSlot } from "./package-slot.ts";
import { readWholeReleases } from "./releases-file.ts";
import { writeReleases } from "./releases-text.ts";
import { mergePages, type StoredPage } from "./stored-page.ts";

/** What became of the archive's content. */
export interface MergeCounts {
  /** Packages of an index that were not known at all. */
  readonly packages: number;
  readonly releases: number;
  /** Those that took another's place are `renewed`. */
  readonly facts: Absorbed;
  /** Facts about files that their index no longer offers. */
  readonly outdated: number;
}

/** The store that something is merged into. */
export type MergeTarget = Pick<Backing, "quarantine" | "folder" | "source" | "flush">;

/** Files that an index no longer offers, by version. */
type GoneFiles = ReadonlyMap<string, readonly GoneFile[]>;

const flushAfter = 400;

/** Lays the files of an archive over those of a store, package by package. */
export class ArchiveMerge {
  readonly #target: MergeTarget;
  readonly #quarantine: Quarantine;
  readonly #dirty = new Map<DirtyTable, IndexUrl | undefined>();
  readonly #facts = { added: 0, renewed: 0, known: 0 };
  #package: ArchivedFile[] = [];
  #packages = 0;
  #releases = 0;
  #outdated = 0;

  constructor(target: MergeTarget) {
    this.#target = target;
    this.#quarantine = target.quarantine;
  }

  get counts(): MergeCounts {
    const [packages, releases, outdated] = [this.#packages, this.#releases, this.#outdated];
    return { packages, releases, facts: this.#facts, outdated };
  }

  get damaged() {
    return this.#quarantine.damaged;
  }

  /** Files of one package come one after the other. */
  async add(file: ArchivedFile): Promise<void> {
    const [first] = this.#package;
    if (first !== undefined && !isSamePackage(first, file)) this.#mergePackage();
    this.#package.push(file);
    if (this.#dirty.size >= flushAfter) await this.#flush();
  }

  async end(): Promise<void> {
    this.#mergePackage();
    await this.#flush();
  }

  async #flush(): Promise<void> {
    if (this.#dirty.size === 0) return;
    await this.#target.flush(this.#dirty);
  }

  #mergePackage(): void {
    const files = this.#package;
    this.#package = [];
    const [first] = files;
    if (first === undefined) return;
    if (first.kind === "source") {
      for (const file of files) if (file.kind === "source") this.#mergeSource(file);
      return;
    }
    const { name, index } = first;
    const folder = this.#target.folder(name, index);
    const slot = new PackageSlot(name, index, folder, this.#quarantine);
    const page = files.find((file) => file.kind === "releases")?.page;
    const gone = goneFiles(this.#mergePage(slot, page));
    for (const file of files) {
      if (file.kind !== "releases" && file.kind !== "source") this.#mergeFacts(slot, file, gone);
    }
  }

  /** What is known of the package then. */
  #mergePage(slot: PackageSlot, page: StoredPage | undefined): StoredPage | undefined {
    const old = this.#quarantine.guard(() => readWholeReleases(slot.releases.path));
    if (page === undefined) return old;
    const merged = mergePages(old, page);
    const versions = new Set(old?.releases.map(({ version }) => version));
    this.#releases += merged.releases.filter(({ version }) => !versions.has(version)).length;
    if (old === undefined) this.#packages += 1;
    if (old === undefined || !isSamePage(old, merged)) slot.releases.putPage(page);
    else if (merged.checkedAt > old.checkedAt) slot.releases.confirm(merged.checkedAt);
    if (slot.releases.dirty) this.#dirty.set(slot.releases, slot.index);
    this.#forgetGone(slot, old, merged);
    return merged;
  }

  /** What this store learnt of files of which only the archive knows that they are gone. */
  #forgetGone(slot: PackageSlot, old: StoredPage | undefined, merged: StoredPage): void {
    const before = goneFiles(old);
    for (const { version, gone = [] } of merged.releases) {
      const known = new Set(before.get(version)?.map(({ sha256 }) => sha256));
      const news = gone.filter(({ sha256 }) => !known.has(sha256));
      if (news.length === 0) continue;
      for (const table of slot.forget(version, { gone: news, come: [] })) {
        this.#dirty.set(table, slot.index);
      }
    }
  }

  #mergeFacts(
    slot: PackageSlot,
    file: Exclude<ArchivedFile, { kind: "releases" | "source" }>,
    gone: GoneFiles,
  ): void {
    const { index } = slot;
    if (file.kind === "metadata") {
      this.#absorb(slot.metadata, this.#upToDate(file.facts, gone), index);
    } else if (file.kind === "security") {
      this.#absorb(slot.security, this.#upToDate(file.facts, gone), index);
    } else if (file.kind === "performance") {
      this.#absorb(slot.performance, file.facts, index);
    } else if (file.kind === "about") {
      this.#absorb(slot.about, file.facts, index);
    } else if (file.kind === "attestations") {
      this.#absorb(slot.attestations, file.facts, index);
    } else {
      this.#absorb(slot.installed(file.runtime), this.#upToDate(file.facts, gone), index);
    }
  }

  #mergeSource({ key, facts }: Extract<ArchivedFile, { kind: "source" }>): void {
    const path = this.#target.source(key);
    const table = new FactsTable(path, sourceFacts, asciiJson({ key }), this.#quarantine);
    this.#absorb(table, facts, undefined);
  }

  #absorb<Fact>(
    table: FactsTable<Fact>,
    facts: ReadonlyMap<FactKey, Fact>,
    index: IndexUrl | undefined,
  ): void {
    const { added, renewed, known } = table.absorb(facts);
    this.#facts.added += added;
    this.#facts.renewed += renewed;
    this.#facts.known += known;
    if (table.dirty) this.#dirty.set(table, index);
  }

  /** Those that don't speak of a file that was replaced or taken away. */
  #upToDate<Fact extends MetadataFact | InstalledFact | SecurityFact>(
    facts: ReadonlyMap<FactKey, Fact>,
    gone: GoneFiles,
  ): ReadonlyMap<FactKey, Fact> {
    if (gone.size === 0) return facts;
    const kept = [...facts].filter(([key, fact]) => !isOfGoneFile(key, fact, gone));
    this.#outdated += facts.size - kept.length;
    return new Map(kept);
  }
}

function isOfGoneFile(
  key: FactKey,
  fact: MetadataFact | InstalledFact | SecurityFact,
  gone: GoneFiles,
): boolean {
  const [version = "", filename] = keyParts(key);
  return (gone.get(version) ?? []).some((file) =>
    "state" in fact
      ? file.filename === filename && fact.observedAt < file.vanished
      : file.sha256 === fact.sha256,
  );
}

function goneFiles(page: StoredPage | undefined): GoneFiles {
  const releases = page?.releases ?? [];
  return new Map(
    releases.flatMap(({ version, gone }) => (gone === undefined ? [] : [[version, gone]])),
  );
}

/** Apart from the time of the check. */
function isSamePage(one: StoredPage, other: StoredPage): boolean {
  return writeReleases({ ...one, checkedAt: 0 }) === writeReleases({ ...other, checkedAt: 0 });
}

function isSamePackage(one: ArchivedFile, other: ArchivedFile): boolean {
  if (one.kind === "source" || other.kind === "source") return one.kind === other.kind;
  return one.name === other.name && one.index === other.index;
}
