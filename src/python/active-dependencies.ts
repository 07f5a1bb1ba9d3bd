import { type MarkerEnvironment, markerHolds } from "./marker.ts";
import { type PackageName, packageName } from "./name.ts";
import { type Requirement, tryParseRequirement } from "./requirement.ts";
import type { VersionRange } from "./version-range.ts";

/** One requirement of a release that holds on the runtime. */
export interface Dependency {
  readonly name: PackageName;
  readonly extras: readonly string[];
  readonly range: VersionRange;
  readonly mentionsPrerelease: boolean;
  /** As a person reads it: `werkzeug >=2.3`. */
  readonly text: string;
  /** Set for `name @ url`, which no index can satisfy. */
  readonly url?: string;
}

const onlyWithExtra = /^(?:.*\sand\s)?\(*\s*extra\s*==\s*["']([^"']*)["']\s*\)*$/;

/**
 * The extra without which a Requires-Dist line can't hold, if that is plain to see; spares parsing
 * the hundreds of lines of packages with many extras. `a or extra == "b"` is not plain.
 */
function plainExtra(marker: string): string | undefined {
  if (marker.includes(" or ")) return undefined;
  const name = onlyWithExtra.exec(marker)?.[1];
  return name?.toLowerCase().replaceAll(/[-_.]+/g, "-");
}

/**
 * The requirements of a release that hold on the runtime: those without an extra (`extra` is ""),
 * or those that one extra adds. Lines that PEP 508 refuses are passed to `unreadable`.
 */
export function activeDependencies(
  requires: readonly string[],
  environment: MarkerEnvironment,
  extra: string,
  unreadable: (line: string) => void,
): readonly Dependency[] {
  const known = sortedOut.get(requires);
  const { byExtra } = known?.environment === environment ? known : remember(requires, environment);
  let sorted = byExtra.get(extra);
  if (sorted === undefined) {
    sorted = sortOut(requires, environment, extra);
    byExtra.set(extra, sorted);
  }
  for (const line of sorted.unreadable) unreadable(line);
  return sorted.active;
}

interface Sorted {
  readonly active: readonly Dependency[];
  readonly unreadable: readonly string[];
}

interface SortedOut {
  readonly environment: MarkerEnvironment;
  readonly byExtra: Map<string, Sorted>;
}

/** By the lines themselves, which a store hands out again and again; of the last environment. */
const sortedOut = new WeakMap<readonly string[], SortedOut>();

function remember(requires: readonly string[], environment: MarkerEnvironment): SortedOut {
  const made = { environment, byExtra: new Map<string, Sorted>() };
  sortedOut.set(requires, made);
  return made;
}

function sortOut(
  requires: readonly string[],
  environment: MarkerEnvironment,
  extra: string,
): Sorted {
  const found: Dependency[] = [];
  const unreadable: string[] = [];
  for (const line of requires) {
    if (plainlyInactive(line, extra)) continue;
    const requirement = tryParseRequirement(line);
    const holds = requirement === undefined ? undefined : active(requirement, environment, extra);
    if (requirement === undefined || holds === undefined) unreadable.push(line);
    else if (holds) found.push(dependencyOf(requirement));
  }
  return { active: found, unreadable };
}

/** Whether a glance at a line shows that it is not one of those that `extra` adds. */
function plainlyInactive(line: string, extra: string): boolean {
  const semicolon = line.indexOf(";");
  if (semicolon < 0) return extra !== "";
  const plain = plainExtra(line.slice(semicolon + 1).trim());
  return plain !== undefined && plain !== extra;
}

/** Whether `extra` ("" for none) makes a requirement hold that did not already; undefined: no answer. */
function active(
  requirement: Requirement,
  environment: MarkerEnvironment,
  extra: string,
): boolean | undefined {
  const { marker } = requirement;
  if (marker === undefined) return extra === "";
  const holds = markerHolds(marker, environment, extra);
  if (typeof holds !== "boolean") return undefined;
  return holds && (extra === "" || markerHolds(marker, environment, "") !== true);
}

function dependencyOf(requirement: Requirement): Dependency {
  const { canonical, specifier, url } = requirement;
  const extras = requirement.extras.map(packageName);
  return {
    name: canonical,
    extras,
    range: specifier.range,
    mentionsPrerelease: specifier.prereleases === true,
    text: `${canonical}${extrasText(extras)}${specifier.text === "" ? "" : ` ${specifier.text}`}`,
    ...(url === undefined ? {} : { url }),
  };
}

function extrasText(extras: readonly string[]): string {
  return extras.length === 0 ? "" : `[${extras.join(",")}]`;
}
