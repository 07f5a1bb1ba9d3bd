import type { Version } from "../python/version.ts";
import { anyVersion } from "../python/version-range.ts";
import { Catalog } from "./catalog.ts";
import { combinationFacts } from "./combinations.ts";
import { resolveConflict } from "./conflict.ts";
import type { AdviceContext } from "./context.ts";
import { baseOf, choose, requirementFacts } from "./facts.ts";
import type { Incompatibility, PackageKey } from "./incompatibility.ts";
import type { Limits } from "./limits.ts";
import { PartialSolution } from "./partial-solution.ts";
import { combinationsOf } from "./prescribed/combining.ts";
import { Priorities } from "./priorities.ts";
import { negate, type Term } from "./term.ts";

/** How a search ended. With gaps in the catalog a solution is a guess. */
export interface SearchResult {
  readonly decisions: ReadonlyMap<PackageKey, Version>;
  /** The proof that there is no stack; undefined: there is one. */
  readonly failure: Incompatibility | undefined;
  readonly catalog: Catalog;
  /** Decisions tried, those undone included. */
  readonly attempts: number;
}

/** What narrows a search beside the project. */
export interface SearchOptions {
  /** What may be spent; undefined: whatever it takes. */
  readonly limits?: Limits;
  /** Stacks that are not to be found again. */
  readonly excluded?: readonly Incompatibility[];
  /** Packages to decide as soon as they can be: where limits are likely to be too tight. */
  readonly first?: ReadonlySet<PackageKey>;
  /** The catalog of a search of the same context, to look nothing up twice. */
  readonly catalog?: Catalog;
}

/**
 * Finds a stack that satisfies a project, the newest as far as one can tell package by package, or a
 * proof that there is none (docs/resolver.md). Under limits the proof may rest on them.
 */
export function search(context: AdviceContext, options: SearchOptions = {}): SearchResult {
  const searching = searchInSteps(context, options);
  for (;;) {
    const { done, value } = searching.next();
    if (done === true) return value;
  }
}

/** The same with a pause after some decisions, in which a caller may look after other things. */
export function* searchInSteps(
  context: AdviceContext,
  options: SearchOptions = {},
): Generator<undefined, SearchResult> {
  let catalog = options.catalog ?? new Catalog(context);
  for (;;) {
    const result = yield* new Search(catalog, options).run();
    if (!catalog.stale) return result;
    catalog = new Catalog(context, catalog);
  }
}

/** So many decisions are made between two pauses: some milliseconds where much is to be looked up. */
const stride = 32;

/** Up to so many terms, all are looked at each time. */
const fewTerms = 4;

class Search {
  private readonly solution = new PartialSolution();
  private readonly catalog: Catalog;
  private readonly limits: Limits | undefined;
  private readonly excluded: readonly Incompatibility[];
  private readonly priorities: Priorities;
  private readonly byPackage = new Map<PackageKey, Incompatibility[]>();
  private readonly contradicted = new Map<Incompatibility, number>();
  private readonly added = new Set<Incompatibility>();
  /** Of those with many terms, two that were open. */
  private readonly watched = new Map<Incompatibility, readonly [PackageKey, PackageKey]>();
  /** The packages that conflicts taught something about. */
  private readonly learntAbout = new Set<PackageKey>();
  private attempts = 0;

  constructor(catalog: Catalog, { limits, excluded = [], first }: SearchOptions) {
    this.catalog = catalog;
    this.limits = limits;
    this.excluded = excluded;
    this.priorities = new Priorities(catalog.context.project, first);
  }

  *run(): Generator<undefined, SearchResult> {
    const failure = yield* this.solve();
    return {
      decisions: this.solution.decisions,
      failure,
      catalog: this.catalog,
      attempts: this.attempts,
    };
  }

  private *solve(): Generator<undefined, Incompatibility | undefined> {
    const changed = new Set<PackageKey>();
    const { catalog, limits } = this;
    const facts = [
      ...requirementFacts(catalog),
      ...combinationFacts(combinationsOf(catalog.context), limits),
    ];
    for (const incompatibility of [...facts, ...this.excluded]) {
      for (const key of this.add(incompatibility)) changed.add(key);
    }
    let failure = this.propagate(changed);
    while (failure === undefined) {
      const key = this.priorities.next(this.solution);
      if (key === undefined || this.catalog.stale) return undefined;
      if (this.attempts % stride === stride - 1) yield;
      changed.clear();
      this.decide(key, changed);
      failure = this.propagate(changed);
      if (failure === undefined && this.reorder()) {
        // What was learnt higher up may tell something here already
        failure = this.propagate(new Set(this.learntAbout));
      }
    }
    return failure;
  }

