import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { WatchedProject } from "../model/watched-project.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { parsePipfile } from "../python/pipfile.ts";
import { type LockEntry, parseLock } from "../python/pipfile-lock.ts";
import { parseVersion, type Version } from "../python/version.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";

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
  if (!isProject(project.directory)) return { state: "gone" };
  const entries = lockedEntries(project);
  if (typeof entries === "string") {
    return { state: entries === "absent" ? "unlocked" : "unreadable" };
  }
  return { state: "locked", versions: entries.flatMap((entry) => versionOf(entry, name)) };
}

/** All names that the lock of a watched project holds, as far as it can be read. */
export function lockedNames(project: WatchedProject): ReadonlySet<PackageName> {
  const entries = lockedEntries(project);
  return new Set(typeof entries === "string" ? [] : entries.map(([name]) => packageName(name)));
}

function lockedEntries({ directory, dev }: WatchedProject) {
  const text = readText(join(directory, "Pipfile.lock"));
  if (typeof text === "string") return text;
  try {
    const { categories } = parseLock(text.text, "Pipfile.lock");
    return [...categories].flatMap(([category, pins]) =>
      dev || category === "default" ? [...pins] : [],
    );
  } catch (error) {
    if (error instanceof ThothError) return "unreadable";
    throw error;
  }
}

/** Whether a folder holds a Pipfile, be it readable or not. */
export function isProject(directory: string): boolean {
  return readText(join(directory, "Pipfile")) !== "absent";
}

/** Whether the Pipfile takes a package from an index; one that can't be read may well do so. */
export function namesInPipfile({ directory, dev }: WatchedProject, name: PackageName): boolean {
  const text = readText(join(directory, "Pipfile"));
  if (typeof text === "string") return text === "unreadable";
  try {
    return parsePipfile(text.text, "Pipfile").categories.some(
      (category) =>
        (dev || category.name === "packages") &&
        category.entries.some((entry) => entry.kind === "index" && entry.canonical === name),
    );
  } catch (error) {
    if (error instanceof ThothError) return true;
    throw error;
  }
}

/** What comes from an index has a version; git, path and url entries have none. */
function versionOf([raw, { version }]: readonly [string, LockEntry], name: PackageName): Version[] {
  if (packageName(raw) !== name) return [];
  const pinned = parseVersion(version?.replace(/^===?/, "") ?? "");
  return pinned === undefined ? [] : [pinned];
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
