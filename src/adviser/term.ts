import {
  difference,
  intersect,
  isDisjoint,
  isSubset,
  union,
  type VersionRange,
} from "../python/version-range.ts";

/**
 * A statement about one package: its version lies in `range`, or (negative) it does not, which
 * also holds if the package is not selected at all. See docs/resolver.md#term.
 */
export interface Term {
  readonly positive: boolean;
  readonly range: VersionRange;
}

export function positive(range: VersionRange): Term {
  return { positive: true, range };
}

export function negative(range: VersionRange): Term {
  return { positive: false, range };
}

export function negate(term: Term): Term {
  return { positive: !term.positive, range: term.range };
}

/** What holds if both terms hold. */
export function intersectTerms(left: Term, right: Term): Term {
  if (left.positive) {
    return positive(
      right.positive ? intersect(left.range, right.range) : difference(left.range, right.range),
    );
  }
  if (right.positive) return positive(difference(right.range, left.range));
  return negative(union(left.range, right.range));
}

/** What holds if at least one of the terms holds. */
export function unionTerms(left: Term, right: Term): Term {
  return negate(intersectTerms(negate(left), negate(right)));
}

/** How knowing `known` decides `term`: it makes it true, makes it false, or leaves it open. */
export function relation(known: Term, term: Term): "satisfied" | "contradicted" | "open" {
  if (!known.positive) {
    // foo not >=1.0 known: foo >=1.5 is false, foo not >=1.5 is true
    if (!isSubset(term.range, known.range)) return "open";
    return term.positive ? "contradicted" : "satisfied";
  }
  // foo >=1.5 known: foo >=1.0 is true, foo <1.2 is false
  if (isSubset(known.range, term.range)) return term.positive ? "satisfied" : "contradicted";
  if (isDisjoint(known.range, term.range)) return term.positive ? "contradicted" : "satisfied";
  return "open";
}
