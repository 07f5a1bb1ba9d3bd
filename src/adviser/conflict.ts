import type { Incompatibility, PackageKey } from "./incompatibility.ts";
import { ownTerm, type PartialSolution, type Satisfier } from "./partial-solution.ts";
import { intersectTerms, negate, relation, type Term, unionTerms } from "./term.ts";

/** The root of a conflict. `level`: step back to it, and `cause` yields a conclusion there. */
export interface Resolved {
  readonly cause: Incompatibility;
  readonly level: number;
  /** Whose decision had to go, and who stood in its way; for the order of later decisions. */
  readonly culprits: {
    readonly affected: PackageKey | undefined;
    readonly culprit: PackageKey | undefined;
  };
}

interface Latest {
  readonly key: PackageKey;
  readonly term: Term;
  readonly satisfier: Satisfier;
  /** The level at which all the rest already held. */
  readonly previousLevel: number;
}

/**
 * Follows a conflict back through its causes until it can be blamed on one decision
 * (docs/resolver.md#conflict-resolution). With no terms left, the project itself is at fault.
 */
export function resolveConflict(conflict: Incompatibility, solution: PartialSolution): Resolved {
  let cause = conflict;
  let culprit: PackageKey | undefined;
  let before = solution.length;
  for (;;) {
    if (cause.terms.size === 0)
      return { cause, level: 0, culprits: { affected: undefined, culprit } };
    const latest = latestSatisfier(cause, solution, before);
    const { assignment, position } = latest.satisfier;
    if (assignment.cause === undefined || latest.previousLevel < assignment.level) {
      return {
        cause,
        level: latest.previousLevel,
        culprits: {
          affected: decisionKey(cause, latest),
          culprit: culprit ?? otherKey(cause, latest.key),
        },
      };
    }
    culprit ??= latest.key;
    cause = priorCause(cause, latest, assignment.cause);
    before = position;
  }
}

function decisionKey(cause: Incompatibility, latest: Latest): PackageKey | undefined {
  return cause.terms.has(latest.key) ? latest.key : undefined;
}

function otherKey(cause: Incompatibility, key: PackageKey): PackageKey | undefined {
  for (const other of cause.terms.keys()) if (other !== key) return other;
  return undefined;
}

function latestSatisfier(
  cause: Incompatibility,
  solution: PartialSolution,
  before: number,
): Latest {
  let found: { key: PackageKey; term: Term; satisfier: Satisfier } | undefined;
  let previousLevel = 0;
  for (const [key, term] of cause.terms) {
    const satisfier = solution.satisfier(key, term, before);
    if (found === undefined || satisfier.position > found.satisfier.position) {
      if (found !== undefined)
        previousLevel = Math.max(previousLevel, found.satisfier.assignment.level);
      found = { key, term, satisfier };
    } else {
      previousLevel = Math.max(previousLevel, satisfier.assignment.level);
    }
  }
  if (found === undefined) throw new Error("an incompatibility without terms has no satisfier");
  const own = ownTerm(found.satisfier.assignment);
  if (relation(own, found.term) !== "satisfied") {
    const partner = solution.partner(found.satisfier, found.term);
    previousLevel = Math.max(previousLevel, partner?.assignment.level ?? 0);
  }
  return { ...found, previousLevel };
}

/** The rule of resolution: two incompatibilities that disagree on one package make a third without it. */
function priorCause(
  conflict: Incompatibility,
  latest: Latest,
  other: Incompatibility,
): Incompatibility {
  const terms = new Map<PackageKey, Term>();
  for (const source of [conflict, other]) {
    for (const [key, term] of source.terms) {
      if (key === latest.key) continue;
      const known = terms.get(key);
      terms.set(key, known === undefined ? term : intersectTerms(known, term));
    }
  }
  const own = ownTerm(latest.satisfier.assignment);
  // What the satisfier does not cover by itself was already known: keep it as a condition
  if (relation(own, latest.term) !== "satisfied") {
    const rest = unionTerms(latest.term, negate(own));
    const known = terms.get(latest.key);
    terms.set(latest.key, known === undefined ? rest : intersectTerms(known, rest));
  }
  return { terms, cause: { kind: "conflict", left: conflict, right: other } };
}
