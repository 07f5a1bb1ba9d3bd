import type { Project } from "../model/project.ts";
import { Heap } from "../util/heap.ts";
import { baseOf } from "./facts.ts";
import type { PackageKey } from "./incompatibility.ts";
import type { PartialSolution } from "./partial-solution.ts";

interface Ranked {
  readonly key: PackageKey;
  readonly rank: number;
}

/**
 * Which package to decide next: pins first, then in the order in which packages were met, save that
 * conflicts move packages (docs/resolver.md#order-of-decisions).
 */
export class Priorities {
  private readonly order = new Map<PackageKey, number>();
  /** Keys of extras to those of their packages, and the other way round. */
  private readonly baseOfExtra = new Map<PackageKey, PackageKey>();
  private readonly extrasOf = new Map<PackageKey, PackageKey[]>();
  /** All that are undecided, and some that no longer are, or that moved since. */
  private readonly waiting = new Heap<Ranked>((a, b) => a.rank < b.rank);
  /** Those whose rank may have become better. */
  private readonly risen = new Set<PackageKey>();
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
    if (base === key) return;
    this.baseOfExtra.set(key, base);
    const others = this.extrasOf.get(base);
    if (others === undefined) this.extrasOf.set(base, [key]);
    else others.push(key);
  }

  /**
   * A version of `affected` was given up because of what is held of `culprit`: from now on who
   * makes demands is decided early, and whom they are made of late, so that it can meet them.
   */
  noteConflict(affected: PackageKey, culprit: PackageKey | undefined): void {
    if (!this.early.has(affected)) this.reordered.add(affected);
    this.early.add(affected);
    this.risen.add(affected);
    if (culprit === undefined || culprit === affected || this.late.has(culprit)) return;
    this.late.add(culprit);
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
    for (const key of solution.takeOpened()) this.await(key, solution);
    for (const key of this.risen) this.await(key, solution);
    this.risen.clear();
    for (;;) {
      const first = this.waiting.peek();
      if (first === undefined) return undefined;
      const { key, rank } = first;
      const isUndecided = solution.undecided.has(key);
      if (isUndecided && this.rank(key, solution) === rank) return key;
      this.waiting.pop();
      if (isUndecided) this.await(key, solution);
    }
  }

  /** A package was decided: its extras come next. */
  noteDecision(key: PackageKey): void {
    for (const extra of this.extrasOf.get(key) ?? []) this.risen.add(extra);
  }

  private await(key: PackageKey, solution: PartialSolution): void {
    this.waiting.push({ key, rank: this.rank(key, solution) });
  }

  private rank(key: PackageKey, solution: PartialSolution): number {
    const order = this.order.get(key) ?? 0;
    const base = this.baseOfExtra.get(key);
    // An extra follows its package: at once when that is decided, never before
    if (base !== undefined) return solution.decisions.has(base) ? order - 4e6 : order + 4e6;
    if (this.pinned.has(key)) return order - 3e6;
    if (this.first.has(key)) return order - 2.5e6;
    if (this.early.has(key)) return order - 2e6;
    return this.late.has(key) ? order + 2e6 : order;
  }
}
