import { releaseText } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { anyVersion, contains, intersect } from "../python/version-range.ts";
import type { Candidate } from "./candidates.ts";
import type { Catalog } from "./catalog.ts";
import type { AdviceContext } from "./context.ts";
import { isLess, type Penalty } from "./penalty.ts";
import { type SearchResult, search } from "./search.ts";
import { type Needed, walk } from "./walk.ts";

/** A search whose stack little speaks against, and the pins of the old lock that gave way for it. */
export interface SettledSearch {
  readonly result: SearchResult;
  /** What each package is part of; empty where there is no stack. */
  readonly needed: ReadonlyMap<PackageName, Needed>;
  readonly gaveWay: ReadonlyMap<PackageName, GaveWay>;
}

/** A pin of the old lock that was given up. */
export interface GaveWay {
  readonly version: string;
  /** What it held back. */
  readonly held: PackageName;
}

/**
 * Searches; and where a release stays that something speaks against, only because an old pin allows
 * no better one, searches again without that pin (docs/resolver.md#what-speaks-against-a-release).
 */
export function searchWithLeastAgainst(context: AdviceContext): SettledSearch {
  const gaveWay = new Map<PackageName, GaveWay>();
  let best = settled(search(context), new Map());
  let latest = best;
  for (;;) {
    if (latest.result.failure !== undefined) return best;
    if (latest.result.catalog.gaps().length > 0) return latest;
    const holders = holdersIn(latest, gaveWay);
    if (holders.size === 0) return best;
    for (const [name, one] of holders) gaveWay.set(name, one);
    latest = settled(search(without(context, gaveWay)), new Map(gaveWay));
    if (isLess(penaltiesOf(latest), penaltiesOf(best))) best = latest;
  }
}

function settled(result: SearchResult, gaveWay: ReadonlyMap<PackageName, GaveWay>): SettledSearch {
  const { failure, decisions, catalog } = result;
  return { result, gaveWay, needed: failure === undefined ? walk(decisions, catalog) : new Map() };
}

function without(context: AdviceContext, names: ReadonlyMap<PackageName, unknown>): AdviceContext {
  const { project } = context;
  const preferred = new Map([...project.preferred].filter(([name]) => !names.has(name)));
  return { ...context, project: { ...project, preferred } };
}

/** Old pins that keep a penalised release from being a better one, or hold back what gave way so. */
function holdersIn(
  { result: { catalog }, needed }: SettledSearch,
  gaveWay: ReadonlyMap<PackageName, GaveWay>,
): ReadonlyMap<PackageName, GaveWay> {
  const holders = new Map<PackageName, GaveWay>();
  const pins = new Map([...needed.values()].map((one) => [releaseTextOf(one), one]));
  for (const one of needed.values()) {
    const better = betterThan(one, catalog, gaveWay.has(one.name));
    if (better === undefined) continue;
    const held = gaveWay.get(one.name)?.held ?? one.name;
    for (const { by, range } of one.demands) {
      const holder = pins.get(by);
      if (holder === undefined || contains(range, better.version)) continue;
      const version = holder.version.text;
      const isOld = catalog.context.project.preferred.get(holder.name) === version;
      if (isOld && !gaveWay.has(holder.name)) holders.set(holder.name, { version, held });
    }
  }
  return holders;
}

/** What would be taken if only the Pipfile made demands; undefined where the pin is as good as that. */
function betterThan(
  { name, version }: Needed,
  catalog: Catalog,
  gaveWay: boolean,
): Candidate | undefined {
  const candidates = catalog.candidatesOf(name);
  const chosen = candidates?.at(version.text);
  if (candidates === undefined || chosen === undefined) return undefined;
  if (chosen.penalty === 0 && !gaveWay) return undefined;
  const asked = catalog.requirementsOf(name).map(({ range }) => range);
  const best = candidates.best(asked.reduce(intersect, anyVersion), catalog.policy(name));
  if (best === undefined || best.version.text === version.text) return undefined;
  return gaveWay || best.penalty < chosen.penalty ? best : undefined;
}

/** As demands name who makes them. */
function releaseTextOf({ name, version }: Needed): string {
  return releaseText({ name, version: version.text });
}

function penaltiesOf({ needed, result: { catalog } }: SettledSearch): readonly Penalty[] {
  return [...needed.values()].map(
    ({ name, version }) => catalog.candidatesOf(name)?.at(version.text)?.penalty ?? 0,
  );
}
