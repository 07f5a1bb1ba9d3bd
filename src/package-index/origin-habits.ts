/** What one run has learnt of how the hosts of files behave, so that it asks in vain less often. */
export class OriginHabits {
  readonly #metadataFiles = new Map<string, { hits: number; misses: number }>();
  readonly #withoutRanges = new Set<string>();

  /**
   * Whether to ask for a metadata file. An announcement is believed. Without one they are asked
   * for until several are missing and none was found: a miss costs a round trip, a hit saves one
   * or two.
   */
  mayHaveMetadataFile(origin: string, announced: boolean | undefined): boolean {
    if (announced === true) return true;
    const { hits, misses } = this.#metadataFiles.get(origin) ?? { hits: 0, misses: 0 };
    return hits > 0 || misses < (announced === false ? 3 : 20);
  }

  noteMetadataFile(origin: string, found: boolean): void {
    const { hits, misses } = this.#metadataFiles.get(origin) ?? { hits: 0, misses: 0 };
    this.#metadataFiles.set(
      origin,
      found ? { hits: hits + 1, misses } : { hits, misses: misses + 1 },
    );
  }

  mayHaveRanges(origin: string): boolean {
    return !this.#withoutRanges.has(origin);
  }

  noteNoRanges(origin: string): void {
    this.#withoutRanges.add(origin);
  }
}
