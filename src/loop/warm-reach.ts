import { Candidates } from "../adviser/candidates.ts";
import type { AdviceContext } from "../adviser/context.ts";
import type { Candidate } from "../adviser/examiner.ts";
import { tiedIndexes } from "../adviser/lists.ts";
import { ownDemands } from "../adviser/requirements.ts";
import { type Gap, gapKey } from "../model/gap.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import type { ProjectRequirement } from "../model/project.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import { activeDependencies } from "../python/active-dependencies.ts";
import { admitsPython } from "../python/file-choice.ts";
import type { PackageName } from "../python/name.ts";
import type { Version } from "../python/version.ts";
import { contains, union, type VersionRange } from "../python/version-range.ts";
import { eligible } from "./eligible.ts";
import { notYetReached, type Reached, variantsOf } from "./reached-package.ts";

/** How far ranges are followed. */
export interface ReachOptions extends AdviceContext {
  /** Most releases in each range that the Pipfile states. */
  readonly direct: number;
  /** Most releases in each range that another release states. */
  readonly needed: number;
  /** Whether what releases need is followed, or the project's lines are all there is. */
  readonly closure: boolean;
  /** Lists confirmed before this are to be asked again, ms since the epoch. */
  readonly staleBefore: number;
}

/** A range that somebody states, and what was taken of it. */
interface Demand {
  readonly name: PackageName;
  readonly range: VersionRange;
  readonly extras: readonly string[];
  readonly most: number;
  readonly by: string;
}

/**
 * Every release that a project's ranges, and those of the releases met, can reach on a runtime, as
 * far as knowledge tells: `advance` goes on until it can't and says what is missing. Nothing is
 * fetched here, so the same object says what there is to learn, and whether all is known.
 */
export class WarmReach {
  private readonly options: ReachOptions;
  private readonly tied: ReadonlyMap<PackageName, IndexUrl>;
  private readonly reached = new Map<PackageName, Reached>();
  private readonly stated = new Set<string>();
  /** Demands whose range and extras were noted at their package. */
  private readonly noted = new Set<Demand>();
  private readonly absent = new Set<PackageName>();
  private agenda: Demand[] = [];
  private sources: { readonly key: string; readonly name: PackageName; readonly by: string }[] = [];

  constructor(options: ReachOptions) {
    this.options = options;
    const { requirements } = options.project;
    this.tied = tiedIndexes(requirements);
    for (const { name, range, extras, source, where, specifier } of requirements) {
      const key = source === undefined ? `${where} ${specifier}` : "";
      if (source !== undefined) this.sources.push({ key: source, name, by: where });
      else this.demand(key, { name, range, extras, most: options.direct, by: where });
    }
  }

  /** Releases in reach whose metadata is known. */
  get known(): number {
    let sum = 0;
    for (const { taken } of this.reached.values()) sum += taken.size;
    return sum;
  }

  /** Packages whose releases are known, those that no index has included. */
  get packages(): number {
    return this.reached.size + this.absent.size;
  }

  /** Goes as far as knowledge allows; returns every fact that is missing to go on. */
  advance(): readonly Gap[] {
    const gaps = this.followSources();
    const agenda = this.agenda;
    this.agenda = [];
    // Grows while it is walked
    const open: Demand[] = [];
    for (let work = agenda; work.length > 0; work = this.takeAgenda()) {
      for (const demand of work) {
        const missing = this.take(demand);
        if (missing.length > 0) open.push(demand);
        gaps.push(...missing);
      }
    }
    this.agenda = open;
    return [...new Map(gaps.map((gap) => [gapKey(gap), gap])).values()];
  }

  /** Every package as far as it was followed. */
  followed(): readonly Reached[] {
    return [...this.reached.values()];
  }

  /** Of the releases that a line allows, newest first, each that requires something else than the one before. */
  variants({ name, range, source }: ProjectRequirement): readonly Version[] {
    const reached = source === undefined ? this.reached.get(name) : undefined;
    return reached === undefined ? [] : variantsOf(reached, range);
  }

  private takeAgenda(): Demand[] {
    const taken = this.agenda;
    this.agenda = [];
    return taken;
  }

  private demand(key: string, demand: Demand): void {
    const stated = `${demand.name} ${key}`;
    if (this.stated.has(stated)) return;
    this.stated.add(stated);
    this.agenda.push(demand);
  }

  private followSources(): Gap[] {
    const gaps: Gap[] = [];
    this.sources = this.sources.filter(({ key, name, by }) => {
      const fact = this.options.knowledge.source(key);
      if (fact === undefined) {
        gaps.push({ missing: "source", name, key, requiredBy: by });
        return true;
      }
      const { extras = [] } =
        this.options.project.requirements.find((one) => one.source === key) ?? {};
      for (const extra of ["", ...extras]) this.followLines(name, fact.requires, extra);
      return false;
    });
    return gaps;
  }

