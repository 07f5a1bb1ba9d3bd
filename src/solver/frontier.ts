import type { ReleaseList } from "../model/knowledge.ts";
import type { IndexUrl, Release } from "../model/release.ts";
import { activeDependencies } from "../python/active-dependencies.ts";
import { chooseFile } from "../python/file-choice.ts";
import type { PackageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import { contains, intersect, isEmptyRange, type VersionRange } from "../python/version-range.ts";
import type { Learner } from "./learner.ts";
import { TaskGroup } from "./task-group.ts";

export interface FrontierOptions {
  readonly indexes: readonly IndexUrl[];
  /** Names that may come from one index only. */
  readonly tied: ReadonlyMap<PackageName, IndexUrl>;
  /** Versions of the old lock. */
  readonly preferred: ReadonlyMap<PackageName, string>;
  readonly allowPrereleases: boolean;
}

interface Interest {
  range: VersionRange;
  readonly extras: Set<string>;
  /** Versions and extras whose requirements were followed already: "1.0 async". */
  readonly followed: Set<string>;
}

/**
 * Runs ahead of the adviser: as soon as a requirement is known, the page of its package is fetched,
 * then the metadata of the release that will likely be picked, then the same for what that needs.
 * A wrong guess costs a request, never a wrong lock: the adviser decides.
 */
export class Frontier {
  private readonly learner: Learner;
  private readonly options: FrontierOptions;
  private readonly interests = new Map<PackageName, Interest>();
  private group = new TaskGroup();

  constructor(learner: Learner, options: FrontierOptions) {
    this.learner = learner;
    this.options = options;
  }

  /** Notes what will be asked of `name`, without fetching anything yet. */
  expect(name: PackageName, range: VersionRange, extras: readonly string[]): void {
    const known = this.interests.get(name);
    if (known === undefined) {
      this.interests.set(name, { range, extras: new Set(extras), followed: new Set() });
      return;
    }
    const narrowed = intersect(known.range, range);
    // Two demands that exclude each other: one of them will give way, so look at the newer one
    known.range = isEmptyRange(narrowed) ? range : narrowed;
    for (const extra of extras) known.extras.add(extra);
  }

  /** Something needs `name` within `range`; follows it in the background until `settled`. */
  want(name: PackageName, range: VersionRange, extras: readonly string[]): void {
    this.expect(name, range, extras);
    this.group.run(() => this.follow(name));
  }

  /** Resolves once nothing more is to be fetched; throws the first failure of the index. */
  async settled(): Promise<void> {
    const { group } = this;
    await group.done().finally(() => {
      this.group = new TaskGroup();
    });
  }

  private async follow(name: PackageName): Promise<void> {
    const list = await this.listOf(name);
    const interest = this.interests.get(name);
    if (list === undefined || interest === undefined) return;
    const pick = this.likely(list, interest.range);
    if (pick === undefined) return;
    const fact = await this.learner.metadata(pick.release, pick.filename);
    if (fact?.state === "known") this.followRequirements(pick.release, fact.requires);
  }

  /** Wants what a release requires, as far as that was not done yet. */
  followRequirements(release: Release, requires: readonly string[]): void {
    const interest = this.interests.get(release.name);
    if (interest === undefined) return;
    for (const extra of ["", ...interest.extras]) {
      const step = `${release.version} ${extra}`;
      if (interest.followed.has(step)) continue;
      interest.followed.add(step);
      const { markers } = this.learner.options.runtime;
      for (const needed of activeDependencies(requires, markers, extra, () => {})) {
        if (needed.url === undefined) this.want(needed.name, needed.range, needed.extras);
      }
    }
  }

  private async listOf(name: PackageName): Promise<ReleaseList | undefined> {
    const tied = this.options.tied.get(name);
    for (const index of tied === undefined ? this.options.indexes : [tied]) {
      const { store } = this.learner.options;
      const list = store.releases(name, index) ?? (await this.learner.releases(name, index));
      if (list !== undefined && list.absent === undefined) return list;
    }
    return undefined;
  }

  /** What the adviser will likely pick: the old lock's pin, else the newest final release that fits. */
  private likely(list: ReleaseList, range: VersionRange): Pick | undefined {
    let fallback: Pick | undefined;
    for (const position of this.inOrder(list)) {
      const version = parseVersion(list.version(position));
      if (version === undefined || !contains(range, version)) continue;
      const found = this.usable(list, position);
      if (found === undefined) continue;
      if (!version.isPrerelease || this.options.allowPrereleases) return found;
      fallback ??= found;
    }
    return fallback;
  }

  /** Positions of a list, the old lock's pin first. */
  private *inOrder(list: ReleaseList): Generator<number> {
    const preferred = this.options.preferred.get(list.name);
    for (let position = 0; preferred !== undefined && position < list.count; position += 1) {
      if (list.version(position) === preferred) yield position;
    }
    for (let position = 0; position < list.count; position += 1) yield position;
  }

  private usable(list: ReleaseList, position: number): Pick | undefined {
    const { runtime, ranks } = this.learner.options;
    const facts = list.release(position);
    const choice = chooseFile(facts, runtime.pythonFull, ranks);
    if (!("file" in choice) || choice.file.yanked !== undefined) return undefined;
    const release = { name: list.name, version: facts.version, index: list.index };
    return { release, filename: choice.file.filename };
  }
}

interface Pick {
  readonly release: Release;
  readonly filename: string;
}
