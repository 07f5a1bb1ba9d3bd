import type { Project } from "../model/project.ts";
import { baseOf } from "./facts.ts";
import type { PackageKey } from "./incompatibility.ts";
import type { PartialSolution } from "./partial-solution.ts";

/**
 * Which package to decide next: pins first, then in the order in which packages were met, save that
 * conflicts move packages (docs/resolver.md#order-of-decisions).
 */
export class Priorities {
  private readonly order = new Map<PackageKey, number>();
  /** Keys of extras to those of their packages. */
  private readonly extraOf = new Map<PackageKey, PackageKey>();
  /** Of packages; every decision asks for those of all that are undecided. */
  private readonly ranks = new Map<PackageKey, number>();
  private readonly early = new Set<PackageKey>();
  private readonly late = new Set<PackageKey>();
  private reordered = new Set<PackageKey>();
  private readonly pinned: ReadonlySet<PackageKey>;
  private readonly first: ReadonlySet<PackageKey>;

  /** `first`: what to decide next after pins, as soon as it must be decided at all. */
  constructor(project: Project, first: ReadonlySet<PackageKey> = new Set()) {
    this.first = first;
    this.pinned = new Set(
      project.requirements
        .filter(({ specifier, source }) => source !== undefined || /^===?\s*[^*]+$/.test(specifier))
        .map(({ name }) => name),
    );
  }

  met(key: PackageKey): void {
    if (this.order.has(key)) return;
    this.order.set(key, this.order.size);
    const base = baseOf(key);
    if (base !== key) this.extraOf.set(key, base);
  }

  /**
   * A version of `affected` was given up because of what is held of `culprit`: from now on who
   * makes demands is decided early, and whom they are made of late, so that it can meet them.
   */
  noteConflict(affected: PackageKey, culprit: PackageKey | undefined): void {
    if (!this.early.has(affected)) this.reordered.add(affected);
    this.early.add(affected);
    this.ranks.delete(affected);
    if (culprit === undefined || culprit === affected || this.late.has(culprit)) return;
    this.late.add(culprit);
    this.ranks.delete(culprit);
    this.reordered.add(culprit);
  }

  /** Whether a version of `key` was given up before. */
  wasRefused(key: PackageKey): boolean {
    return this.early.has(key);
  }

  /** The packages whose place in the order changed since this was last asked. */
  takeReordered(): ReadonlySet<PackageKey> {
    const taken = this.reordered;
    this.reordered = new Set();
    return taken;
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
    const known = this.ranks.get(key);
    if (known !== undefined) return known;
    const base = this.extraOf.get(key);
    if (base === undefined) {
      const rank = this.rankOfPackage(key);
      this.ranks.set(key, rank);
      return rank;
    }
    const order = this.order.get(key) ?? 0;
    // An extra follows its package: at once when that is decided, never before
    return solution.decisions.has(base) ? order - 4e6 : order + 4e6;
  }

  private rankOfPackage(key: PackageKey): number {
    const order = this.order.get(key) ?? 0;
    if (this.pinned.has(key)) return order - 3e6;
    if (this.first.has(key)) return order - 2.5e6;
    if (this.early.has(key)) return order - 2e6;
    return this.late.has(key) ? order + 2e6 : order;
  }
}
