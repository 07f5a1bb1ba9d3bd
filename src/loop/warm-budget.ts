import type { Gap } from "../model/gap.ts";
import type { Services } from "../wiring.ts";

/** What a wheel's metadata takes on a large index, measured (docs/performance.md). */
const usualFactBytes = 30_000;
/** What a list of releases takes there at most, save for a few packages. */
const usualListBytes = 200_000;
/** A source whose size nobody tells. */
const usualSourceBytes = 1_000_000;

/**
 * How many bytes may be fetched. Files have a size that the index tells; lists and metadata have
 * none, so those are estimated, and at most half of what is left is spent on them at a time.
 */
export class ByteBudget {
  private readonly limit: number;
  private readonly services: Pick<Services, "client" | "store">;
  private facts = 0;
  private reserved = 0;

  /** `limit`: of all that the client of these services fetches; Infinity for none. */
  constructor(limit: number, services: Pick<Services, "client" | "store">) {
    this.limit = limit;
    this.services = services;
  }

  /** The first of these facts that may be asked for at once; none if the first may not. */
  afford(gaps: readonly Gap[]): readonly Gap[] {
    if (this.limit === Number.POSITIVE_INFINITY) return gaps;
    const { bytes } = this.services.client.traffic();
    const mean = this.facts === 0 ? usualFactBytes : Math.max(1, bytes / this.facts);
    const half = (this.limit - bytes) / 2;
    let sum = 0;
    let count = 0;
    for (const gap of gaps) {
      const usual = gap.missing === "releases" ? Math.max(mean, usualListBytes) : mean;
      sum += fileBytes(gap, this.services.store) ?? usual;
      // One alone may take all that is left
      if (sum > half && (count > 0 || sum > 2 * half)) break;
      count += 1;
    }
    this.facts += count;
    return gaps.slice(0, count);
  }

  /** Sets bytes aside for a file, so that several at once don't exceed the limit; false: too many. */
  reserve(bytes: number): boolean {
    const spent = this.services.client.traffic().bytes + this.reserved;
    if (spent + bytes > this.limit) return false;
    this.reserved += bytes;
    return true;
  }

  /** The file is here, and its bytes count as fetched. */
  spent(bytes: number): void {
    this.reserved -= bytes;
  }
}

/** What facts will take to learn, roughly. */
export function estimatedBytes(gaps: readonly Gap[], store: Services["store"]): number {
  return gaps.reduce((sum, gap) => sum + (fileBytes(gap, store) ?? usualFactBytes), 0);
}

/** The size of the file that a fact is learnt from, where it is fetched as a whole. */
function fileBytes(gap: Gap, store: Services["store"]): number | undefined {
  if (gap.missing === "source") return usualSourceBytes;
  if (gap.missing !== "metadata" || gap.filename.endsWith(".whl")) return undefined;
  const files = store.details(gap.release);
  return files?.find(({ filename }) => filename === gap.filename)?.size ?? usualSourceBytes;
}
