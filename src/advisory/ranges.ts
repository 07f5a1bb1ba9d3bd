import type { PackageAdvisory, RangeEvent } from "./package-advisory.ts";
import { type AnyVersion, anyVersion, compareAnyVersions, isSameVersion } from "./version-order.ts";

const rankAtOneVersion = { fixed: 0, introduced: 1, last_affected: 2, limit: 3 } as const;

/** Events in the order in which a range is walked; `introduced: "0"` is before every version. */
export function inOrder(events: readonly RangeEvent[]): readonly RangeEvent[] {
  return [...events].sort((a, b) => {
    if (isStart(a) !== isStart(b)) return isStart(a) ? -1 : 1;
    const byVersion = compareAnyVersions(anyVersion(a[1]), anyVersion(b[1]));
    return byVersion || rankAtOneVersion[a[0]] - rankAtOneVersion[b[0]];
  });
}

/** Whether a range holds a version (OSV schema, "Evaluation"). The events come in order. */
export function isInRange(events: readonly RangeEvent[], version: AnyVersion): boolean {
  let inside = false;
  for (const event of events) {
    const [kind, bound] = event;
    if (kind === "limit") continue;
    const side = isStart(event) ? 1 : compareAnyVersions(version, anyVersion(bound));
    if (side > 0 || (side === 0 && kind !== "last_affected")) inside = kind === "introduced";
  }
  return inside && isBelowLimit(events, version);
}

/**
 * From which version on a range holds all releases up to this one; undefined where it does not hold
 * it, or has limits, which may leave some out.
 */
export function heldSince(events: readonly RangeEvent[], version: AnyVersion): string | undefined {
  let since: string | undefined;
  for (const event of events) {
    const [kind, bound] = event;
    if (kind === "limit") return undefined;
    const side = isStart(event) ? 1 : compareAnyVersions(version, anyVersion(bound));
    if (side < 0 || (side === 0 && kind === "last_affected")) continue;
    since = kind === "introduced" ? (since ?? bound) : undefined;
  }
  return since;
}

function isBelowLimit(events: readonly RangeEvent[], version: AnyVersion): boolean {
  const unlimited = events.every(([kind]) => kind !== "limit");
  return unlimited || events.some((event) => isLimitAbove(event, version));
}

function isLimitAbove([kind, bound]: RangeEvent, version: AnyVersion): boolean {
  return kind === "limit" && (bound === "*" || compareAnyVersions(version, anyVersion(bound)) < 0);
}

/** Whether a record says that this version of its package is affected. */
export function affects(
  advisory: Pick<PackageAdvisory, "all" | "ranges" | "versions">,
  version: AnyVersion,
): boolean {
  return (
    advisory.all === true ||
    advisory.ranges.some((events) => isInRange(events, version)) ||
    advisory.versions.some((listed) => isSameVersion(anyVersion(listed), version))
  );
}

function isStart([kind, version]: RangeEvent): boolean {
  return kind === "introduced" && version === "0";
}
