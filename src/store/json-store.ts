import { statSync } from "node:fs";
import { join } from "node:path";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { listFolder } from "../util/atomic-write.ts";
import { isRecord } from "../util/json.ts";
import type { Backing } from "./backing.ts";
import { type Catalogue, readCatalogue, revisionText } from "./catalogue.ts";
import { Quarantine } from "./damage.ts";
import { readSubject } from "./facts-file.ts";
import { type DirtyTable, flushTables } from "./flush.ts";
import {
  countStore,
  listIndexes,
  listPackages,
  type PackageOnIndex,
  verifyStore,
} from "./inventory.ts";
import type { KnowledgeStore } from "./store.ts";
import { StorePaths } from "./store-paths.ts";
import { TableStore } from "./table-store.ts";

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
  return new TableStore(jsonBacking(folder, options));
}

/** The files of `openJsonStore` for those who deal with whole files. */
export function jsonBacking(
  folder: string,
  options: { readonly readOnly?: boolean } = {},
): Backing {
  return new JsonBacking(new StorePaths(folder), options.readOnly ?? false);
}

class JsonBacking implements Backing {
  readonly quarantine: Quarantine;
  readonly #paths: StorePaths;
  readonly #readOnly: boolean;
  /** null: there is none yet. undefined: not looked yet. */
  #catalogue: Catalogue | null | undefined;
  /** What the disk said at the last `moved`. */
  #seen = "";

  constructor(paths: StorePaths, readOnly: boolean) {
    this.#paths = paths;
    this.#readOnly = readOnly;
    this.quarantine = new Quarantine(readOnly ? undefined : paths.corrupt);
  }

  folder(name: PackageName, index: IndexUrl): string {
    return this.#paths.package(name, index);
  }

  async expect(): Promise<void> {}

  source(key: string): string {
    return this.#paths.source(key);
  }

  advisories(): string {
    return this.#paths.advisories;
  }

  async flush(dirty: Map<DirtyTable, IndexUrl | undefined>): Promise<readonly []> {
    this.#catalogue = await flushTables(dirty, {
      paths: this.#paths,
      quarantine: this.quarantine,
      readOnly: this.#readOnly,
    });
    return [];
  }

  moved(): boolean {
    this.#catalogue = undefined;
    // Every flush makes and removes its lock there, even where the revision stays as it is.
    const touched = statSync(this.#paths.root, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    const disk = `${this.revision()} ${touched}`;
    const moved = disk !== this.#seen;
    this.#seen = disk;
    return moved;
  }

  revision(): string {
    if (this.#catalogue === undefined)
      this.#catalogue = this.quarantine.guard(() => readCatalogue(this.#paths.catalogue)) ?? null;
    return revisionText(this.#catalogue ?? undefined);
  }

  packages(inMemory: readonly PackageOnIndex[]): readonly PackageOnIndex[] {
    return listPackages(this.#paths, inMemory);
  }

  indexes(name: PackageName, inMemory: readonly PackageOnIndex[]): readonly IndexUrl[] {
    return listIndexes(this.#paths, name, inMemory);
  }

  /** Whoever shares them shares the folder. */
  async shareAdvisories(): Promise<void> {}

  sources(): readonly string[] {
    return listFolder(this.#paths.sources).flatMap((file) => {
      const of = this.quarantine.guard(() => readSubject(join(this.#paths.sources, file)));
      return isRecord(of) && typeof of["key"] === "string" ? [of["key"]] : [];
    });
  }

  count(): ReturnType<KnowledgeStore["count"]> {
    return countStore(this.#paths);
  }

  async verify(): ReturnType<KnowledgeStore["verify"]> {
    return verifyStore(this.#paths);
  }

  async close(): Promise<void> {}
}
