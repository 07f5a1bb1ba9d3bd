import type { PackageAdvisory } from "./package-advisory.ts";
import { affects } from "./ranges.ts";
import type { AnyVersion } from "./version-order.ts";

/**
 * The records of one package that can be held against a version. A version that is none by PEP 440
 * has a place among the others only where a record of its package names it; elsewhere only those
 * count that need no order. Undefined: none of them is against it, and of the others nobody knows.
 */
export function decided(
  advisories: readonly PackageAdvisory[],
  version: AnyVersion,
): readonly PackageAdvisory[] | undefined {
  if (typeof version !== "string") return advisories;
  if (advisories.some((advisory) => isNamedBy(advisory, version))) return advisories;
  const sure = advisories.filter(needsNoOrder);
  if (sure.length === advisories.length) return sure;
  return sure.some((advisory) => affects(advisory, version)) ? sure : undefined;
}

function isNamedBy({ ranges, versions }: PackageAdvisory, version: string): boolean {
  return (
    versions.includes(version) || ranges.some((range) => range.some(([, at]) => at === version))
  );
}

/** Such a range holds every version or none. */
function needsNoOrder({ all, ranges }: PackageAdvisory): boolean {
  return (
    all === true ||
    ranges.every((range) => range.every(([kind, at]) => kind === "introduced" && at === "0"))
  );
}
