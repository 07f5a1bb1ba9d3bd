import type { PrescribedMatch, PrescribedUnit, Prescriptions } from "../../model/prescription.ts";
import type { Release } from "../../model/release.ts";
import type { PackageName } from "../../python/name.ts";
import type { AdviceContext } from "../context.ts";
import type {
  AdviserUnit,
  Boot,
  PassedOver,
  Pseudonym,
  Sieve,
  Step,
  Stride,
  UnitSource,
  Wrap,
} from "../unit.ts";
import { whyPassedOver } from "./inclusion.ts";
import { isMatch, listedVersions } from "./release-match.ts";
import { reasonOf, saidOf } from "./sayings.ts";
import { runtimeTraits } from "./traits.ts";

/** The units that prescriptions have for an advice; undefined: there are none. */
export function prescribedUnits(context: AdviceContext): UnitSource | undefined {
  const prescriptions = context.project.settings?.prescriptions;
  if (prescriptions === undefined) return undefined;
  const hasImage = runtimeTraits(context.runtime).baseImage !== null;
  const passedOver = new Map<string, PassedOver>();
  const taking = (units: readonly PrescribedUnit[]) =>
    units.filter((unit) => {
      const why = whyPassedOver(unit, context);
      const kind = pipelineKind(unit);
      if (why !== undefined)
        passedOver.set(`${kind} ${unit.name}`, { name: unit.name, kind, ...why });
      return why === undefined;
    });
  return {
    passedOver,
    general: [
      ...taking(prescriptions.general()).flatMap((unit) => unitsOf(unit)),
      ...(hasImage ? taking(prescriptions.forImages()).flatMap((unit) => unitsOf(unit)) : []),
      ...bootsOfRequirements(prescriptions, context, taking),
    ],
    about: (name) =>
      taking(prescriptions.unitsFor(name)).flatMap((unit) =>
        unit.kind === "boot" ? [] : unitsOf(unit, name),
      ),
  };
}

/** What a unit is in the pipeline; `step.Group` is a step. */
export function pipelineKind({ kind }: PrescribedUnit): AdviserUnit["kind"] {
  switch (kind) {
    case "sieve.SkipPackage":
      return "sieve";
    case "step.SkipPackage":
    case "step.AddPackage":
    case "step.Group":
      return "step";
    case "wrap.GHReleaseNotes":
      return "wrap";
    default:
      return kind;
  }
}

/** A boot that names a package is for projects that ask for it themselves. */
function bootsOfRequirements(
  prescriptions: Prescriptions,
  { project }: AdviceContext,
  taking: (units: readonly PrescribedUnit[]) => readonly PrescribedUnit[],
): readonly AdviserUnit[] {
  const names = new Set(project.requirements.map(({ name }) => name));
  const boots = [...names].flatMap((name) =>
    prescriptions.unitsFor(name).filter(({ kind }) => kind === "boot"),
  );
  return taking([...new Map(boots.map((unit) => [unit.name, unit])).values()]).flatMap((unit) =>
    unitsOf(unit),
  );
}

/** A unit in our terms; `name` is the only package that it is to look at, undefined: all. */
export function unitsOf(unit: PrescribedUnit, name?: PackageName): readonly AdviserUnit[] {
  const scope = name === undefined ? {} : { package: name };
  switch (unit.kind) {
    case "boot":
      return [bootOf(unit)];
    case "pseudonym":
      return name === undefined ? [] : [pseudonymOf(unit, name)];
    case "sieve":
      return [{ ...sieveOf(unit, `is ruled out: ${reasonOf(unit)}`), ...scope }];
    case "step":
      return stepsOf(unit).map((one) => ({ ...one, ...scope }));
    case "stride":
      return name === undefined ? stridesOf(unit) : [{ ...singleSieveOf(unit), ...scope }];
    case "wrap":
    case "wrap.GHReleaseNotes":
      return [{ ...wrapOf(unit), ...scope }];
    default:
      // What is about several packages at once is a fact of the search (combining.ts, required.ts)
      return [];
  }
}

function bootOf(unit: PrescribedUnit): Boot {
  return {
    kind: "boot",
    name: unit.name,
    run: () => ({
      notes: saidOf(unit),
      ...(refuses(unit) ? { refuses: reasonOf(unit) } : {}),
    }),
  };
}

function pseudonymOf(unit: PrescribedUnit, name: PackageName): Pseudonym {
  const { offers } = unit.run;
  return {
    kind: "pseudonym",
    name: unit.name,
    package: name,
    offers: (release, context) => {
      if (offers === undefined || !matchesAny(unit, release, context)) return undefined;
      const version = offers.sameVersion ? release.version : offers.version;
      return version === undefined ? undefined : { name: offers.name, version };
    },
  };
}

function sieveOf(unit: PrescribedUnit, reason: string): Sieve {
  return {
    kind: "sieve",
    name: unit.name,
    rejects: ({ release }, context) => (matchesAny(unit, release, context) ? reason : undefined),
  };
}

