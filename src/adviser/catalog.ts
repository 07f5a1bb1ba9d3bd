import { type Gap, gapKey } from "../model/gap.ts";
import type { MetadataFact, ReleaseList, SourceFact } from "../model/knowledge.ts";
import type { ProjectRequirement } from "../model/project.ts";
import type { IndexUrl } from "../model/release.ts";
import { activeDependencies, type Dependency } from "../python/active-dependencies.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { Version } from "../python/version.ts";
import { Candidates } from "./candidates.ts";
import type { AdviceContext } from "./context.ts";
import { type Cost, noCost, scored } from "./cost.ts";
import type { Candidate } from "./examiner.ts";
import type { Incompatibility, PackageKey } from "./incompatibility.ts";
import { chooseList, type ListChoice, tiedIndexes } from "./lists.ts";
import type { PrereleasePolicy } from "./prerelease-policy.ts";
import { PrescribedRequirements } from "./prescribed/required.ts";
import { ownDemands } from "./requirements.ts";
import { timelyContext } from "./timely-knowledge.ts";
import type { Remark } from "./unit.ts";

type KnownMetadata = Extract<MetadataFact, { readonly state: "known" }>;

/** One search's view of knowledge: what each name means here, and which facts were missing. */
export class Catalog {
  readonly context: AdviceContext;
  readonly warnings = new Set<string>();
  /** A pre-release became acceptable after the search may have ruled it out: it must start again. */
  stale = false;
  private readonly tied: ReadonlyMap<PackageName, IndexUrl>;
  private readonly byName = new Map<PackageName, ProjectRequirement[]>();
  private readonly lists = new Map<PackageName, ListChoice>();
  private readonly candidates = new Map<PackageName, Candidates>();
  private readonly prereleases: Map<PackageName, PrereleasePolicy>;
  private readonly entailments = new Map<string, readonly Incompatibility[]>();
  /** By version, of those that were looked at. */
  private readonly required = new Map<PackageKey, Map<string, readonly Dependency[]>>();
  private readonly noted = new Map<string, Gap>();
  private prescribed: PrescribedRequirements | undefined;
  private readonly remarks = new Map<string, readonly Remark[]>();

  /** `before`: the catalog of a search that went stale; what it learnt of pre-releases is kept. */
  constructor(context: AdviceContext, before?: Catalog) {
    this.context = timelyContext(context);
    this.tied = tiedIndexes(context.project.requirements, context.project.settings);
    this.prereleases = new Map(before?.prereleases);
    for (const requirement of context.project.requirements) {
      const others = this.byName.get(requirement.name);
      if (others === undefined) this.byName.set(requirement.name, [requirement]);
      else others.push(requirement);
      if (requirement.mentionsPrerelease) this.prereleases.set(requirement.name, "equal");
    }
  }

  gaps(): readonly Gap[] {
    return [...this.noted.values()];
  }

  get hasGaps(): boolean {
    return this.noted.size > 0;
  }

  /** What is missing for the next search of this catalog is noted anew. */
  forgetGaps(): void {
    this.noted.clear();
  }

  /** The lists of releases that were looked at, also those that say there is no such package. */
  consulted(): readonly ReleaseList[] {
    return [...this.lists.values()].flatMap((choice) => {
      if (choice.state === "unknown") return [];
      return choice.state === "known" ? [...choice.absent, choice.list] : choice.absent;
    });
  }

  note(gap: Gap): void {
    const key = gapKey(gap);
    if (!this.noted.has(key)) this.noted.set(key, gap);
  }

  /** Where a name comes from; an unknown list is noted as a gap. */
  list(name: PackageName, requiredBy: string): ListChoice {
    const known = this.lists.get(name);
    if (known !== undefined && known.state !== "unknown") return known;
    const choice = known ?? chooseList(name, this.tied.get(name), this.context);
    this.lists.set(name, choice);
    if (choice.state === "unknown") {
      this.note({ missing: "releases", name, index: choice.index, requiredBy });
    }
    return choice;
  }

  candidatesOf(name: PackageName): Candidates | undefined {
    const known = this.candidates.get(name);
    if (known !== undefined) return known;
    const choice = this.lists.get(name);
    if (choice?.state !== "known") return undefined;
    const made = new Candidates(choice.list, this.context, ownDemands(this.requirementsOf(name)));
    this.candidates.set(name, made);
    return made;
  }

  /** Of every package that was looked at. */
  allCandidates(): Iterable<Candidates> {
    return this.candidates.values();
  }

  requirementsOf(name: PackageName): readonly ProjectRequirement[] {
    return this.byName.get(name) ?? [];
  }

  /** The key of the direct source that the Pipfile names for a package. */
  sourceKey(name: PackageName): string | undefined {
    return this.requirementsOf(name).find(({ source }) => source !== undefined)?.source;
  }

  /** What is known of the direct source that the Pipfile names for a package. */
  source(name: PackageName): SourceFact | undefined {
    const key = this.sourceKey(name);
    return key === undefined ? undefined : this.context.knowledge.source(key);
  }

