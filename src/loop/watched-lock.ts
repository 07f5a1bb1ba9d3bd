import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import type { WatchedProject } from "../model/watched-project.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { LockEntry, PipfileLock } from "../python/pipfile-lock.ts";
import { parseVersion, type Version } from "../python/version.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { parseLockFile } from "./lock-file.ts";
import { readManifest } from "./manifest.ts";

/** The versions that the lock of a watched project holds of a package, or why nobody knows. */
export type WatchedLock =
  | { readonly state: "locked"; readonly versions: readonly Version[] }
  | { readonly state: "unlocked" }
  /** There is a lock, and what it says can't be told. */
  | { readonly state: "unreadable" }
  /** There is no such project any more. */
  | { readonly state: "gone" };

/** Looks into the lock of a watched project; where it is watched without `dev`, at `default` only. */
export function watchedLock(project: WatchedProject, name: PackageName): WatchedLock {
  if (!isProject(project)) return { state: "gone" };
  const lock = lockedReleases(filesOf(project).lock);
  if (typeof lock === "string") return { state: lock === "absent" ? "unlocked" : "unreadable" };
  const versions: Version[] = [];
  for (const pin of lock.get(name) ?? []) {
    if (!counts(pin, project)) continue;
    if (pin.version === undefined) return { state: "unreadable" };
    if (pin.version !== "none") versions.push(pin.version);
  }
  return { state: "locked", versions };
}

/** All names that the lock of a watched project holds, as far as it can be read. */
export function lockedNames(project: WatchedProject): ReadonlySet<PackageName> {
  const lock = lockedReleases(filesOf(project).lock);
  if (typeof lock === "string") return new Set();
  const counting = [...lock].filter(([, pins]) => pins.some((pin) => counts(pin, project)));
  return new Set(counting.map(([name]) => name));
}

interface LockedPin {
  readonly category: string;
  /** What comes from git, a path or an address has none; undefined where nobody can tell. */
  readonly version: Version | "none" | undefined;
}

type LockedReleases = ReadonlyMap<PackageName, readonly LockedPin[]>;

function counts({ category }: LockedPin, { dev }: WatchedProject): boolean {
  return dev || category === "default";
}

// Every release that is solved is held against every lock, and reading one takes 10 ms
const read = new Map<string, { readonly stamp: string; readonly lock: LockedReleases }>();

function lockedReleases(path: string): LockedReleases | "absent" | "unreadable" {
  const stamp = stampOf(path);
  const known = read.get(path);
  if (known !== undefined && known.stamp === stamp) return known.lock;
  const text = readText(path);
  if (typeof text === "string") return text;
  try {
    const lock = releasesOf(parseLockFile(text.text, path));
    if (stamp !== undefined) read.set(path, { stamp, lock });
    return lock;
  } catch (error) {
    if (error instanceof ThothError) return "unreadable";
    throw error;
  }
}

/** Changes with the file; undefined where there is none to be seen. */
function stampOf(path: string): string | undefined {
  try {
    const { ino, mtimeNs, size } = statSync(path, { bigint: true });
    return `${ino} ${mtimeNs} ${size}`;
  } catch (error) {
    if (errorCode(error) === undefined) throw error;
    return undefined;
  }
}

function releasesOf({ categories }: PipfileLock): LockedReleases {
  const releases = new Map<PackageName, LockedPin[]>();
  for (const [category, entries] of categories) {
    for (const [raw, entry] of entries) {
      const name = packageName(raw);
      const version = versionOf(entry);
      const pins = releases.get(name);
      if (pins === undefined) releases.set(name, [{ category, version }]);
      else pins.push({ category, version });
    }
  }
  return releases;
}

function versionOf({ version, git, path, file }: LockEntry): LockedPin["version"] {
  if (version !== undefined) return parseVersion(version.replace(/^===?/, ""));
  return git === undefined && path === undefined && file === undefined ? undefined : "none";
}

/** Whether a watched project still says what it needs, be it readable or not. */
export function isProject(project: WatchedProject): boolean {
  return readText(filesOf(project).manifest) !== "absent";
}

/** Whether its manifest takes a package from an index; one that can't be read may well do so. */
export function namesInManifest(project: WatchedProject, name: PackageName): boolean {
  if (!isProject(project)) return false;
  const { directory, dev } = project;
  try {
    const input = filesOf(project).manifest;
    const { pipfile } = readManifest(directory, directory, { input });
    return pipfile.categories.some(
      (category) =>
        (dev || category.name === "packages") &&
        category.entries.some((entry) => entry.kind === "index" && entry.canonical === name),
    );
  } catch (error) {
    if (error instanceof ThothError) return true;
    throw error;
  }
}

function readText(path: string): { readonly text: string } | "absent" | "unreadable" {
  try {
    return { text: readFileSync(path, "utf8") };
  } catch (error) {
    const code = errorCode(error);
    if (code === undefined) throw error;
    return code === "ENOENT" || code === "ENOTDIR" ? "absent" : "unreadable";
  }
}

function filesOf({ directory, files }: WatchedProject): NonNullable<WatchedProject["files"]> {
  return files ?? { manifest: join(directory, "Pipfile"), lock: join(directory, "Pipfile.lock") };
}
