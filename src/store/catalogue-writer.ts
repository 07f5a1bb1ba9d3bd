import { LowSync } from "lowdb";
import { gt } from "semver";
import type { IndexUrl } from "../model/release.ts";
import { type Catalogue, parseCatalogue } from "./catalogue.ts";
import type { Quarantine } from "./damage.ts";
import { JsonAdapter } from "./json-adapter.ts";
import { storeSchema } from "./schema.ts";
import { indexKey, type StorePaths } from "./store-paths.ts";

/**
 * The catalogue while a flush holds the store's lock. In a file of its own, so that reading
 * knowledge loads neither lowdb nor semver.
 */
export class CatalogueWriter {
  readonly #document: LowSync<Catalogue>;

  static open(paths: StorePaths, quarantine: Quarantine): CatalogueWriter {
    const parse = (text: string) =>
      quarantine.guard(() => parseCatalogue(text, paths.catalogue)) ?? null;
    const adapter = new JsonAdapter(paths.catalogue, paths.temporary, parse);
    const document = new LowSync<Catalogue>(adapter, emptyCatalogue());
    document.read();
    // A program that knows less must leave alone what a later one may have added.
    if (gt(storeSchema, document.data.schema)) document.data.schema = storeSchema;
    return new CatalogueWriter(document);
  }

  private constructor(document: LowSync<Catalogue>) {
    this.#document = document;
  }

  get catalogue(): Catalogue {
    return this.#document.data;
  }

  /** Before the first file changes. An odd number left by a killed process moves on too. */
  begin(indexes: Iterable<IndexUrl>): void {
    const { data } = this.#document;
    for (const index of indexes) data.indexes[indexKey(index)] = index;
    data.revision += data.revision % 2 === 0 ? 1 : 2;
    this.#document.write();
  }

  /** After the last one. */
  end(): void {
    this.#document.data.revision += 1;
    this.#document.write();
  }
}

function emptyCatalogue(): Catalogue {
  const random = Math.floor(Math.random() * 2 ** 32);
  return {
    schema: storeSchema,
    created: new Date().toISOString(),
    id: random.toString(16).padStart(8, "0"),
    revision: 0,
    indexes: {},
  };
}
