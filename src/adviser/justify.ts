import type { NotNewest } from "../model/advice.ts";
import type { PackageName } from "../python/name.ts";
import { compareVersions, parseVersion } from "../python/version.ts";
import { contains } from "../python/version-range.ts";
import { apartReason } from "./apart.ts";
import type { Candidates } from "./candidates.ts";
import type { Catalog } from "./catalog.ts";
import type { Candidate } from "./examiner.ts";
import { leadsBack } from "./penalty.ts";
import { coolDownUnit } from "./release-age.ts";
import { isYetToCome } from "./timely-knowledge.ts";
import type { Needed } from "./walk.ts";

/** For every pin that is not the newest release: which one is, and what kept it out. */
export function justify(
  needed: ReadonlyMap<PackageName, Needed>,
  catalog: Catalog,
): ReadonlyMap<PackageName, NotNewest> {
  const reasons = new Map<PackageName, NotNewest>();
  for (const one of needed.values()) {
    if (catalog.sourceKey(one.name) !== undefined) continue;
    const reason = notNewest(one, needed, catalog);
    if (reason !== undefined) reasons.set(one.name, reason);
  }
  return reasons;
}

function notNewest(
  one: Needed,
  needed: ReadonlyMap<PackageName, Needed>,
  catalog: Catalog,
): NotNewest | undefined {
  const candidates = catalog.candidatesOf(one.name);
  if (candidates === undefined) return undefined;
  const equal = catalog.policy(one.name) === "equal";
  const newest = newestListed(candidates, equal);
  if (newest === undefined || candidates.list.version(newest) === one.version.text)
    return undefined;
  const usable = candidates.newest(equal ? "equal" : "none");
  if (usable === undefined || usable.version.text === one.version.text) {
    const examined = candidates.examine(newest);
    const version = candidates.list.version(newest);
    if (!("reason" in examined)) return undefined;
    // What passes by itself is no reason where another stays
    const lasting = examined.unit === coolDownUnit ? demandAgainst(version, one) : undefined;
    return { newest: version, reason: lasting ?? `${version} ${examined.reason}` };
  }
  // For want of a final release that fits, a newer pre-release was taken
  if (compareVersions(usable.version, one.version) < 0) return undefined;
  return { newest: usable.version.text, reason: whyNot(usable, one, needed, catalog) };
}

function demandAgainst(text: string, { demands }: Needed): string | undefined {
  const version = parseVersion(text);
  const demand = version && demands.find(({ range }) => !contains(range, version));
  return demand && `${demand.by} ${demand.text}`;
}

function newestListed(candidates: Candidates, prereleases: boolean): number | undefined {
  for (let position = 0; position < candidates.list.count; position += 1) {
    const version = candidates.version(position);
    if (isYetToCome(candidates.list, position)) continue;
    if (version !== undefined && (prereleases || !version.isPrerelease)) return position;
  }
  return undefined;
}

/** What kept a release out that can be used. */
export function whyNot(
  usable: Candidate,
  one: Needed,
  needed: ReadonlyMap<PackageName, Needed>,
  catalog: Catalog,
): string {
  const demand = one.demands.find(({ range }) => !contains(range, usable.version));
  if (demand !== undefined) return `${demand.by} ${demand.text}`;
  const { text } = usable.version;
  const { penalty = 0 } = catalog.candidatesOf(one.name)?.at(one.version.text) ?? {};
  if (leadsBack(usable.penalty) && usable.penalty > penalty)
    return `${text} ${usable.objections.map(({ reason }) => reason).join(", ")}`;
  const kept = catalog.context.project.preferred.get(one.name) === one.version.text;
  if (kept && usable.penalty >= penalty) return "kept from the lock";
  for (const dependency of catalog.dependencies(one.name, usable.version, "")) {
    const other = needed.get(dependency.name);
    if (other !== undefined && !contains(dependency.range, other.version)) {
      return `${text} needs ${dependency.text}, but ${dependency.name} is ${other.version.text} (${other.requiredBy.values().next().value})`;
    }
  }
  return (
    apartReason(usable, needed.values(), catalog) ?? `${text} leads to a conflict further down`
  );
}