  /** Chooses a version of `key`, or learns that none can be chosen. Notes what changed. */
  private decide(key: PackageKey, changed: Set<PackageKey>): void {
    this.attempts += 1;
    const range = this.solution.known(key)?.range ?? anyVersion;
    const base = baseOf(key);
    const choice = choose(this.catalog, key, range, {
      decided: base === key ? undefined : this.solution.decisions.get(base),
      refusedBefore: this.priorities.wasRefused(base),
      limits: this.limits,
    });
    if ("incompatibility" in choice) {
      for (const one of this.add(choice.incompatibility)) changed.add(one);
      return;
    }
    let clash: PackageKey | undefined;
    for (const incompatibility of choice.incompatibilities) {
      if (!this.added.has(incompatibility)) this.add(incompatibility);
      for (const one of incompatibility.terms.keys()) changed.add(one);
      clash ??= this.clashing(incompatibility, key);
    }
    // A version whose own dependencies already clash is never decided: the clash rules it out
    if (clash !== undefined) this.priorities.noteConflict(base, baseOf(clash));
    else {
      this.solution.decide(key, choice.version);
      this.priorities.noteDecision(key);
    }
    changed.add(key);
  }

  /** If all other terms hold, deciding `decided` would be a conflict with the package returned. */
  private clashing(incompatibility: Incompatibility, decided: PackageKey): PackageKey | undefined {
    let other: PackageKey | undefined;
    for (const [key, term] of incompatibility.terms) {
      if (key === decided) continue;
      if (this.solution.relation(key, term) !== "satisfied") return undefined;
      other = key;
    }
    return other;
  }

  private add(incompatibility: Incompatibility): Iterable<PackageKey> {
    this.added.add(incompatibility);
    for (const key of incompatibility.terms.keys()) {
      this.priorities.met(key);
      const list = this.byPackage.get(key);
      if (list === undefined) this.byPackage.set(key, [incompatibility]);
      else list.push(incompatibility);
    }
    return incompatibility.terms.keys();
  }

  /** Draws every conclusion; returns the proof of failure if the project can't be satisfied. */
  private propagate(changed: Set<PackageKey>): Incompatibility | undefined {
    for (const key of changed) {
      changed.delete(key);
      const conflict = this.concludeAbout(key, changed);
      if (conflict === undefined) continue;
      const learnt = this.learn(conflict);
      if (learnt.terms.size === 0) return learnt;
      changed.clear();
      const derived = this.conclude(learnt);
      if (derived === "conflict" || derived === "nothing") {
        throw new Error("what was learnt from a conflict must lead to a conclusion");
      }
      changed.add(derived);
    }
    return undefined;
  }

  /** Concludes from all that is known about one package, up to the first conflict. */
  private concludeAbout(key: PackageKey, changed: Set<PackageKey>): Incompatibility | undefined {
    const list = this.byPackage.get(key) ?? [];
    // Newest first: what was learnt from conflicts is more general and concludes sooner
    for (let position = list.length - 1; position >= 0; position -= 1) {
      const incompatibility = list[position];
      if (incompatibility === undefined || this.contradicted.has(incompatibility)) continue;
      const outcome = this.conclude(incompatibility);
      if (outcome === "conflict") return incompatibility;
      if (outcome !== "nothing") changed.add(outcome);
    }
    return undefined;
  }

  /** If all but one term hold, the last one can't: derives its negation. */
  private conclude(incompatibility: Incompatibility): PackageKey | "conflict" | "nothing" {
    if (this.stillOpen(incompatibility)) return "nothing";
    let open: [PackageKey, Term] | undefined;
    for (const [key, term] of incompatibility.terms) {
      const relation = this.solution.relation(key, term);
      if (relation === "contradicted") {
        this.contradicted.set(incompatibility, this.solution.level);
        return "nothing";
      }
      if (relation === "satisfied") continue;
      if (open !== undefined) {
        if (incompatibility.terms.size > fewTerms)
          this.watched.set(incompatibility, [open[0], key]);
        return "nothing";
      }
      open = [key, term];
    }
    if (open === undefined) return "conflict";
    this.solution.derive(open[0], negate(open[1]), incompatibility);
    return open[0];
  }

  /** Whether two of many terms that were open when last looked at still are: then nothing follows. */
  private stillOpen(incompatibility: Incompatibility): boolean {
    const pair = this.watched.get(incompatibility);
    return pair?.every((key) => this.isOpen(key, incompatibility)) === true;
  }

  private isOpen(key: PackageKey, { terms }: Incompatibility): boolean {
    const term = terms.get(key);
    return term !== undefined && this.solution.relation(key, term) === "open";
  }

  /** Finds what is really wrong, steps back to where it can be avoided, and remembers it. */
  private learn(conflict: Incompatibility): Incompatibility {
    const { cause, level, culprits } = resolveConflict(conflict, this.solution);
    if (cause.terms.size === 0) return cause;
    if (culprits.affected !== undefined) {
      const { affected, culprit } = culprits;
      this.priorities.noteConflict(baseOf(affected), culprit && baseOf(culprit));
    }
    this.backtrack(level);
    if (cause !== conflict) for (const key of this.add(cause)) this.learntAbout.add(key);
    return cause;
  }

  /** Packages that moved in the order are decided anew, and all that was decided after them. */
  private reorder(): boolean {
    let level = this.solution.level;
    for (const key of this.priorities.takeReordered()) {
      level = Math.min(level, (this.solution.levelOf(key) ?? level + 1) - 1);
    }
    if (level >= this.solution.level) return false;
    this.backtrack(level);
    return true;
  }

  private backtrack(level: number): void {
    this.solution.backtrack(level);
    for (const [incompatibility, at] of this.contradicted) {
      if (at > level) this.contradicted.delete(incompatibility);
    }
  }
}