  /** Takes the newest releases of a range; returns what is not known of them. */
  private take(demand: Demand): readonly Gap[] {
    const { name, range, extras, most, by } = demand;
    const found = this.list(name, by);
    if (found === undefined) return [];
    if ("missing" in found) return [found];
    const reached = this.reachedOf(name, found);
    if (!this.noted.has(demand)) {
      this.noted.add(demand);
      reached.demanded = union(reached.demanded, range);
      for (const extra of extras) this.wantExtra(name, reached, { extra, range });
    }
    const gaps: Gap[] = this.takePreferred(demand, reached);
    let count = 0;
    for (const candidate of eligible(reached.candidates, range, this.options.project)) {
      if (count >= most) break;
      const gap = this.takeRelease(candidate, reached, by);
      if (gap === "unusable") continue;
      count += 1;
      if (gap !== undefined) gaps.push(gap);
    }
    return gaps;
  }

  /** The pin of the old lock, which advice prefers however old it is. */
  private takePreferred({ name, range, by }: Demand, reached: Reached): Gap[] {
    const text = this.options.project.preferred.get(name);
    const candidate = text === undefined ? undefined : reached.candidates.at(text);
    if (candidate === undefined || !contains(range, candidate.version)) return [];
    const gap = this.takeRelease(candidate, reached, by);
    return gap === undefined || gap === "unusable" ? [] : [gap];
  }

  private takeRelease(
    candidate: Candidate,
    reached: Reached,
    by: string,
  ): Gap | "unusable" | undefined {
    const { release, version, file } = candidate;
    if (reached.taken.has(version.text)) return undefined;
    reached.wanted.add(version.text);
    const { knowledge, runtime } = this.options;
    const fact = knowledge.metadata(release, file.filename, runtime.id);
    if (fact === undefined) {
      return { missing: "metadata", release, filename: file.filename, requiredBy: by };
    }
    if (fact.state === "failed" || !admitsPython(fact.requiresPython, runtime.pythonFull)) {
      return "unusable";
    }
    reached.taken.set(version.text, { version, requires: fact.requires });
    this.follow(release, reached, "");
    for (const { extra, range } of reached.extras) {
      if (contains(range, version)) this.follow(release, reached, extra);
    }
    return undefined;
  }

  /** An extra counts for every release taken that its range holds: any of them may be the one. */
  private wantExtra(
    name: PackageName,
    reached: Reached,
    wanted: { readonly extra: string; readonly range: VersionRange },
  ): void {
    reached.extras.push(wanted);
    for (const [text, { version }] of reached.taken) {
      if (!contains(wanted.range, version)) continue;
      const { index } = reached.candidates.list;
      this.follow({ name, version: text, index }, reached, wanted.extra);
    }
  }

  private follow(release: Release, reached: Reached, extra: string): void {
    const step = `${release.version} ${extra}`;
    const requires = reached.taken.get(release.version)?.requires;
    if (requires === undefined || !this.options.closure || reached.followed.has(step)) return;
    reached.followed.add(step);
    for (const own of this.followLines(release.name, requires, extra)) {
      this.follow(release, reached, own);
    }
  }

  /** Demands what lines require; returns the extras that the release asks of itself. */
  private followLines(
    name: PackageName,
    requires: readonly string[],
    extra: string,
  ): readonly string[] {
    const own: string[] = [];
    const { markers } = this.options.runtime;
    for (const needed of activeDependencies(requires, markers, extra, () => {})) {
      if (needed.url !== undefined) continue;
      if (needed.name === name) own.push(...needed.extras);
      else {
        const { range, extras, text } = needed;
        this.demand(text, {
          name: needed.name,
          range,
          extras,
          most: this.options.needed,
          by: name,
        });
      }
    }
    return own;
  }

  private reachedOf(name: PackageName, list: ReleaseList): Reached {
    let reached = this.reached.get(name);
    if (reached === undefined) {
      const lines = this.options.project.requirements.filter((one) => one.name === name);
      reached = notYetReached(new Candidates(list, this.options, ownDemands(lines)));
      this.reached.set(name, reached);
    }
    return reached;
  }

  /** The list of a name, as the adviser chooses it; undefined: no index has the package. */
  private list(name: PackageName, by: string): ReleaseList | Gap | undefined {
    const known = this.reached.get(name);
    if (known !== undefined) return known.candidates.list;
    const { project, knowledge, staleBefore } = this.options;
    const tied = this.tied.get(name);
    for (const index of tied === undefined ? project.indexes : [tied]) {
      const list = knowledge.releases(name, index);
      if (list === undefined || list.checkedAt < staleBefore) {
        return { missing: "releases", name, index, requiredBy: by };
      }
      if (list.absent === undefined) return list;
    }
    this.absent.add(name);
    return undefined;
  }
}
