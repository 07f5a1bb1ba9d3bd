import { compareVersions, type Version } from "../python/version.ts";
import type { VersionRange } from "../python/version-range.ts";
import type { Candidate, Candidates, PrereleasePolicy } from "./candidates.ts";
import { addCosts, type Cost, type CostPart, costOf, isFree, noCost } from "./cost.ts";

/** What decides the price of a package's releases beside the releases. */
export interface Prices {
  /** What the project itself asks for; undefined: only others need the package. */
  readonly asked: VersionRange | undefined;
  /** Version of the old lock, where it may stay. */
  readonly preferred: Version | undefined;
}

/** What the releases of one package cost the stack that has them. */
export class Costing {
  private readonly candidates: Candidates;
  private readonly prices: Prices;
  /** By position: how many series are newer, counted down from the newest that can be had. */
  private readonly newerSeries = new Map<PrereleasePolicy, SeriesCount>();
  private readonly known = new Map<string, Cost>();

  constructor(candidates: Candidates, prices: Prices) {
    this.candidates = candidates;
    this.prices = prices;
  }

  /** The cost of one candidate, with pre-releases taken so. */
  of(candidate: Candidate, policy: PrereleasePolicy): Cost {
    const key = `${candidate.version.text} ${policy}`;
    const known = this.known.get(key);
    if (known !== undefined) return known;
    const cost = addCosts(candidate.weight, this.place(candidate, policy));
    this.known.set(key, cost);
    return cost;
  }

  /** What its place among the releases costs: having moved, and being behind. */
  private place({ version, weight }: Candidate, policy: PrereleasePolicy): Cost {
    const { asked, preferred } = this.prices;
    if (preferred !== undefined && compareVersions(preferred, version) === 0) {
      // To stay is free of charge only for what nothing at all speaks against
      return isFree(weight) ? noCost : costOf({ moved: 1 });
    }
    const behind = this.behind(version, policy);
    const part: CostPart =
      asked === undefined ? "brought" : preferred === undefined ? "asked" : "behind";
    const cost = costOf({ [part]: behind, moved: preferred === undefined ? 0 : 1 });
    return isFree(cost) ? noCost : cost;
  }

  /** How many series (1.2, 1.3, …) have a release newer than `version`, of those that could be had. */
  private behind(version: Version, policy: PrereleasePolicy): number {
    let count = this.newerSeries.get(policy);
    if (count === undefined) {
      count = new SeriesCount(this.candidates, this.prices.asked, policy);
      this.newerSeries.set(policy, count);
    }
    return count.newerThan(version);
  }
}

/** Counts series from the newest release that can be had on to older ones, as far as it is asked. */
class SeriesCount {
  private readonly candidates: Candidates;
  private readonly policy: PrereleasePolicy;
  private readonly seen = new Set<string>();
  private readonly counts = new Map<number, number>();
  private next: number;

  constructor(candidates: Candidates, asked: VersionRange | undefined, policy: PrereleasePolicy) {
    this.candidates = candidates;
    this.policy = policy;
    const newest = candidates.newest(policy, asked);
    this.next = candidates.positionOf(newest?.version.text ?? "") ?? candidates.list.count;
  }

  newerThan(version: Version): number {
    const wanted = this.candidates.positionOf(version.text) ?? 0;
    for (; this.next <= wanted && this.next < this.candidates.list.count; this.next += 1) {
      this.counts.set(this.next, this.seen.size);
      const listed = this.candidates.version(this.next);
      if (listed === undefined || (listed.isPrerelease && this.policy !== "equal")) continue;
      this.seen.add(`${listed.epoch}!${listed.release.slice(0, 2).join(".")}`);
    }
    return this.counts.get(wanted) ?? 0;
  }
}
