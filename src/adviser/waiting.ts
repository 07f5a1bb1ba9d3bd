import type { Pin } from "../model/advice.ts";
import type { ReleaseFacts, ReleaseList } from "../model/knowledge.ts";
import { coolDownOf, noPolicy } from "../model/policy.ts";
import type { HeldBack } from "../model/policy-report.ts";
import type { Release } from "../model/release.ts";
import { activeDependencies } from "../python/active-dependencies.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import { contains, type VersionRange } from "../python/version-range.ts";
import { momentText } from "../util/moment.ts";
import { Catalog } from "./catalog.ts";
import type { AdviceContext } from "./context.ts";
import { compareCosts } from "./cost.ts";
import { force } from "./force.ts";
import { coolDownUnit, uploadTime } from "./release-age.ts";
import { TimelyKnowledge } from "./timely-knowledge.ts";

type Pins = ReadonlyMap<PackageName, Pin>;

/**
 * For each pin the newest release that only the cool-down keeps out: newer than the pin, within
 * what the Pipfile and the other pins ask for, and what would be chosen if ages did not count.
 */
export function heldBackBy(pins: Pins, context: AdviceContext): readonly HeldBack[] {
  const timely = new TimelyKnowledge(context);
  let demands: ReadonlyMap<PackageName, readonly VersionRange[]> | undefined;
  let ageless: Ageless | undefined;
  const found: HeldBack[] = [];
  for (const pin of pins.values()) {
    if (pin.source !== undefined || periodOf(context, pin.release.name) === undefined) continue;
    for (const release of newerHeld(pin, context, timely)) {
      demands ??= demandsOf(pins, context);
      const version = parseVersion(release.version);
      const ranges = demands.get(release.name) ?? [];
      if (version === undefined || !ranges.every((range) => contains(range, version))) continue;
      ageless ??= new Ageless(pins, context);
      if (!ageless.wouldTake(release.name, version)) continue;
      found.push(heldBack(pin, release, { context, timely }));
      break;
    }
  }
  return found;
}

/** What would be chosen if no release were too young. */
class Ageless {
  readonly #context: AdviceContext;
  readonly #catalog: Catalog;
  readonly #pins: Pins;

