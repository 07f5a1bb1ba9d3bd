import type { Dependency } from "../python/active-dependencies.ts";
import { admitsPython } from "../python/file-choice.ts";
import type { PackageName } from "../python/name.ts";
import { parseVersion, type Version } from "../python/version.ts";
import {
  anyVersion,
  contains,
  difference,
  isEmptyRange,
  singleVersion,
  type VersionRange,
} from "../python/version-range.ts";
import { apartFacts } from "./apart.ts";
import type { Catalog } from "./catalog.ts";
import type { Candidate } from "./examiner.ts";
import type { Cause, Incompatibility, PackageKey } from "./incompatibility.ts";
import type { Limits } from "./limits.ts";
import { sameDependencySpan } from "./span.ts";
import { negative, positive, type Term } from "./term.ts";

/** What choosing a version for a package led to. */
export type Choice =
  | { readonly incompatibility: Incompatibility }
  | { readonly version: Version; readonly incompatibilities: readonly Incompatibility[] };

/** Most releases of one package whose metadata is asked for at once. */
const largestBatch = 64;

/** The name behind a key: `flask` of `flask[async]`. */
export function baseOf(key: PackageKey): PackageName {
  const bracket = key.indexOf("[");
  // Keys are made of canonical names, here only
  return (bracket < 0 ? key : key.slice(0, bracket)) as PackageName;
}

/** The extra behind a key: `async` of `flask[async]`, "" of `flask`. */
export function extraOf(key: PackageKey): string {
  const bracket = key.indexOf("[");
  return bracket < 0 ? "" : key.slice(bracket + 1, -1);
}

/** The Pipfile's lines as incompatibilities. */
export function requirementFacts(catalog: Catalog): readonly Incompatibility[] {
  return catalog.context.project.requirements.flatMap((requirement) => {
    const { name, extras, where, line, specifier, spelling } = requirement;
    const cause: Cause = {
      kind: "requirement",
      line,
      where,
      text: `${spelling} ${specifier || "*"}`,
    };
    if (!catalog.isKnown(name, where)) return [];
    const range = requirement.source === undefined ? requirement.range : anyVersion;
    return keysOf(name, extras).map((key) => ({ terms: new Map([[key, negative(range)]]), cause }));
  });
}

/** What of the search a choice depends on. */
interface Situation {
  readonly decided: Version | undefined;
  readonly refusedBefore: boolean;
  readonly limits: Limits | undefined;
}

/** Chooses a version of `key` within `range` and says what it entails. */
export function choose(
  catalog: Catalog,
  key: PackageKey,
  range: VersionRange,
  situation: Situation,
): Choice {
  const name = baseOf(key);
  if (key !== name) return chooseExtra(catalog, key, range, situation.decided);
  if (catalog.sourceKey(name) !== undefined) return chooseSource(catalog, name, range);
  const list = catalog.list(name, "");
  if (list.state === "absent")
    return ruledOut(key, anyVersion, { kind: "absent", reason: list.reason });
  const candidate = catalog.best(name, range);
  if (candidate === undefined) return ruledOut(key, range, noVersionCause(catalog, name, range));
  const need = catalog.cost(candidate);
  if (situation.limits?.forbid(name, need) === true)
    return ruledOut(key, range, { kind: "limit", of: name, need });
  return entail(catalog, candidate, situation.refusedBefore);
}

function ruledOut(key: PackageKey, range: VersionRange, cause: Cause): Choice {
  return { incompatibility: { terms: new Map([[key, positive(range)]]), cause } };
}

function noVersionCause(catalog: Catalog, name: PackageName, range: VersionRange): Cause {
  const candidates = catalog.candidatesOf(name);
  return {
    kind: "no-version",
    reasons: candidates?.reasons(range, 4) ?? [],
    prereleaseLeftOut: candidates?.best(range, "fallback") !== undefined,
  };
}

/** An extra is chosen with its package's version; a range that excludes it binds the package too. */
function chooseExtra(
  catalog: Catalog,
  key: PackageKey,
  range: VersionRange,
  decided: Version | undefined,
): Choice {
  const name = baseOf(key);
  if (decided === undefined || !contains(range, decided)) {
    const terms = new Map<PackageKey, Term>([
      [key, positive(range)],
      [name, negative(range)],
    ]);
    return { incompatibility: { terms, cause: { kind: "same-version" } } };
  }
  const own = singleVersion(decided);
  const dependencies = catalog.dependencies(name, decided, extraOf(key));
  const refused = refusedForAddress(key, decided, dependencies);
  if (refused !== undefined) return refused;
  return {
    version: decided,
    incompatibilities: [
      {
        terms: new Map<PackageKey, Term>([
          [key, positive(own)],
          [name, negative(own)],
        ]),
        cause: { kind: "same-version" },
      },
      ...dependencies.flatMap((dependency) =>
        dependencyFacts(catalog, key, decided, own, dependency),
      ),
    ],
  };
}

