import type { AdvisoryMatch } from "../model/advisory.ts";
import type { ReleaseList } from "../model/knowledge.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import { anyVersion, contains, type VersionRange } from "../python/version-range.ts";
import { reaches, reachesAll } from "./advisory-text.ts";
import type { AdviceContext } from "./context.ts";
import { type Cost, compareCosts, isFree, noCost, weighingParts } from "./cost.ts";
import { Costing } from "./costing.ts";
import { type Candidate, type Examined, Examiner } from "./examiner.ts";
import { type PackageUnits, pipelineOf } from "./pipeline.ts";
import type { PrereleasePolicy } from "./prerelease-policy.ts";
import { weightOf } from "./weight.ts";

/** What the project itself demands of a package; undefined: nothing. */
export interface OwnDemands {
  /** What the Pipfile asks for by `==`, which may be yanked. */
  readonly pinned: VersionRange | undefined;
  /** What all its lines leave together. */
  readonly asked: VersionRange | undefined;
}

/** Whether to examine a release, to pass it over, or to look at no older ones either. */
type Glance = "examine" | "pass" | "stop";

/** The releases of one package as the search sees them: newest first, examined when looked at. */
export class Candidates {
  readonly list: ReleaseList;
  private readonly units: PackageUnits;
  private readonly preferred: Version | undefined;
  private readonly examiner: Examiner;
  private readonly costing: Costing;
  private readonly examined = new Map<number, Examined>();
  private readonly positions = new Map<string, number>();
  private readonly versions: (Version | undefined)[] = [];
  private anyFinal: boolean | undefined;

  constructor(list: ReleaseList, context: AdviceContext, demands: OwnDemands) {
    this.list = list;
    this.units = pipelineOf(context).about(list.name);
    const { asked } = demands;
    this.examiner = new Examiner(list, context, this.units, demands.pinned);
    const old = parseVersion(context.project.preferred.get(list.name) ?? "");
    this.preferred =
      old !== undefined && contains(asked ?? anyVersion, old) && this.at(old.text) !== undefined
        ? old
        : undefined;
    this.costing = new Costing(this, { asked, preferred: this.preferred });
  }

  /**
   * The cheapest candidate within `range`: the old lock's, else what the steps object to least, of
   * these the newest, where what is low counts as nothing.
   */
  best(range: VersionRange, policy: PrereleasePolicy): Candidate | undefined {
    const { preferred } = this;
    const inRange = preferred !== undefined && contains(range, preferred);
    const kept = inRange ? this.at(preferred.text) : undefined;
    if (kept !== undefined && isFree(kept.weight)) return kept;
    const found = this.leastWeight(range, policy);
    if (kept === undefined || found === undefined) return kept ?? found;
    return compareCosts(this.cost(kept, policy), this.cost(found, policy)) <= 0 ? kept : found;
  }

  /** What a candidate costs the stack that has it. */
  cost(candidate: Candidate, policy: PrereleasePolicy): Cost {
    return this.costing.of(candidate, policy);
  }

  /** Usable releases within `range` that are worth a look, newest first, pre-releases too. */
  *within(
    range: VersionRange,
    glance: (version: Version) => Glance = () => "examine",
  ): Generator<Candidate> {
    const oldest = range.cuts[0];
    for (let position = this.firstUpTo(range); position < this.list.count; position += 1) {
      const version = this.version(position);
      if (version === undefined) continue;
      if (!contains(range, version)) {
        if (oldest !== undefined && compareVersions(version, oldest.version) < 0) return;
        continue;
      }
      this.positions.set(version.text, position);
      const seen = glance(version);
      if (seen === "stop") return;
      if (seen === "pass") continue;
      const examined = this.examine(position);
      if ("candidate" in examined) yield examined.candidate;
    }
  }

  /** The newest usable release within `range`; a pre-release as `best` would take it. */
  newest(policy: PrereleasePolicy, range: VersionRange = anyVersion): Candidate | undefined {
    const equal = policy === "equal" || !this.hasFinal();
    for (const candidate of this.within(range)) {
      if (equal || !candidate.version.isPrerelease) return candidate;
    }
    return undefined;
  }

  /** The newest usable release that is free of advisories, in place of one that is not. */
  unaffected(policy: PrereleasePolicy, chosen: Candidate): Candidate | undefined {
    const equal = policy === "equal" || !this.hasFinal();
    const glance = (version: Version) => {
      // Most that are newer are for a newer Python, which shows sooner than what is known against them
      if (compareVersions(version, chosen.version) > 0) return "examine";
      if (chosen.advisories.some(reachesAll)) return "stop";
      if (chosen.advisories.some((one) => reaches(one, version))) return "pass";
      return this.examiner.advisories(version.text).length === 0 ? "examine" : "pass";
    };
    for (const candidate of this.within(anyVersion, glance)) {
      const { advisories, version } = candidate;
      if (advisories.length === 0 && (equal || !version.isPrerelease)) return candidate;
    }
    return undefined;
  }

  /** Usable releases from a version on to older ones. */
  *from(version: Version): Generator<Candidate> {
    const start = this.positionOf(version.text) ?? 0;
    for (let position = start; position < this.list.count; position += 1) {
      const examined = this.examine(position);
      if ("candidate" in examined) yield examined.candidate;
    }
  }

