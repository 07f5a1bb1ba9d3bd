import type { ComparedLock, ComparedPin, LockDiff, PinChange } from "../model/lock-diff.ts";
import { packageName } from "../python/name.ts";
import type { LockEntry, PipfileLock } from "../python/pipfile-lock.ts";
import { isOlderVersion } from "../python/version.ts";

/** What differs between two locks; neither needs its files or an index. */
export function diffLocks(before: ComparedLock, after: ComparedLock): LockDiff {
  const names = new Set([...before.pins.keys(), ...after.pins.keys()]);
  const versionsOnly = before.versionsOnly || after.versionsOnly;
  const changes: PinChange[] = [];
  for (const name of [...names].sort()) {
    const change = changeOf(before.pins.get(name), after.pins.get(name), versionsOnly);
    const reason = after.reasons.get(name) ?? before.reasons.get(name);
    if (change !== undefined)
      changes.push({ name, ...change, ...(reason === undefined ? {} : { reason }) });
  }
  const unchanged = names.size - changes.length;
  return { before: before.name, after: after.name, changes, unchanged };
}

function changeOf(
  before: ComparedPin | undefined,
  after: ComparedPin | undefined,
  versionsOnly: boolean,
): Omit<PinChange, "name" | "reason"> | undefined {
  if (before === undefined) {
    if (after === undefined) return undefined;
    return { change: "added", to: after.version, details: [], categories: after.categories };
  }
  if (after === undefined)
    return { change: "removed", from: before.version, details: [], categories: before.categories };
  const { categories } = after;
  const details = versionsOnly ? [] : detailsOf(before, after);
  const hashes = versionsOnly ? undefined : hashesOf(before, after);
  const shared = { details, categories, ...(hashes === undefined ? {} : { hashes }) };
  const versions = { from: before.version, to: after.version };
  if (before.version !== after.version)
    return {
      change: isOlderVersion(after.version, before.version) ? "downgraded" : "updated",
      ...versions,
      ...shared,
    };
  if (hashes !== undefined) return { change: "hashes", ...versions, ...shared };
  return details.length === 0 ? undefined : { change: "details", ...versions, ...shared };
}

function hashesOf(before: ComparedPin, after: ComparedPin): PinChange["hashes"] {
  const [old, now] = [new Set(before.hashes), new Set(after.hashes)];
  const added = after.hashes.filter((hash) => !old.has(hash)).length;
  const removed = before.hashes.filter((hash) => !now.has(hash)).length;
  return added + removed === 0 ? undefined : { added, removed };
}

function detailsOf(before: ComparedPin, after: ComparedPin): readonly string[] {
  const told = (pin: ComparedPin): Readonly<Record<string, string>> => ({
    ...pin.others,
    categories: pin.categories.join(", "),
  });
  const [old, now] = [told(before), told(after)];
  const keys = [...new Set([...Object.keys(old), ...Object.keys(now)])].sort();
  return keys.flatMap((key) => {
    const [from = "", to = ""] = [old[key], now[key]];
    if (from === to) return [];
    return [`${key}: ${from === "" ? "none" : from} -> ${to === "" ? "none" : to}`];
  });
}

const categoryNames: Readonly<Record<string, string>> = {
  default: "packages",
  develop: "dev-packages",
};

/**
 * A lock as one side of a comparison. Where two categories pin one package apart, each has a line
 * of its own: `attrs` and `attrs (dev-packages)`.
 */
export function comparedLock(name: string, lock: PipfileLock): ComparedLock {
  const pins = new Map<string, ComparedPin>();
  for (const [raw, entries] of lock.categories) {
    const category = categoryNames[raw] ?? raw;
    for (const [key, entry] of entries) {
      const pin = comparedPin(entry, category);
      const own = packageName(key);
      const known = pins.get(own);
      if (known === undefined) pins.set(own, pin);
      else if (known.version === pin.version)
        pins.set(own, { ...known, categories: [...known.categories, category] });
      else pins.set(`${own} (${category})`, pin);
    }
  }
  return { name, pins, reasons: new Map(), versionsOnly: false };
}

function comparedPin(entry: LockEntry, category: string): ComparedPin {
  const { version, hashes = [], ref, ...others } = entry;
  const told = Object.entries(others).flatMap(([key, value]): [string, string][] => {
    if (value === undefined || value === null) return [];
    return [[key, typeof value === "string" ? value : JSON.stringify(value)]];
  });
  return {
    version: version?.replace(/^===?/, "") ?? ref ?? "",
    hashes,
    others: Object.fromEntries(told),
    categories: [category],
  };
}
