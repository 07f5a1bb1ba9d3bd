interface Habit {
  /** Upload time of the newest file that had a metadata file; "" before the first. */
  newestHit: string;
  /** Upload times of files without one, "" where unknown. */
  misses: string[];
}

const provenBy = 3;
const provenWithoutDates = 20;

/**
 * What one run has learnt of how the hosts of files behave, so that it asks in vain less often: a
 * request in vain costs a round trip, and one range mostly does what the metadata file would.
 */
export class OriginHabits {
  readonly #metadataFiles = new Map<string, Habit>();
  readonly #withoutRanges = new Set<string>();

  /**
   * Whether to ask for a metadata file. An announcement is believed. Mirrors that filled theirs up
   * to some day have none for later files: three that are newer than every hit, and no newer than
   * this one, prove it.
   */
  mayHaveMetadataFile(
    origin: string,
    announced: boolean | undefined,
    uploadedAt: string | undefined,
  ): boolean {
    if (announced === true) return true;
    const habit = this.#metadataFiles.get(origin);
    if (habit === undefined) return true;
    const { newestHit, misses } = habit;
    if (uploadedAt === undefined || announced === false) {
      return (
        newestHit !== "" || misses.length < (announced === false ? provenBy : provenWithoutDates)
      );
    }
    if (uploadedAt <= newestHit) return true;
    return misses.filter((at) => at > newestHit && at <= uploadedAt).length < provenBy;
  }

  noteMetadataFile(origin: string, found: boolean, uploadedAt = ""): void {
    const habit = this.#metadataFiles.get(origin) ?? { newestHit: "", misses: [] };
    this.#metadataFiles.set(origin, habit);
    if (!found) {
      if (habit.misses.length < provenWithoutDates || uploadedAt > habit.newestHit) {
        habit.misses.push(uploadedAt);
      }
    } else if (uploadedAt >= habit.newestHit) {
      // A hit without a date still is one.
      habit.newestHit = uploadedAt || "0";
      habit.misses = habit.misses.filter((at) => at > habit.newestHit);
    }
  }

  mayHaveRanges(origin: string): boolean {
    return !this.#withoutRanges.has(origin);
  }

  noteNoRanges(origin: string): void {
    this.#withoutRanges.add(origin);
  }
}