  constructor(pins: Pins, context: AdviceContext) {
    const { project } = context;
    const { settings } = project;
    const policy = settings && { ...settings.policy, coolDowns: noPolicy.coolDowns };
    // What the lock holds is kept for its own sake, be something newer held back or not
    this.#context = {
      ...context,
      project: {
        ...project,
        preferred: new Map(),
        ...(settings === undefined || policy === undefined
          ? {}
          : { settings: { ...settings, policy } }),
      },
    };
    this.#catalog = new Catalog(this.#context);
    this.#pins = pins;
  }

  /** Whether a newer release would take the place of a pin, as far as is known. */
  wouldTake(name: PackageName, version: Version): boolean {
    const pin = this.#pins.get(name);
    this.#catalog.list(name, "");
    const candidates = this.#catalog.candidatesOf(name);
    const candidate = candidates?.at(version.text);
    if (candidate === undefined) return false;
    const pinned = candidates?.at(pin?.release.version ?? "");
    const isDearer =
      pinned !== undefined &&
      compareCosts(this.#catalog.cost(candidate), this.#catalog.cost(pinned)) > 0;
    if (isDearer) return false;
    return this.#fits(name, version) || this.#fitsOthers(name, version);
  }

  /** With the pins as they are. */
  #fits(name: PackageName, version: Version): boolean {
    const extras = ["", ...(this.#pins.get(name)?.extras ?? [])];
    const needs = extras.flatMap((extra) => this.#catalog.dependencies(name, version, extra));
    return needs.every(({ name: other, range }) => {
      const pinned = parseVersion(this.#pins.get(other)?.release.version ?? "");
      return pinned === undefined || contains(range, pinned);
    });
  }

  /** With other pins; true where nobody knows. */
  #fitsOthers(name: PackageName, version: Version): boolean {
    const locked = new Map([...this.#pins].map(([key, { release }]) => [key, release.version]));
    return force(this.#context, { name, version }, locked).outcome !== "conflict";
  }
}

/** When the next release that the cool-down withholds now is old enough, ms; undefined: none waits. */
export function nextEligible(
  lists: readonly ReleaseList[],
  context: AdviceContext,
): number | undefined {
  const moment = context.project.settings?.moment ?? 0;
  let next: number | undefined;
  for (const list of lists) {
    const period = periodOf(context, list.name);
    if (period === undefined) continue;
    for (let position = 0; position < list.count; position += 1) {
      const eligible = uploadsOf(list, list.version(position), context)
        .map((time) => time + period)
        .filter((time) => time > moment);
      // Releases stand by version; nearly always the newest came last
      if (eligible.length === 0) break;
      next = Math.min(next ?? Number.POSITIVE_INFINITY, ...eligible);
    }
  }
  return next;
}

function periodOf({ project }: AdviceContext, name: PackageName): number | undefined {
  const { settings } = project;
  return settings === undefined ? undefined : coolDownOf(settings.policy, name)?.periodMs;
}

function* newerHeld(
  { release }: Pin,
  { knowledge, project }: AdviceContext,
  timely: TimelyKnowledge,
): Generator<Release> {
  const { name, index } = release;
  const pinned = parseVersion(release.version);
  const list = knowledge.releases(name, index);
  if (list === undefined || pinned === undefined) return;
  for (let position = 0; position < list.count; position += 1) {
    const version = parseVersion(list.version(position));
    if (version === undefined) continue;
    if (compareVersions(version, pinned) <= 0) return;
    if (version.isPrerelease && !pinned.isPrerelease && !project.allowPrereleases) continue;
    const newer = { name, index, version: version.text };
    if (isYanked(list.release(position))) continue;
    if (timely.timeliness(newer)?.withheld?.unit === coolDownUnit) yield newer;
  }
}

function isYanked({ files }: ReleaseFacts): boolean {
  return files.every(({ yanked }) => yanked !== undefined);
}

function heldBack(
  { release }: Pin,
  held: Release,
  { context, timely }: { readonly context: AdviceContext; readonly timely: TimelyKnowledge },
): HeldBack {
  const found = { name: held.name, locked: release.version, available: held.version };
  const uploadedAt = timely.timeliness(held)?.withheld?.uploadedAt;
  if (uploadedAt === undefined) return found;
  const eligible = momentText(uploadedAt + (periodOf(context, held.name) ?? 0));
  return { ...found, released: momentText(uploadedAt), eligible };
}

function uploadsOf(
  { name, index }: Pick<Release, "name" | "index">,
  version: string,
  { knowledge }: AdviceContext,
): readonly number[] {
  const details = knowledge.details({ name, index, version }) ?? [];
  return details.flatMap((file) => uploadTime(file) ?? []);
}

/** What the lines of the Pipfile and the pins ask of packages. */
function demandsOf(
  pins: Pins,
  { project, knowledge, runtime }: AdviceContext,
): ReadonlyMap<PackageName, readonly VersionRange[]> {
  const demands = new Map<PackageName, VersionRange[]>();
  const add = (name: PackageName, range: VersionRange) => {
    const known = demands.get(name);
    if (known === undefined) demands.set(name, [range]);
    else known.push(range);
  };
  for (const { name, range } of project.requirements) add(name, range);
  for (const { release, filename, extras } of pins.values()) {
    const fact =
      filename === undefined ? undefined : knowledge.metadata(release, filename, runtime.id);
    if (fact?.state !== "known") continue;
    for (const extra of ["", ...extras]) {
      const active = activeDependencies(fact.requires, runtime.markers, extra, () => {});
      for (const { name, range } of active) add(name, range);
    }
  }
  return demands;
}
