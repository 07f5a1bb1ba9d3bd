import type { Justification, Product } from "../model/advice.ts";
import type { AdvisoryMatch } from "../model/advisory.ts";
import type { MetadataFact, ReleaseFacts } from "../model/knowledge.ts";
import type { ProjectStatus } from "../model/package-fact.ts";
import type { Release } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import type { AdviceContext } from "./context.ts";
import type { Penalty } from "./penalty.ts";

/** A release with the file that the runtime would install. */
export interface SievedRelease {
  readonly release: Release;
  /** What the index calls its project (PEP 792); undefined: it does not say. */
  readonly status: ProjectStatus | undefined;
  readonly facts: ReleaseFacts;
  readonly filename: string;
  /** Of that file; undefined while it is not known. */
  readonly metadata: MetadataFact | undefined;
  /** The Pipfile pins exactly this version. */
  readonly pinned: boolean;
  /** What is known against it, worst first; empty, too, where nobody knows. */
  readonly advisories: readonly AdvisoryMatch[];
}

/** What every unit has: a name to switch it off by, and a say in where it takes part. */
interface Unit {
  /** Unique among all units. */
  readonly name: string;
  /** True of what nobody may switch off. */
  readonly fixed?: true;
  /** Whether it takes part in this advice, beside being registered; undefined: always. */
  includes?(context: AdviceContext): boolean;
  /** With what it takes part, where `includes` asks for something: "advice of type `security`". */
  readonly only?: string;
}

/** Looks at the inputs once, before the search (the original's boot). */
export interface Boot extends Unit {
  readonly kind: "boot";
  /** What there is to be said of the inputs; `refuses` ends the advice, with the reason. */
  run(context: AdviceContext): {
    readonly notes: readonly Justification[];
    readonly refuses?: string;
  };
}

/** Offers a release of another package in place of one (the original's pseudonym). */
export interface Pseudonym extends Unit {
  readonly kind: "pseudonym";
  /** The package that it has something to offer for. */
  readonly package: PackageName;
  /** What stands in for that release, by its own name; undefined: nothing does. */
  offers(
    release: Release,
    context: AdviceContext,
  ): { readonly name: PackageName; readonly version: string } | undefined;
}

/** Filters candidate versions of one name (the original's sieve). */
export interface Sieve extends Unit {
  readonly kind: "sieve";
  /** The only package it looks at; undefined: all. */
  readonly package?: PackageName;
  /** Why the release can't be used, as the end of a sentence: "1.2 " + reason; undefined: it can. */
  rejects(candidate: SievedRelease, context: AdviceContext): string | undefined;
}

/** Says how much speaks for or against a release that can be used (the original's step). */
export interface Step extends Unit {
  readonly kind: "step";
  readonly package?: PackageName;
  /** Undefined: it has nothing to say. */
  objects(candidate: SievedRelease, context: AdviceContext): Objection | undefined;
  /** What it has at least against a release, or any (undefined), with these advisories, before that is examined. */
  atLeast?(
    advisories: readonly AdvisoryMatch[],
    version: string | undefined,
  ): Pick<Objection, "penalty" | "count">;
}

/** Accepts or refuses a whole stack (the original's stride); what it refuses is searched on from. */
export interface Stride extends Unit {
  readonly kind: "stride";
  /** Why the stack can't be had; undefined: it can. */
  refuses(product: Product, context: AdviceContext): string | undefined;
}

/** Remarks on a release that was chosen, without a say in the choice (the original's wrap). */
export interface Wrap extends Unit {
  readonly kind: "wrap";
  readonly package?: PackageName;
  /**
   * A warning as the end of a sentence, "1.2 " + remark, or whole sentences; undefined: there is
   * nothing to say.
   */
  remarks(
    release: Release,
    context: AdviceContext,
    newest: () => Release | undefined,
  ): string | readonly Remark[] | undefined;
}

/** What a wrap says of a release, as a whole sentence. */
export type Remark = Pick<Justification, "type" | "message" | "link">;

export type AdviserUnit = Boot | Pseudonym | Sieve | Step | Stride | Wrap;

/** A unit that has no say in an advice. */
export interface PassedOver {
  readonly name: string;
  readonly kind: AdviserUnit["kind"];
  /** Switched off, or not asked for. */
  readonly state: "blocked" | "idle";
  /** What switched it off, or what it is for, as the end of "… " + reason. */
  readonly reason: string;
}

/** Units that are found by the package that they speak of, such as prescriptions. */
export interface UnitSource {
  /** Those that were asked for and have no say, by kind and name. */
  readonly passedOver: ReadonlyMap<string, PassedOver>;
  /** Those that speak of all packages, or of none. */
  readonly general: readonly AdviserUnit[];
  /** Those that speak of this one alone. */
  about(name: PackageName): readonly AdviserUnit[];
}

/** What speaks against a release without ruling it out. */
export interface Objection {
  readonly penalty: Penalty;
  /** How many things of medium rank or worse that is which another release mends; undefined: none. */
  readonly count?: number;
  /** How much is held against it beside the penalty, from 0 to -1, in hundredths at the finest. */
  readonly score?: number;
  /** As the end of a sentence: "1.2 " + reason. */
  readonly reason: string;
  /** A wrap says it of a release that is chosen, with a link. */
  readonly justified?: true;
}
