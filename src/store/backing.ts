import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import type { Quarantine } from "./damage.ts";
import type { DirtyTable } from "./flush.ts";
import type { PackageOnIndex } from "./inventory.ts";
import type { KnowledgeStore } from "./store.ts";

/** Where the files of a store are read, and what becomes of what was put. */
export interface Backing {
  readonly quarantine: Quarantine;
  /** The folder with the files of a package. */
  folder(name: PackageName, index: IndexUrl): string;
  readonly expect: KnowledgeStore["expect"];
  /** The file of a direct source. */
  source(key: string): string;
  /** The folder of the advisories. */
  advisories(): string;
  /** Tables that are written leave `dirty`. Resolves to the packages whose folder is another now. */
  flush(dirty: Map<DirtyTable, IndexUrl | undefined>): Promise<readonly PackageOnIndex[]>;
  /** Whether anything may be different since the last time. */
  moved(): boolean;
  revision(): string;
  /** `inMemory` are packages with something that was not flushed. */
  packages(inMemory: readonly PackageOnIndex[]): readonly PackageOnIndex[];
  indexes(name: PackageName, inMemory: readonly PackageOnIndex[]): readonly IndexUrl[];
  readonly shareAdvisories: KnowledgeStore["shareAdvisories"];
  /** The keys of the direct sources. */
  sources(): readonly string[];
  readonly count: KnowledgeStore["count"];
  readonly verify: KnowledgeStore["verify"];
  close(): Promise<void>;
}
