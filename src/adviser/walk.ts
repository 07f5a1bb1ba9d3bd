import type { PackageName } from "../python/name.ts";
import type { Version } from "../python/version.ts";
import type { VersionRange } from "../python/version-range.ts";
import type { Catalog } from "./catalog.ts";
import { baseOf, extraOf, keysOf } from "./facts.ts";
import type { PackageKey } from "./incompatibility.ts";

/** What a stack needs of one package, and on whose account. */
export interface Needed {
  readonly name: PackageName;
  readonly version: Version;
  readonly extras: Set<string>;
  readonly categories: Set<string>;
  readonly requiredBy: Set<string>;
  /** What is demanded of its version, and by whom. */
  readonly demands: Demand[];
}

export interface Demand {
  /** "Pipfile:7" or "flask==3.0.3". */
  readonly by: string;
  /** The package behind that; undefined: the project itself. */
  readonly from?: PackageName;
  readonly text: string;
  readonly range: VersionRange;
}

/**
 * Follows the requirements of each category through the decided versions: what is reached is the
 * stack, in the order in which it was reached.
 */
export function walk(
  decisions: ReadonlyMap<PackageKey, Version>,
  catalog: Catalog,
): ReadonlyMap<PackageName, Needed> {
  const needed = new Map<PackageName, Needed>();
  const seen = new Set<string>();
  const queue: Step[] = [];
  for (const { name, extras, category, where, specifier, range } of catalog.context.project
    .requirements) {
    const demand = { by: where, text: `asks for ${specifier || "*"}`, range };
    for (const key of keysOf(name, extras)) queue.push({ key, category, demand });
  }
  // The queue grows while it is walked
  for (const { key, category, demand } of queue) {
    const name = baseOf(key);
    const version = decisions.get(name);
    if (version === undefined) continue;
    const extra = extraOf(key);
    noteNeed(needed, { name, version, extra, category, demand });
    if (seen.has(`${category} ${key}`)) continue;
    seen.add(`${category} ${key}`);
    const dependent = `${name}==${version.text}`;
    warnOfExtra(catalog, name, version, { extra, by: demand.by });
    for (const { name: next, extras, text, range } of catalog.dependencies(name, version, extra)) {
      const demanded = { by: dependent, from: name, text: `needs ${text}`, range };
      for (const one of keysOf(next, extras)) queue.push({ key: one, category, demand: demanded });
    }
  }
  return needed;
}

interface Step {
  readonly key: PackageKey;
  readonly category: string;
  readonly demand: Demand;
}

function noteNeed(
  needed: Map<PackageName, Needed>,
  one: { name: PackageName; version: Version; extra: string; category: string; demand: Demand },
): void {
  const { name, version, demand } = one;
  let entry = needed.get(name);
  if (entry === undefined) {
    entry = {
      name,
      version,
      extras: new Set(),
      categories: new Set(),
      requiredBy: new Set(),
      demands: [],
    };
    needed.set(name, entry);
  }
  if (one.extra !== "") entry.extras.add(one.extra);
  entry.categories.add(one.category);
  if (demand.by === `${name}==${version.text}`) return;
  const told = ({ by, text }: Demand) => by === demand.by && text === demand.text;
  if (!entry.demands.some(told)) entry.demands.push(demand);
  entry.requiredBy.add(demand.by);
}

/** An extra that a release does not have adds nothing; pip warns, and so do we. */
function warnOfExtra(
  catalog: Catalog,
  name: PackageName,
  version: Version,
  { extra, by }: { readonly extra: string; readonly by: string },
): void {
  if (extra === "" || !catalog.lacksExtra(name, version, extra)) return;
  catalog.warnings.add(`${name} ${version.text} has no extra \`${extra}\` (${by})`);
}
