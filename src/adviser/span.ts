import type { Dependency } from "../python/active-dependencies.ts";
import { between, singleVersion, type VersionRange } from "../python/version-range.ts";
import type { Catalog } from "./catalog.ts";
import type { Candidate } from "./examiner.ts";

/** How far to look on either side. */
const reach = 200;

/**
 * The stretch of neighbouring releases that have the same dependency, as far as this search has
 * looked at them: what is learnt of one then holds for all, and a conflict rules them out at once.
 * Others may be known too, but if they counted, knowledge that no lock needs could change a lock.
 */
export function sameDependencySpan(
  catalog: Catalog,
  candidate: Candidate,
  dependency: Dependency,
): VersionRange {
  const { name } = candidate.release;
  const candidates = catalog.candidatesOf(name);
  const start = candidates?.positionOf(candidate.version.text);
  if (candidates === undefined || start === undefined) return singleVersion(candidate.version);
  // Alone, and examining its neighbours would cost more than it tells
  if (catalog.lookedAtOf(name) < 2) return singleVersion(candidate.version);
  const farthest = (step: 1 | -1) => {
    let last = candidate;
    for (let offset = 1; offset <= reach; offset += 1) {
      const position = start + step * offset;
      if (position < 0 || position >= candidates.list.count) break;
      const examined = candidates.examine(position);
      if (!("candidate" in examined)) continue;
      const neighbour = examined.candidate;
      if (!catalog.hasLookedAt(name, neighbour.version)) break;
      const same = catalog
        .dependencies(name, neighbour.version, "")
        .some(({ text }) => text === dependency.text);
      if (!same) break;
      last = neighbour;
    }
    return last.version;
  };
  return between(farthest(1), farthest(-1));
}
