import type { PackageName } from "../python/name.ts";
import { singleVersion } from "../python/version-range.ts";
import type { Catalog } from "./catalog.ts";
import { combinationCost, speaksAgainst } from "./combinations.ts";
import { addCosts, type Cost, noCost } from "./cost.ts";
import { externalCauses, type Incompatibility, type PackageKey } from "./incompatibility.ts";
import { combinationsOf } from "./prescribed/combining.ts";
import type { SearchResult } from "./search.ts";
import { positive, type Term } from "./term.ts";
import { type Needed, walk } from "./walk.ts";

/** A complete stack that a search found, and its price. */
export interface Stack {
  readonly result: SearchResult;
  /** What each package is part of; empty where there is no stack. */
  readonly needed: ReadonlyMap<PackageName, Needed>;
  /** What of that is not for nothing. */
  readonly dear: readonly Dear[];
  readonly cost: Cost;
}

interface Dear {
  readonly needed: Needed;
  readonly cost: Cost;
}

/** What came of a search, as a stack. */
export function stackOf(result: SearchResult): Stack {
  const { failure, decisions, catalog } = result;
  const needed = failure === undefined ? walk(decisions, catalog) : new Map();
  const dear = dearOnes(needed, catalog);
  return { result, needed, dear, cost: sumOf(dear, needed, catalog) };
}

/** The sum over the releases, and what combinations of them weigh. */
export function stackCost(needed: Stack["needed"], catalog: Catalog): Cost {
  return sumOf(dearOnes(needed, catalog), needed, catalog);
}

function dearOnes(needed: Stack["needed"], catalog: Catalog): readonly Dear[] {
  const dear: Dear[] = [];
  for (const one of needed.values()) {
    const candidate = catalog.candidatesOf(one.name)?.at(one.version.text);
    const cost = candidate === undefined ? noCost : catalog.cost(candidate);
    if (cost !== noCost) dear.push({ needed: one, cost });
  }
  return dear;
}

function sumOf(dear: Stack["dear"], needed: Stack["needed"], catalog: Catalog): Cost {
  let cost = noCost;
  for (const one of dear) cost = addCosts(cost, one.cost);
  for (const one of combinationsOf(catalog.context))
    if (speaksAgainst(one, needed)) cost = addCosts(cost, combinationCost(one) ?? noCost);
  return cost;
}

/**
 * A missing fact can only add demands, so a proof without it stands; save that a requirement not
 * yet known may name a pre-release and thereby admit one that the proof left out.
 */
export function mayHingeOnPrereleases({ failure, catalog }: SearchResult): boolean {
  if (failure === undefined || !catalog.hasGaps) return false;
  return externalCauses(failure).some(
    ({ cause }) => cause.kind === "no-version" && cause.prereleaseLeftOut,
  );
}

/** What can't hold if another stack is to differ from that in something that the project asks for. */
export function exclusionOf({ needed, result }: Stack, reason: string): Incompatibility {
  const terms = result.catalog.context.project.requirements.flatMap(({ name }) => {
    const version = needed.get(name)?.version;
    return version === undefined ? [] : [[name, positive(singleVersion(version))] as const];
  });
  return { terms: new Map<PackageKey, Term>(terms), cause: { kind: "excluded", reason } };
}
