import { compareVersions, type Version } from "./version.ts";
import { type Cut, ceiling, compareCuts, cutAbove, cutBelow, floor } from "./version-cut.ts";
import { cutsText } from "./version-range-text.ts";

/**
 * A set of versions: disjoint intervals of PEP 440's order, ascending, each from one cut to the
 * next (`cuts` has an even length). Two ranges hold the same versions exactly when their cuts
 * are equal, so an empty range has no cuts. Immutable.
 */
export interface VersionRange {
  readonly cuts: readonly Cut[];
}

/** Every version. */
export const anyVersion: VersionRange = { cuts: [floor, ceiling] };
/** No version at all. */
export const noVersion: VersionRange = { cuts: [] };

/** The one version `version`, without the local versions that `==` takes in. */
export function singleVersion(version: Version): VersionRange {
  return interval(cutBelow(version), cutAbove(version));
}

/** From `from` to `through` in the bare order, both within; empty where they are turned round. */
export function between(from: Version, through: Version): VersionRange {
  return interval(cutBelow(from), cutAbove(through));
}

/** From one cut to another; empty where they meet or cross. */
export function interval(lower: Cut, upper: Cut): VersionRange {
  return compareCuts(lower, upper) < 0 ? { cuts: [lower, upper] } : noVersion;
}

/** Whether no version at all can be in `range`. */
export function isEmptyRange(range: VersionRange): boolean {
  return range.cuts.length === 0;
}

export function rangesEqual(a: VersionRange, b: VersionRange): boolean {
  if (a === b) return true;
  if (a.cuts.length !== b.cuts.length) return false;
  return a.cuts.every((cut, index) => compareCuts(cut, b.cuts[index] ?? floor) === 0);
}

/** Whether `version` is in `range`. */
export function contains(range: VersionRange, version: Version): boolean {
  const { cuts } = range;
  let low = 0;
  let high = cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    const cut = cuts[middle] ?? ceiling;
    const order = compareVersions(version, cut.version);
    if (order < 0 || (order === 0 && cut.above)) high = middle;
    else low = middle + 1;
  }
  return low % 2 === 1;
}

export function intersect(a: VersionRange, b: VersionRange): VersionRange {
  if (a === b || b === anyVersion) return a;
  if (a === anyVersion) return b;
  if (a.cuts.length > 2 || b.cuts.length > 2) return sweep(a, b, (inA, inB) => inA && inB);
  const [lowA, highA] = a.cuts;
  const [lowB, highB] = b.cuts;
  if (lowA === undefined || highA === undefined) return a;
  if (lowB === undefined || highB === undefined) return b;
  const low = compareCuts(lowA, lowB) < 0 ? lowB : lowA;
  const high = compareCuts(highA, highB) < 0 ? highA : highB;
  if (low === lowA && high === highA) return a;
  if (low === lowB && high === highB) return b;
  return interval(low, high);
}

export function union(a: VersionRange, b: VersionRange): VersionRange {
  if (a === b || b.cuts.length === 0) return a;
  if (a.cuts.length === 0) return b;
  return sweep(a, b, (inA, inB) => inA || inB);
}

/** What is in `a` and not in `b`. */
export function difference(a: VersionRange, b: VersionRange): VersionRange {
  if (a.cuts.length === 0 || b.cuts.length === 0) return a;
  return sweep(a, b, (inA, inB) => inA && !inB);
}

/** Every version that is not in `range`. */
export function complement(range: VersionRange): VersionRange {
  const { cuts } = range;
  const first = cuts[0];
  if (first === undefined) return anyVersion;
  const last = cuts[cuts.length - 1];
  const start = first === floor ? 1 : 0;
  const end = last === ceiling ? cuts.length - 1 : cuts.length;
  const inner = cuts.slice(start, end);
  if (start === 0) inner.unshift(floor);
  if (end === cuts.length) inner.push(ceiling);
  return inner.length === 0 ? noVersion : { cuts: inner };
}

/** Whether every version in `a` is in `b`. */
export function isSubset(a: VersionRange, b: VersionRange): boolean {
  return a === b || b === anyVersion || everyInterval(a, b, true);
}

/** Whether no version is in both. */
export function isDisjoint(a: VersionRange, b: VersionRange): boolean {
  return a.cuts.length <= b.cuts.length ? everyInterval(a, b, false) : everyInterval(b, a, false);
}

/** Whether each interval of `a` lies wholly within `b`, or (not `within`) wholly outside. */
function everyInterval(a: VersionRange, b: VersionRange, within: boolean): boolean {
  for (let index = 0; index < a.cuts.length; index += 2) {
    const low = a.cuts[index] ?? floor;
    const high = a.cuts[index + 1] ?? ceiling;
    const passed = cutsUpTo(b, low);
    const next = b.cuts[passed];
    // an odd number of cuts passed means that the interval starts within `b`
    if ((passed % 2 === 1) !== within) return false;
    if (next !== undefined && compareCuts(next, high) < 0) return false;
  }
  return true;
}

/** How many cuts of `range` lie at `cut` or before it. */
function cutsUpTo(range: VersionRange, cut: Cut): number {
  let low = 0;
  let high = range.cuts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (compareCuts(range.cuts[middle] ?? ceiling, cut) <= 0) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** For people, in the words of a specifier: `>=1.0,<2.0 or ==3.0`; `*` for every version. */
export function rangeToText(range: VersionRange): string {
  return cutsText(range.cuts);
}

/** Walks all cuts of both in order and keeps those where `wanted` turns. */
function sweep(
  a: VersionRange,
  b: VersionRange,
  wanted: (inA: boolean, inB: boolean) => boolean,
): VersionRange {
  const cuts: Cut[] = [];
  let atA = 0;
  let atB = 0;
  let inside = false;
  for (;;) {
    const nextA = a.cuts[atA];
    const nextB = b.cuts[atB];
    if (nextA === undefined && nextB === undefined) break;
    const order = orderOf(nextA, nextB);
    const next = order <= 0 ? nextA : nextB;
    if (order <= 0) atA += 1;
    if (order >= 0) atB += 1;
    // an odd number of cuts passed means that we stand within the range
    if (next !== undefined && wanted(atA % 2 === 1, atB % 2 === 1) !== inside) {
      cuts.push(next);
      inside = !inside;
    }
  }
  return cuts.length === 0 ? noVersion : { cuts };
}

/** The order of two cuts; one that is missing comes last. */
function orderOf(a: Cut | undefined, b: Cut | undefined): number {
  if (a === undefined) return 1;
  return b === undefined ? -1 : compareCuts(a, b);
}