/** A step that looks at one release; what asks for others beside it is a combination. */
function stepsOf(unit: PrescribedUnit): readonly (Sieve | Step | Wrap)[] {
  const { score } = unit.run;
  if (refuses(unit)) return [sieveOf(unit, `is not acceptable: ${reasonOf(unit)}`)];
  const justified = justifying(unit);
  if (score === 0) return [justified];
  return [score < 0 ? dislikingOf(unit) : preferringOf(unit), justified];
}

function dislikingOf(unit: PrescribedUnit): Step {
  const reason = `is not preferred: ${reasonOf(unit)}`;
  const { score } = unit.run;
  return {
    kind: "step",
    name: unit.name,
    objects: ({ release }, context) =>
      matchesAny(unit, release, context)
        ? { penalty: 0, count: 0, score, reason, justified: true }
        : undefined,
  };
}

/**
 * To prefer releases is to hold something against the others of the same package, where there are
 * any of the preferred ones: so nothing is gained by having a package.
 */
function preferringOf(unit: PrescribedUnit): Step {
  const reason = `is not the release that is preferred: ${reasonOf(unit)}`;
  const score = -unit.run.score;
  const known = new Map<PackageName, boolean>();
  const isThere = (release: Release, context: AdviceContext) => {
    const before = known.get(release.name);
    if (before !== undefined) return before;
    const found = unit.match.some(
      (match) =>
        match.release !== undefined &&
        isAlone(match) &&
        listedVersions(match.release, release.name, context).length > 0,
    );
    known.set(release.name, found);
    return found;
  };
  return {
    kind: "step",
    name: unit.name,
    objects: ({ release }, context) =>
      !matchesAny(unit, release, context) && isThere(release, context)
        ? { penalty: 0, count: 0, score, reason, justified: true }
        : undefined,
  };
}

/** Says the justifications of a step of releases that were chosen. */
function justifying(unit: PrescribedUnit): Wrap {
  const told = saidOf(unit);
  return {
    kind: "wrap",
    name: unit.name,
    remarks: (release, context) => (matchesAny(unit, release, context) ? told : undefined),
  };
}

/** Whether the release alone is what the unit looks for. */
function matchesAny(unit: PrescribedUnit, release: Release, context: AdviceContext): boolean {
  return unit.match.some(
    (match) =>
      match.release !== undefined && isAlone(match) && isMatch(match.release, release, context),
  );
}

/** Whether it asks for nothing beside the release. */
function isAlone({ resolved, from }: PrescribedMatch): boolean {
  return resolved.length === 0 && from.length === 0;
}

/** Refuses a release that a stack may not have, whatever else it has. */
function singleSieveOf(unit: PrescribedUnit): Sieve {
  return {
    kind: "sieve",
    name: unit.name,
    rejects: ({ release }, context) =>
      refuses(unit) && hasAlone(unit, release, context)
        ? `is not acceptable: ${reasonOf(unit)}`
        : undefined,
  };
}

/** Refuses stacks by packages that it does not name. */
function stridesOf(unit: PrescribedUnit): readonly Stride[] {
  const unnamed = unit.match.filter(({ resolved }) =>
    resolved.some(({ name }) => name === undefined),
  );
  if (!refuses(unit) || unnamed.length === 0) return [];
  return [
    {
      kind: "stride",
      name: unit.name,
      refuses: ({ pins }, context) => {
        const releases = [...pins.values()].map(({ release }) => release);
        const holds = unnamed.some((match) => isStackMatch(match, releases, context));
        return holds ? reasonOf(unit) : undefined;
      },
    },
  ];
}

function refuses({ run }: PrescribedUnit): boolean {
  return run.notAcceptable !== undefined || run.eagerStop !== undefined;
}

/** Whether all that the match asks for are in a stack. */
export function isStackMatch(
  { release, resolved, from }: PrescribedMatch,
  releases: readonly Release[],
  context: AdviceContext,
): boolean {
  const wanted = [...(release === undefined ? [] : [release]), ...resolved, ...from];
  return wanted.every((one) => releases.some((found) => isMatch(one, found, context)));
}

function hasAlone(unit: PrescribedUnit, release: Release, context: AdviceContext): boolean {
  return unit.match.some(
    ({ resolved }) =>
      resolved.length === 1 && resolved.every((one) => isMatch(one, release, context)),
  );
}

/** A wrap of one package; what asks for none or several remarks on the whole stack. */
function wrapOf(unit: PrescribedUnit): Wrap {
  const told = saidOf(unit);
  const { releaseNotes } = unit.run;
  return {
    kind: "wrap",
    name: unit.name,
    remarks: (release, context) => {
      if (!hasAlone(unit, release, context)) return undefined;
      if (releaseNotes === undefined) return told;
      const { organization, repository, tagPrefix } = releaseNotes;
      const tag = encodeURIComponent(`${tagPrefix}${release.version}`);
      const at = [organization, repository].map(encodeURIComponent).join("/");
      const message = `release notes of ${release.name} ${release.version}`;
      return [{ type: "INFO", message, link: `https://github.com/${at}/releases/tag/${tag}` }];
    },
  };
}
