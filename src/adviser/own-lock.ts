import type { Justification } from "../model/advice.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion, type Version } from "../python/version.ts";
import { contains } from "../python/version-range.ts";
import type { BestStack } from "./best-stack.ts";
import type { Catalog } from "./catalog.ts";
import { scoreOf } from "./cost.ts";
import { whyNot } from "./justify.ts";
import { stackCost } from "./stack.ts";
import { type Needed, walk } from "./walk.ts";

/**
 * The score of the lock that the project has, by the measure of the advice; undefined: it has none,
 * the lock is no stack any more, or what it pins is not known well enough to say.
 */
export function scoreOfLock(catalog: Catalog): number | undefined {
  const locked = catalog.context.project.settings?.locked;
  if (locked === undefined || locked.size === 0) return undefined;
  const decisions = new Map<PackageName, Version>();
  for (const [name, text] of locked) {
    const version = parseVersion(text);
    if (version !== undefined) decisions.set(name, version);
  }
  const needed = walk(decisions, catalog);
  return isStack(needed, catalog) ? scoreOf(stackCost(needed, catalog)) : undefined;
}

/** Whether everything that is demanded is there, usable, known, and as demanded. */
function isStack(needed: ReadonlyMap<PackageName, Needed>, catalog: Catalog): boolean {
  const { requirements } = catalog.context.project;
  if (!requirements.every(({ name }) => needed.has(name))) return false;
  return [...needed.values()].every(
    (one) => isAsDemanded(one, catalog) && needs(one, catalog).every((name) => needed.has(name)),
  );
}

function isAsDemanded({ name, version, demands }: Needed, catalog: Catalog): boolean {
  if (!demands.every(({ range }) => contains(range, version))) return false;
  if (catalog.sourceKey(name) !== undefined) return true;
  catalog.list(name, "the lock");
  const candidate = catalog.candidatesOf(name)?.at(version.text);
  return candidate !== undefined && catalog.metadata(candidate) !== undefined;
}

function needs({ name, version, extras }: Needed, catalog: Catalog): readonly PackageName[] {
  return ["", ...extras].flatMap((extra) =>
    catalog.dependencies(name, version, extra).map((dependency) => dependency.name),
  );
}

/** What is said of a stack, and why releases are older than the lock's where that was not said yet. */
export function withDowngrades(
  said: readonly Justification[],
  best: BestStack,
): readonly Justification[] {
  const moved = new Set(said.flatMap((one) => (one.type === "INFO" ? [one.package] : [])));
  return [...said, ...downgrades(best).filter((one) => !moved.has(one.package))];
}

/** Why releases are older than those of the lock that the project has: nobody goes back unawares. */
function downgrades(best: BestStack): readonly Justification[] {
  const { needed, result } = best.stack;
  const { catalog } = result;
  const told: Justification[] = [];
  for (const one of needed.values()) {
    const old = parseVersion(catalog.context.project.settings?.locked.get(one.name) ?? "");
    if (old === undefined || compareVersions(old, one.version) <= 0) continue;
    const reason = whyNotOld(one, old, needed, catalog);
    const message = `${one.name} goes down from ${old.text} to ${one.version.text}: ${reason}`;
    told.push({ type: "INFO", message, package: one.name });
  }
  return told;
}

function whyNotOld(
  one: Needed,
  old: Version,
  needed: ReadonlyMap<PackageName, Needed>,
  catalog: Catalog,
): string {
  const candidates = catalog.candidatesOf(one.name);
  const position = candidates?.positionOf(old.text);
  const examined = position === undefined ? undefined : candidates?.examine(position);
  if (examined === undefined) return `${old.text} is not on the index`;
  if ("reason" in examined) return `${old.text} ${examined.reason}`;
  const { objections } = examined.candidate;
  const excluded = one.demands.some(({ range }) => !contains(range, old));
  if (!excluded && objections.length > 0)
    return objections.map(({ reason }) => `${old.text} ${reason}`).join(", ");
  return whyNot(examined.candidate, one, needed, catalog);
}