  /** Whether it is known what a name stands for; if it is not, that is a gap and asks for nothing yet. */
  isKnown(name: PackageName, requiredBy: string): boolean {
    const key = this.sourceKey(name);
    if (key === undefined) return this.list(name, requiredBy).state !== "unknown";
    if (this.source(name) !== undefined) return true;
    this.note({ missing: "source", name, key, requiredBy });
    return false;
  }

  /** The metadata of a candidate, where it could be had. */
  metadata({ metadata }: Candidate): KnownMetadata | undefined {
    return metadata?.state === "known" ? metadata : undefined;
  }

  /** What a decided package requires on the runtime, or what one of its extras adds. */
  dependencies(name: PackageName, version: Version, extra: string): readonly Dependency[] {
    const key: PackageKey = extra === "" ? name : `${name}[${extra}]`;
    let byVersion = this.required.get(key);
    const known = byVersion?.get(version.text);
    if (known !== undefined) return known;
    const requires = this.requires(name, version);
    if (requires === undefined) return [];
    const { markers } = this.context.runtime;
    const active = activeDependencies(requires, markers, extra, (line) =>
      this.warnings.add(`${name} ${version.text}: requirement left out, it can't be read: ${line}`),
    );
    const found = this.adjusted(name, version, active, extra);
    if (byVersion === undefined) {
      byVersion = new Map();
      this.required.set(key, byVersion);
    }
    byVersion.set(version.text, found);
    return found;
  }

  private adjusted(
    name: PackageName,
    version: Version,
    active: readonly Dependency[],
    extra: string,
  ): readonly Dependency[] {
    this.prescribed ??= new PrescribedRequirements(this.context);
    if (this.prescribed.isEmpty) return active;
    const { dependencies, remarks } = this.prescribed.adjust({ name, version, extra }, active);
    if (remarks.length > 0) this.remarks.set(`${name} ${version.text} ${extra}`, remarks);
    return dependencies;
  }

  /** What prescriptions made of the requirements of a release, its extras left aside. */
  requirementRemarks(name: PackageName, version: string): readonly Remark[] {
    return this.remarks.get(`${name} ${version} `) ?? [];
  }

  /** Whether this search read the metadata of a release, be it chosen then or not. */
  hasLookedAt(name: PackageName, version: Version): boolean {
    return this.required.get(name)?.has(version.text) === true;
  }

  /** What deciding a version entails, made once. */
  entailed(key: string, make: () => readonly Incompatibility[]): readonly Incompatibility[] {
    const known = this.entailments.get(key);
    if (known !== undefined) return known;
    const made = make();
    this.entailments.set(key, made);
    return made;
  }

  /** How many releases of a package this search looked at so. */
  lookedAtOf(name: PackageName): number {
    return this.required.get(name)?.size ?? 0;
  }

  policy(name: PackageName): PrereleasePolicy {
    const { project, recommendationType } = this.context;
    const { allowPrereleases, settings } = project;
    const equal =
      allowPrereleases ||
      recommendationType === "testing" ||
      settings?.prereleasesOf.has(name) === true ||
      settings?.update?.name === name;
    return equal ? "equal" : (this.prereleases.get(name) ?? "none");
  }

  /** Some requirement names a pre-release of `name`: they may be taken for want of a final one. */
  admitPrereleases(name: PackageName): void {
    if (this.policy(name) !== "none") return;
    this.prereleases.set(name, "fallback");
    this.stale ||= this.candidates.has(name);
  }

  /**
   * The best candidate within the range that the search has left. A Pipfile line that no final
   * release satisfies asks for a pre-release, as PEP 440 has it.
   */
  best(name: PackageName, range: Parameters<Candidates["best"]>[0]): Candidate | undefined {
    const candidates = this.candidatesOf(name);
    if (candidates === undefined) return undefined;
    const found = candidates.best(range, this.policy(name));
    if (found !== undefined || this.policy(name) !== "none") return found;
    for (const requirement of this.requirementsOf(name)) {
      const own = requirement.range;
      if (
        candidates.best(own, "none") === undefined &&
        candidates.best(own, "fallback") !== undefined
      ) {
        this.admitPrereleases(name);
        return candidates.best(range, "fallback");
      }
    }
    return undefined;
  }

  /** What a candidate costs the stack that has it. */
  cost(candidate: Candidate): Cost {
    const { name } = candidate.release;
    return scored(this.candidatesOf(name)?.cost(candidate, this.policy(name)) ?? noCost);
  }

  /** Whether a release, as far as its metadata is known, has no such extra: pip then only warns. */
  lacksExtra(name: PackageName, version: Version, extra: string): boolean {
    const extras = this.known(name, version)?.extras;
    if (extras === undefined || extras.some((one) => packageName(one) === extra)) return false;
    return this.dependencies(name, version, extra).length === 0;
  }

  private requires(name: PackageName, version: Version): readonly string[] | undefined {
    return this.known(name, version)?.requires;
  }

  /** What the metadata of a release or of a direct source says. */
  private known(name: PackageName, version: Version): KnownMetadata | SourceFact | undefined {
    if (this.sourceKey(name) !== undefined) return this.source(name);
    const candidate = this.candidatesOf(name)?.at(version.text);
    return candidate === undefined ? undefined : this.metadata(candidate);
  }
}