function chooseSource(catalog: Catalog, name: PackageName, range: VersionRange): Choice {
  const where = catalog.requirementsOf(name)[0]?.where ?? "the Pipfile";
  const fact = catalog.source(name);
  const version = parseVersion(fact?.version ?? "");
  if (fact === undefined || version === undefined)
    throw new Error(`no version of ${name} is known`);
  const { pythonFull } = catalog.context.runtime;
  if (!contains(range, version)) {
    return ruledOut(name, range, {
      kind: "no-version",
      reasons: [`${where} takes it from a source, as ${fact.version}`],
      prereleaseLeftOut: false,
    });
  }
  if (!admitsPython(fact.requiresPython, pythonFull)) {
    return ruledOut(name, anyVersion, {
      kind: "unusable",
      version: fact.version,
      reason: `needs Python ${fact.requiresPython}`,
    });
  }
  const own = singleVersion(version);
  const dependencies = catalog.dependencies(name, version, "");
  const refused = refusedForAddress(name, version, dependencies);
  if (refused !== undefined) return refused;
  return {
    version,
    incompatibilities: dependencies.flatMap((one) =>
      dependencyFacts(catalog, name, version, own, one),
    ),
  };
}

function entail(catalog: Catalog, candidate: Candidate, refusedBefore: boolean): Choice {
  const { release, version } = candidate;
  const { name } = release;
  const fact = catalog.metadata(candidate);
  if (fact === undefined) {
    askForMetadata(catalog, candidate);
    return { version, incompatibilities: [] };
  }
  const own = singleVersion(version);
  const { requiresPython } = fact;
  if (!admitsPython(requiresPython, catalog.context.runtime.pythonFull)) {
    return ruledOut(name, own, {
      kind: "unusable",
      version: version.text,
      reason: `needs Python ${requiresPython}`,
    });
  }
  const dependencies = catalog.dependencies(name, version, "");
  const refused = refusedForAddress(name, version, dependencies);
  if (refused !== undefined) return refused;
  // A version is often decided anew; its facts stay the same until more neighbours were looked at
  const spanned = refusedBefore ? catalog.lookedAtOf(name) : 0;
  const incompatibilities = catalog.entailed(`${name} ${version.text} ${spanned}`, () => [
    ...dependencies.flatMap((dependency) => {
      const span = refusedBefore ? sameDependencySpan(catalog, candidate, dependency) : own;
      return dependencyFacts(catalog, name, version, span, dependency);
    }),
    ...apartFacts(catalog, candidate),
  ]);
  return { version, incompatibilities };
}

/** A requirement `name @ address` can be met by no index, and by none may it be met in its stead. */
function refusedForAddress(
  key: PackageKey,
  version: Version,
  dependencies: readonly Dependency[],
): Choice | undefined {
  const addressed = dependencies.find(({ url }) => url !== undefined);
  if (addressed === undefined) return undefined;
  const reason = `needs ${addressed.text} from an address`;
  return ruledOut(key, singleVersion(version), { kind: "unusable", version: version.text, reason });
}

/**
 * The more releases were already passed over, the more of the next ones are asked for at once: a
 * package that keeps being refused takes few rounds.
 */
function askForMetadata(catalog: Catalog, candidate: Candidate): void {
  const { name } = candidate.release;
  const candidates = catalog.candidatesOf(name);
  if (candidates === undefined) return;
  let passedOver = 0;
  for (const newer of candidates.within(anyVersion)) {
    if (newer.version.text === candidate.version.text) break;
    if (catalog.metadata(newer) !== undefined) passedOver += 1;
  }
  let left = Math.min(largestBatch, Math.max(1, passedOver));
  // Older ones too, though the range leaves them out now: who narrows it may give way next
  for (const next of candidates.from(candidate.version)) {
    if (catalog.metadata(next) !== undefined) continue;
    if (next.version.isPrerelease !== candidate.version.isPrerelease) continue;
    const { release, file } = next;
    catalog.note({
      missing: "metadata",
      release,
      filename: file.filename,
      requiredBy: "the search",
    });
    left -= 1;
    if (left === 0) return;
  }
}

/** `key` in `span` needs the dependency and each extra that it names. */
function dependencyFacts(
  catalog: Catalog,
  key: PackageKey,
  version: Version,
  span: VersionRange,
  dependency: Dependency,
): readonly Incompatibility[] {
  const dependent = baseOf(key);
  if (!catalog.isKnown(dependency.name, `${dependent}==${version.text}`)) return [];
  if (dependency.mentionsPrerelease) catalog.admitPrereleases(dependency.name);
  const cause: Cause = {
    kind: "dependency",
    dependent,
    version: version.text,
    text: dependency.text,
  };
  const facts: Incompatibility[] = [];
  for (const needed of keysOf(dependency.name, dependency.extras)) {
    if (needed !== key) {
      const terms = new Map([
        [key, positive(span)],
        [needed, negative(dependency.range)],
      ]);
      facts.push({ terms, cause });
      continue;
    }
    // What a release demands of itself can only rule it out
    const refused = difference(span, dependency.range);
    if (!isEmptyRange(refused)) facts.push({ terms: new Map([[key, positive(refused)]]), cause });
  }
  return facts;
}

/** The keys that a requirement with extras concerns: the package and each of its extras. */
export function keysOf(name: PackageName, extras: readonly string[]): readonly PackageKey[] {
  return extras.length === 0 ? [name] : [name, ...extras.map((extra) => `${name}[${extra}]`)];
}
