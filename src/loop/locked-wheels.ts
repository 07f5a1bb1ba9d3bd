import pLimit from "p-limit";
import type { RefusedPin } from "../model/inspection.ts";
import { type Release, releaseText } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import { markerHolds, tryParseMarker } from "../python/marker.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { LockEntry, PipfileLock } from "../python/pipfile-lock.ts";
import { parseVersion } from "../python/version.ts";
import type { InstallPin } from "../solver/install-plan.ts";
import { ThothError } from "../util/errors.ts";
import type { Bench } from "./bench.ts";
import { fetchWheel } from "./fetch-wheel.ts";

/** What a lock comes to on one runtime. */
export interface LockedWheels {
  readonly pins: readonly InstallPin[];
  readonly refused: readonly RefusedPin[];
  /** From git, a path or an address: no hash vouches for these. */
  readonly leftOut: readonly string[];
}

const atOnce = 8;

/**
 * Fetches the files of a lock that the bench's runtime would install, each with a hash that the
 * lock admits; source distributions are built.
 * @throws ThothError("bad-lock") for a pin without hashes, "hash-mismatch" where no index lists a
 * file that the lock admits, and what an index may throw.
 */
export async function lockedWheels(
  bench: Bench,
  lock: PipfileLock,
  categories: ReadonlySet<string>,
): Promise<LockedWheels> {
  const entries = [...entriesFor(bench.runtime, lock, categories)];
  const locked = entries.flatMap(([name, entry]) => lockedRelease(name, entry) ?? []);
  const leftOut = entries.flatMap(([name, { version }]) => (version === undefined ? [name] : []));
  let done = 0;
  const fetched = await pLimit(atOnce).map(locked, async (one) => {
    const release = await releaseOf(bench, one);
    const wheel = await fetchWheel(bench, release);
    if (wheel.ok && !one.hashes.has(wheel.sha256)) throw notAdmitted(one);
    done += 1;
    const [total, current] = [locked.length, one.name];
    bench.services.emit({ type: "progress", stage: "fetching", done, total, current });
    return { release, wheel };
  });
  const pins = fetched.flatMap(({ release, wheel }) => (wheel.ok ? [{ ...wheel, release }] : []));
  const refused = fetched.flatMap(({ release: { name, version }, wheel }) => {
    if (wheel.ok) return [];
    const { failure, detail } = wheel;
    return [{ name, version, failure, detail }];
  });
  return { pins, refused, leftOut };
}

interface LockedRelease {
  readonly name: PackageName;
  readonly version: string;
  readonly index: string | undefined;
  readonly hashes: ReadonlySet<string>;
}

/** The entries that hold on a runtime; the first category that pins a package is heard. */
export function entriesFor(
  runtime: Runtime,
  lock: PipfileLock,
  categories: ReadonlySet<string>,
): ReadonlyMap<PackageName, LockEntry> {
  const entries = new Map<PackageName, LockEntry>();
  for (const [category, pins] of lock.categories) {
    if (!categories.has(category)) continue;
    for (const [raw, entry] of pins) {
      const name = packageName(raw);
      if (!entries.has(name) && holds(entry, runtime)) entries.set(name, entry);
    }
  }
  return entries;
}

function holds({ markers }: LockEntry, runtime: Runtime): boolean {
  const marker = markers === undefined ? undefined : tryParseMarker(markers);
  return marker === undefined || markerHolds(marker, runtime.markers, "") === true;
}

/** What an entry pins on an index; undefined where it comes from elsewhere. Throws "bad-lock". */
export function lockedRelease(
  name: PackageName,
  { version: pinned, hashes = [], index }: LockEntry,
): LockedRelease | undefined {
  if (pinned === undefined) return undefined;
  const version = parseVersion(pinned.replace(/^===?/, ""));
  const digests = hashes.flatMap((hash) => /^sha256:([0-9a-f]{64})$/.exec(hash)?.[1] ?? []);
  if (version !== undefined && digests.length > 0)
    return { name, version: version.text, index, hashes: new Set(digests) };
  const lacks = version === undefined ? "version" : "sha256";
  throw new ThothError("bad-lock", `the lock has no ${lacks} for ${name}`, {
    hint: "lock again: `thoth advise`",
  });
}

/** On the first index that lists a file of it which the lock admits; known lists are asked first. */
export async function releaseOf(bench: Bench, locked: LockedRelease): Promise<Release> {
  const { sources, services, learner } = bench;
  const named = locked.index === undefined ? undefined : sources.byName.get(locked.index);
  const candidates = (named === undefined ? sources.order : [named]).map(
    (index): Release => ({ name: locked.name, version: locked.version, index }),
  );
  const isAdmitted = (release: Release) =>
    services.store
      .details(release)
      ?.some(({ sha256 }) => sha256 !== undefined && locked.hashes.has(sha256)) === true;
  const known = candidates.find(isAdmitted);
  if (known !== undefined) return known;
  for (const release of candidates) {
    await learner.releases(release.name, release.index);
    if (isAdmitted(release)) return release;
  }
  throw notAdmitted(locked);
}

function notAdmitted(locked: LockedRelease): ThothError {
  const what = `no file of ${releaseText(locked)} for this runtime has a hash that the lock holds`;
  return new ThothError("hash-mismatch", what, {
    hint: "`thoth provenance-check --online` looks into it; `thoth advise` locks anew",
  });
}
