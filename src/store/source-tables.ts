import type { SourceFact } from "../model/knowledge.ts";
import { asciiJson } from "./ascii-json.ts";
import type { Quarantine } from "./damage.ts";
import { sourceFacts } from "./fact-kinds.ts";
import { FactsTable } from "./facts-table.ts";

/** What is known of sources that are no releases, a file for each key, read when first asked for. */
export class SourceTables {
  readonly #pathOf: (key: string) => string;
  readonly #quarantine: Quarantine;
  readonly #tables = new Map<string, FactsTable<SourceFact>>();

  constructor(pathOf: (key: string) => string, quarantine: Quarantine) {
    this.#pathOf = pathOf;
    this.#quarantine = quarantine;
  }

  get(key: string): FactsTable<SourceFact> {
    const known = this.#tables.get(key);
    if (known !== undefined) return known;
    const path = this.#pathOf(key);
    const table = new FactsTable(path, sourceFacts, asciiJson({ key }), this.#quarantine);
    this.#tables.set(key, table);
    return table;
  }

  /** Has later reads see what is on disk; what was put and not flushed stays. */
  forgetRead(): void {
    for (const [key, table] of this.#tables) {
      if (table.dirty) table.moveTo(this.#pathOf(key));
      else this.#tables.delete(key);
    }
  }
}
