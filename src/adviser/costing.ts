import { compareVersions, type Version } from "../python/version.ts";
import type { VersionRange } from "../python/version-range.ts";
import { addCosts, type Cost, type CostPart, costOf, isFree, noCost } from "./cost.ts";
import type { Candidate } from "./examiner.ts";
import type { PrereleasePolicy } from "./prerelease-policy.ts";

/** The releases of one package, newest first, as far as pricing needs. */
interface PricedReleases {
  readonly list: { readonly count: number };
  newest(policy: PrereleasePolicy, range?: VersionRange): Candidate | undefined;
  positionOf(text: string): number | undefined;
  version(position: number): Version | undefined;
}

/** What decides the price of a package's releases beside the releases. */
export interface Prices {
  /** What the project itself asks for; undefined: only others need the package. */
  readonly asked: VersionRange | undefined;
  /** Version of the old lock, where it may stay. */
  readonly preferred: Version | undefined;
}

/** What the releases of one package cost the stack that has them. */
export class Costing {
  private readonly candidates: PricedReleases;
  private readonly prices: Prices;
  private readonly newer = new Map<PrereleasePolicy, NewerCount>();
  private readonly known = new Map<string, Cost>();

  constructor(candidates: PricedReleases, prices: Prices) {
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
    const { series, releases } = this.newerThan(version, policy);
    const part: CostPart =
      asked === undefined ? "brought" : preferred === undefined ? "asked" : "behind";
    const moved = preferred === undefined ? 0 : 1;
    const cost = costOf({ [part]: series, moved, older: releases });
    return isFree(cost) ? noCost : cost;
  }

  /** What is newer, of that which could be had. */
  private newerThan(version: Version, policy: PrereleasePolicy): Newer {
    let count = this.newer.get(policy);
    if (count === undefined) {
      count = new NewerCount(this.candidates, this.prices.asked, policy);
      this.newer.set(policy, count);
    }
    return count.than(version);
  }
}

/** Series (1.2, 1.3, …) that have a newer release, and newer releases. */
interface Newer {
  readonly series: number;
  readonly releases: number;
}

const nothing: Newer = { series: 0, releases: 0 };

/** Counts from the newest release that can be had on to older ones, as far as it is asked. */
class NewerCount {
  private readonly candidates: PricedReleases;
  private readonly policy: PrereleasePolicy;
  private readonly seen = new Set<string>();
  private releases = 0;
  private readonly counts = new Map<number, Newer>();
  private next: number;

  constructor(
    candidates: PricedReleases,
    asked: VersionRange | undefined,
    policy: PrereleasePolicy,
  ) {
    this.candidates = candidates;
    this.policy = policy;
    const newest = candidates.newest(policy, asked);
    this.next = candidates.positionOf(newest?.version.text ?? "") ?? candidates.list.count;
  }

  than(version: Version): Newer {
    const wanted = this.candidates.positionOf(version.text) ?? 0;
    for (; this.next <= wanted && this.next < this.candidates.list.count; this.next += 1) {
      this.counts.set(this.next, { series: this.seen.size, releases: this.releases });
      const listed = this.candidates.version(this.next);
      if (listed === undefined || (listed.isPrerelease && this.policy !== "equal")) continue;
      this.seen.add(`${listed.epoch}!${listed.release.slice(0, 2).join(".")}`);
      this.releases += 1;
    }
    return this.counts.get(wanted) ?? nothing;
  }
}
