import type { Version } from "../python/version.ts";
import { singleVersion } from "../python/version-range.ts";
import type { Incompatibility, PackageKey } from "./incompatibility.ts";
import { intersectTerms, negate, positive, relation, type Term } from "./term.ts";

/** One step of the search: a decision (no cause) or what followed from an incompatibility. */
interface Assignment {
  readonly key: PackageKey;
  readonly level: number;
  readonly cause: Incompatibility | undefined;
  /** What is known of the package after this step. */
  readonly known: Term;
}

/** The first assignment after which a term holds. */
export interface Satisfier {
  readonly assignment: Assignment;
  /** Position in the trail. */
  readonly position: number;
}

/** What the search holds to be true at this moment. See docs/resolver.md#partial-solution. */
export class PartialSolution {
  readonly decisions = new Map<PackageKey, Version>();
  /** Packages that must be selected but are not decided yet, in the order they were first met. */
  readonly undecided = new Set<PackageKey>();
  /** Those that came to be undecided since `takeOpened`. */
  private opened: PackageKey[] = [];
  private readonly trail: Assignment[] = [];
  private readonly positions = new Map<PackageKey, number[]>();
  level = 0;

  /** What is known of a package; undefined: nothing. */
  known(key: PackageKey): Term | undefined {
    const positions = this.positions.get(key);
    const last = positions?.at(-1);
    return last === undefined ? undefined : this.trail[last]?.known;
  }

  /** The level at which a package was decided. */
  levelOf(key: PackageKey): number | undefined {
    if (!this.decisions.has(key)) return undefined;
    const decided = this.positions.get(key)?.find((at) => this.trail[at]?.cause === undefined);
    return decided === undefined ? undefined : this.trail[decided]?.level;
  }

  /** How the present knowledge decides a term. */
  relation(key: PackageKey, term: Term): "satisfied" | "contradicted" | "open" {
    const known = this.known(key);
    return known === undefined ? "open" : relation(known, term);
  }

  decide(key: PackageKey, version: Version): void {
    this.level += 1;
    this.decisions.set(key, version);
    this.undecided.delete(key);
    this.push(key, positive(singleVersion(version)), undefined);
  }

  derive(key: PackageKey, term: Term, cause: Incompatibility): void {
    this.push(key, term, cause);
    if (this.known(key)?.positive && !this.decisions.has(key)) this.open(key);
  }

  /** The packages that came to be undecided since this was last asked. */
  takeOpened(): readonly PackageKey[] {
    const taken = this.opened;
    this.opened = [];
    return taken;
  }

  /** Takes back everything decided or derived above `level`. */
  backtrack(level: number): void {
    for (
      let last = this.trail.at(-1);
      last !== undefined && last.level > level;
      last = this.trail.at(-1)
    ) {
      this.trail.pop();
      this.positions.get(last.key)?.pop();
      if (last.cause === undefined) this.decisions.delete(last.key);
      if (this.known(last.key)?.positive && !this.decisions.has(last.key)) this.open(last.key);
      else this.undecided.delete(last.key);
    }
    this.level = level;
  }

  /** The earliest assignment after which `term` of `key` holds, not looking beyond `before`. */
  satisfier(key: PackageKey, term: Term, before: number): Satisfier {
    for (const position of this.positions.get(key) ?? []) {
      const assignment = this.trail[position];
      if (position >= before || assignment === undefined) break;
      if (relation(assignment.known, term) === "satisfied") return { assignment, position };
    }
    throw new Error(`no assignment satisfies the term of ${key}`);
  }

  /** The earliest assignment that, together with `satisfier`, makes `term` of its package hold. */
  partner(satisfier: Satisfier, term: Term): Satisfier | undefined {
    const own = ownTerm(satisfier.assignment);
    for (const position of this.positions.get(satisfier.assignment.key) ?? []) {
      const assignment = this.trail[position];
      if (position >= satisfier.position || assignment === undefined) return undefined;
      if (relation(intersectTerms(assignment.known, own), term) === "satisfied") {
        return { assignment, position };
      }
    }
    return undefined;
  }

  get length(): number {
    return this.trail.length;
  }

  private open(key: PackageKey): void {
    if (this.undecided.has(key)) return;
    this.undecided.add(key);
    this.opened.push(key);
  }

  private push(key: PackageKey, term: Term, cause: Incompatibility | undefined): void {
    const known = this.known(key);
    const positions = this.positions.get(key);
    if (positions === undefined) this.positions.set(key, [this.trail.length]);
    else positions.push(this.trail.length);
    this.trail.push({
      key,
      level: this.level,
      cause,
      known: known === undefined ? term : intersectTerms(known, term),
    });
  }
}

/** What an assignment states by itself: the decision, or the negation of its cause's term. */
export function ownTerm(assignment: Assignment): Term {
  const term = assignment.cause?.terms.get(assignment.key);
  return term === undefined ? assignment.known : negate(term);
}
