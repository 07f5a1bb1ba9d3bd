import type { Project } from "../model/project.ts";
import type { PackageKey } from "./incompatibility.ts";
import type { PartialSolution } from "./partial-solution.ts";

/** After so many conflicts a package is decided early, and who stood in its way even earlier. */
const conflictThreshold = 5;

/**
 * Which package to decide next. Pins first, then in the order in which packages were met; packages
 * that keep clashing are moved forward, so that a clash shows before much is built upon it.
 */
export class Priorities {
  private readonly order = new Map<PackageKey, number>();
  private readonly conflicts = new Map<PackageKey, number>();
  private readonly rejected = new Map<PackageKey, number>();
  private readonly pinned: ReadonlySet<PackageKey>;

  constructor(project: Project) {
    this.pinned = new Set(
      project.requirements
        .filter(({ specifier, source }) => source !== undefined || /^===?\s*[^*]+$/.test(specifier))
        .map(({ name }) => name),
    );
  }

  met(key: PackageKey): void {
    if (!this.order.has(key)) this.order.set(key, this.order.size);
  }

  /** A version of `key` was refused because its own dependencies clash with what is decided. */
  noteRejection(key: PackageKey): void {
    this.rejected.set(key, this.rejections(key) + 1);
  }

  /** A conflict undid a decision on `affected`; `culprit` was in its way. */
  noteConflict(affected: PackageKey | undefined, culprit: PackageKey | undefined): void {
    if (affected !== undefined) this.noteRejection(affected);
    for (const key of [affected, culprit]) {
      if (key !== undefined) this.conflicts.set(key, (this.conflicts.get(key) ?? 0) + 1);
    }
  }

  /** How often a version of `key` was refused so far. */
  rejections(key: PackageKey): number {
    return this.rejected.get(key) ?? 0;
  }

  /** The next package to decide; undefined: all are. */
  next(solution: PartialSolution): PackageKey | undefined {
    let best: PackageKey | undefined;
    let bestRank = Number.POSITIVE_INFINITY;
    for (const key of solution.undecided) {
      const rank = this.rank(key, solution);
      if (rank < bestRank) {
        best = key;
        bestRank = rank;
      }
    }
    return best;
  }

  private rank(key: PackageKey, solution: PartialSolution): number {
    const order = this.order.get(key) ?? 0;
    const bracket = key.indexOf("[");
    if (bracket > 0) {
      // An extra follows its package: at once when that is decided, never before
      return solution.decisions.has(key.slice(0, bracket)) ? order - 4e6 : order + 4e6;
    }
    if (this.pinned.has(key)) return order - 3e6;
    const conflicts = this.conflicts.get(key) ?? 0;
    return conflicts >= conflictThreshold ? order - 2e6 : order;
  }
}
