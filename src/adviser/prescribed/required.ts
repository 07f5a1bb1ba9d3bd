import type { PrescribedMatch, PrescribedUnit } from "../../model/prescription.ts";
import type { Dependency } from "../../python/active-dependencies.ts";
import type { PackageName } from "../../python/name.ts";
import { parseVersion, type Version } from "../../python/version.ts";
import { contains, singleVersion } from "../../python/version-range.ts";
import type { AdviceContext } from "../context.ts";
import type { Remark } from "../unit.ts";
import { isIncluded } from "./inclusion.ts";
import { canMatch, matchedRange } from "./release-match.ts";
import { saidOf } from "./units.ts";

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
      const unit = this.#skipping.find((skip) => this.#skips(skip, one.name, name, version));
      if (unit === undefined) kept.push(one);
      else remarks.push(told(unit, `${name} ${version.text} is taken without ${one.text}`));
    }
    for (const unit of extra === "" ? this.#adding : []) {
      const added = this.#added(unit, name, version, kept);
      if (added === undefined) continue;
      kept.push(added);
      remarks.push(told(unit, `${name} ${version.text} is taken together with ${added.text}`));
    }
    return { dependencies: kept, remarks };
  }

  /** By a version of what is left out nobody can tell: which one it would be is not decided yet. */
  #skips(
    unit: PrescribedUnit,
    skipped: PackageName,
    dependent: PackageName,
    version: Version,
  ): boolean {
    return unit.match.some(({ release, resolved, from }) => {
      if (release?.name !== skipped || release.version !== undefined) return false;
      if (resolved.length > 0 || !canMatch(release, skipped, this.#context)) return false;
      if (from.length === 0) return true;
      return from.some(
        (one) =>
          one.name === dependent &&
          contains(matchedRange(one), version) &&
          canMatch(one, dependent, this.#context),
      );
    });
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
    if (!unit.match.some((match) => this.#isAddedTo(match, name, version))) return undefined;
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

  #isAddedTo(
    { release, resolved, from }: PrescribedMatch,
    name: PackageName,
    version: Version,
  ): boolean {
    if (release?.name !== name || resolved.length > 0 || from.length > 0) return false;
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
