import type { PrescribedMatch, PrescribedUnit, ReleaseMatch } from "../../model/prescription.ts";
import type { Dependency } from "../../python/active-dependencies.ts";
import type { PackageName } from "../../python/name.ts";
import { parseVersion, type Version } from "../../python/version.ts";
import {
  contains,
  difference,
  rangesEqual,
  rangeToText,
  singleVersion,
} from "../../python/version-range.ts";
import type { AdviceContext } from "../context.ts";
import type { Remark } from "../unit.ts";
import { isIncluded } from "./inclusion.ts";
import { canMatch, listedVersions, matchedRange } from "./release-match.ts";
import { saidOf } from "./sayings.ts";
import { stateKey } from "./states.ts";

/** A requirement without what is to be skipped: `skipped`, where that is not all of it. */
interface Left {
  readonly dependency?: Dependency;
  readonly skipped?: string;
  readonly unit?: PrescribedUnit;
}

/** Whose requirements are looked at; `extra` is "" for those that need none. */
export interface Dependent {
  readonly name: PackageName;
  readonly version: Version;
  readonly extra: string;
}

/** What prescriptions make of the requirements of one release, and what they say about it. */
export interface AdjustedRequirements {
  readonly dependencies: readonly Dependency[];
  readonly remarks: readonly Remark[];
}

/**
 * The requirements of a release without those that prescriptions leave out, and with those that
 * they add. Lines of the project are its own word and stay.
 */
export class PrescribedRequirements {
  readonly #context: AdviceContext;
  readonly #skipping: readonly PrescribedUnit[];
  readonly #adding: readonly PrescribedUnit[];

  constructor(context: AdviceContext) {
    const units = context.project.settings?.prescriptions?.combining() ?? [];
    const included = units.filter(
      (unit) => /SkipPackage|AddPackage/.test(unit.kind) && isIncluded(unit, context),
    );
    this.#context = context;
    this.#adding = included.filter(({ kind }) => kind === "step.AddPackage");
    this.#skipping = included.filter(({ kind }) => kind !== "step.AddPackage");
  }

  /** Whether anything can come of `adjust`. */
  get isEmpty(): boolean {
    return this.#adding.length === 0 && this.#skipping.length === 0;
  }

  /** Of an extra only what it adds is looked at: nothing is added to that. */
  adjust(
    { name, version, extra }: Dependent,
    dependencies: readonly Dependency[],
  ): AdjustedRequirements {
    const kept: Dependency[] = [];
    const remarks: Remark[] = [];
    for (const one of dependencies) {
      const left = this.#left(one, name, version);
      if (left.dependency !== undefined) kept.push(left.dependency);
      const without = left.dependency === undefined ? one.text : `${one.name} ${left.skipped}`;
      if (left.unit !== undefined)
        remarks.push(told(left.unit, `${name} ${version.text} is taken without ${without}`));
    }
    for (const unit of extra === "" ? this.#adding : []) {
      const added = this.#added(unit, name, version, kept);
      if (added === undefined) continue;
      kept.push(added);
      remarks.push(told(unit, `${name} ${version.text} is taken together with ${added.text}`));
    }
    return { dependencies: kept, remarks };
  }

  /** What units leave of a requirement, and the one that has a say about it. */
  #left(one: Dependency, dependent: PackageName, version: Version): Left {
    for (const unit of this.#skipping) {
      for (const [position, match] of unit.match.entries()) {
        if (!this.#speaksOf(match, one.name, dependent, version)) continue;
        if (match.resolved.length > 0 && !this.#holds(unit, position)) continue;
        const left = this.#without(one, match.release ?? {});
        if (left !== undefined) return { unit, ...left };
      }
    }
    return { dependency: one };
  }

  #speaksOf(
    { release = {}, from }: PrescribedMatch,
    skipped: PackageName,
    dependent: PackageName,
    version: Version,
  ): boolean {
    if (release.name === undefined && from.length === 0) return false;
    if (!canMatch(release, skipped, this.#context)) return false;
    if (from.length === 0) return true;
    return from.some(
      (one) =>
        one.name === dependent &&
        contains(matchedRange(one), version) &&
        canMatch(one, dependent, this.#context),
    );
  }

  /**
   * Which release it would be is not decided yet: of a requirement what is to be skipped is left
   * out, and all of it where nothing else that is listed would do. Undefined: it stays as it is.
   */
  #without(one: Dependency, skipped: ReleaseMatch): Omit<Left, "unit"> | undefined {
    if (skipped.version === undefined) return {};
    const rest = difference(one.range, matchedRange(skipped));
    if (rangesEqual(rest, one.range)) return undefined;
    const { version: _, ...anyOfIt } = skipped;
    const listed = listedVersions(anyOfIt, one.name, this.#context).filter(
      ({ isPrerelease }) => !isPrerelease || one.mentionsPrerelease,
    );
    if (!listed.some((version) => contains(one.range, version))) return undefined;
    if (!listed.some((version) => contains(rest, version))) return {};
    const text = `${one.name} ${rangeToText(rest)}`;
    return { dependency: { ...one, range: rest, text }, skipped: skipped.version };
  }

  #holds(unit: PrescribedUnit, position: number): boolean {
    return this.#context.holding?.has(stateKey(unit, position)) === true;
  }

  #added(
    unit: PrescribedUnit,
    name: PackageName,
    version: Version,
    dependencies: readonly Dependency[],
  ): Dependency | undefined {
    const { adds } = unit.run;
    const added = parseVersion(adds?.version ?? "");
    if (adds === undefined || added === undefined) return undefined;
    const isWanted = unit.match.some(
      (match, position) =>
        this.#isAddedTo(match, name, version) &&
        (match.resolved.length + match.from.length === 0 || this.#holds(unit, position)),
    );
    if (!isWanted) return undefined;
    const { project } = this.#context;
    const isKnown = project.indexes.some((index) => sameIndex(index, adds.index));
    const isThere =
      dependencies.some((one) => one.name === adds.name) ||
      project.requirements.some((one) => one.name === adds.name);
    if (!isKnown || isThere) return undefined;
    return {
      name: adds.name,
      extras: [],
      range: singleVersion(added),
      mentionsPrerelease: added.isPrerelease,
      text: `${adds.name} ==${added.text}`,
    };
  }

  #isAddedTo({ release }: PrescribedMatch, name: PackageName, version: Version): boolean {
    if (release?.name !== name) return false;
    return contains(matchedRange(release), version) && canMatch(release, name, this.#context);
  }
}

function sameIndex(one: string, other: string): boolean {
  return one.replace(/\/+$/, "") === other.replace(/\/+$/, "");
}

function told(unit: PrescribedUnit, what: string): Remark {
  const [said] = saidOf(unit);
  const why = said === undefined ? "" : `: ${said.message}`;
  const message = `${what}${why} (prescription \`${unit.name}\`)`;
  return {
    type: said?.type ?? "WARNING",
    message,
    ...(said?.link === undefined ? {} : { link: said.link }),
  };
}
