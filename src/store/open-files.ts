/** A table that may keep its file open to read on. */
interface OpenTable {
  readonly open: boolean;
  /** Reads what may still be asked for and closes the file. */
  settle(): void;
  close(): void;
}

// Node raises its own limit to the hard one, which is 4,096 or more on all systems we know.
const limit = 400;

/** Bounds how many files the store keeps open: the one opened first is closed first. */
export class OpenFiles {
  readonly #tables = new Set<OpenTable>();

  used(table: OpenTable): void {
    if (!table.open || this.#tables.has(table)) return;
    this.#tables.add(table);
    if (this.#tables.size <= limit) return;
    const [oldest] = this.#tables;
    if (oldest === undefined) return;
    this.#tables.delete(oldest);
    oldest.settle();
  }

  settleAll(): void {
    for (const table of this.#tables) table.settle();
    this.#tables.clear();
  }

  closeAll(): void {
    for (const table of this.#tables) table.close();
    this.#tables.clear();
  }
}
