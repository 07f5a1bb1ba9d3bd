import { type Cost, compareCosts, noCost } from "./cost.ts";

/**
 * What a search may spend: on each package at most what its limit says, by default nothing. A
 * combination that weighs is forbidden as long as its own limit is lower than its weight.
 */
export class Limits {
  private readonly spending: ReadonlyMap<string, Cost>;
  private readonly parts: number;

  /** By name of the package or of the combination; only so many of the first parts count. */
  constructor(spending: ReadonlyMap<string, Cost>, parts: number) {
    this.spending = spending;
    this.parts = parts;
  }

  forbid(name: string, cost: Cost): boolean {
    return cost !== noCost && compareCosts(cost, this.spending.get(name) ?? noCost, this.parts) > 0;
  }
}