  /** The usable release of one version. */
  at(text: string): Candidate | undefined {
    const position = this.positionOf(text);
    if (position === undefined) return undefined;
    const examined = this.examine(position);
    return "candidate" in examined ? examined.candidate : undefined;
  }

  /** Where a normalised version stands in the list. */
  positionOf(text: string): number | undefined {
    const known = this.positions.get(text);
    if (known !== undefined) return known;
    for (let position = 0; position < this.list.count; position += 1) {
      if (this.list.version(position) !== text) continue;
      this.positions.set(text, position);
      return position;
    }
    return undefined;
  }

  /** Why the releases within `range` can't be used, newest first, at most `limit`, alike ones merged. */
  reasons(range: VersionRange, limit: number): readonly string[] {
    const grouped = new Map<string, string[]>();
    for (let position = 0; position < this.list.count; position += 1) {
      const version = this.version(position);
      if (version === undefined || !contains(range, version)) continue;
      const examined = this.examine(position);
      const reason = "reason" in examined ? examined.reason : prereleaseReason(version);
      if (reason === undefined) continue;
      const group = grouped.get(reason);
      if (group !== undefined) group.push(version.text);
      else if (grouped.size === limit) break;
      else grouped.set(reason, [version.text]);
    }
    return [...grouped].map(([reason, versions]) => `${versionSpan(versions)} ${reason}`);
  }

  /** Whether a final release can be used at all; if not, pre-releases count as releases. */
  hasFinal(): boolean {
    if (this.anyFinal !== undefined) return this.anyFinal;
    this.anyFinal = false;
    for (let position = 0; position < this.list.count && !this.anyFinal; position += 1) {
      const version = this.version(position);
      if (version === undefined || version.isPrerelease) continue;
      this.anyFinal = "candidate" in this.examine(position);
    }
    return this.anyFinal;
  }

  version(position: number): Version | undefined {
    const known = this.versions[position];
    if (known !== undefined) return known;
    const version = parseVersion(this.list.version(position));
    this.versions[position] = version;
    return version;
  }

  examine(position: number): Examined {
    const known = this.examined.get(position);
    if (known !== undefined) return known;
    const answer = this.examiner.look(position, this.version(position));
    this.examined.set(position, answer);
    return answer;
  }

  /** What was looked at so far, newest first. */
  *looked(): Generator<{ readonly version: string; readonly examined: Examined }> {
    for (const position of [...this.examined.keys()].sort((left, right) => left - right)) {
      const examined = this.examined.get(position);
      if (examined !== undefined) yield { version: this.list.version(position), examined };
    }
  }

  /** Where the releases begin that are no newer than all of `range`: found without reading far beyond. */
  private firstUpTo({ cuts }: VersionRange): number {
    const newest = cuts.at(-1);
    if (newest === undefined) return this.list.count;
    const isNewer = (position: number) => {
      const version = this.version(position);
      return version !== undefined && compareVersions(version, newest.version) > 0;
    };
    let low = 0;
    let step = 1;
    while (low + step <= this.list.count && isNewer(low + step - 1)) {
      low += step;
      step *= 2;
    }
    let high = Math.min(low + step - 1, this.list.count);
    while (low < high) {
      const middle = (low + high) >> 1;
      if (isNewer(middle)) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  private leastWeight(range: VersionRange, policy: PrereleasePolicy): Candidate | undefined {
    let best: Candidate | undefined;
    let fallback: Candidate | undefined;
    const glance = (version: Version) =>
      best === undefined ? "examine" : this.glanceAt(version, best);
    for (const candidate of this.within(range, glance)) {
      if (candidate.version.isPrerelease && policy !== "equal") {
        fallback = better(fallback, candidate);
        continue;
      }
      best = better(best, candidate);
      if (isLightest(best.weight)) return best;
    }
    return best ?? (policy === "none" && this.hasFinal() ? undefined : fallback);
  }

  /** Told by advisories alone, those of the newer release first: to examine one costs far more. */
  private glanceAt(older: Version, { advisories, weight }: Candidate): Glance {
    const isNoBetter = (some: readonly AdvisoryMatch[], text?: string) =>
      compareCosts(this.atLeast(some, text), weight, weighingParts) >= 0;
    if (isNoBetter(advisories.filter(reachesAll))) return "stop";
    if (
      isNoBetter(
        advisories.filter((one) => reaches(one, older)),
        older.text,
      )
    )
      return "pass";
    return isNoBetter(this.examiner.advisories(older.text), older.text) ? "pass" : "examine";
  }

  private atLeast(advisories: readonly AdvisoryMatch[], text: string | undefined): Cost {
    if (advisories.length === 0) return noCost;
    return weightOf(this.units.steps.flatMap((step) => step.atLeast?.(advisories, text) ?? []));
  }
}

/** The one that less speaks against, of equal ones the newer. */
function better(newer: Candidate | undefined, older: Candidate): Candidate {
  if (newer === undefined) return older;
  return compareCosts(older.weight, newer.weight, weighingParts) < 0 ? older : newer;
}

function isLightest(weight: Cost): boolean {
  return compareCosts(weight, noCost, weighingParts) <= 0;
}

function prereleaseReason(version: Version): string | undefined {
  return version.isPrerelease ? "is a pre-release that nobody asked for" : undefined;
}

function versionSpan(versions: readonly string[]): string {
  const first = versions[0] ?? "";
  const last = versions.at(-1) ?? "";
  return versions.length === 1 ? first : `${last} to ${first} (${versions.length} releases): each`;
}
