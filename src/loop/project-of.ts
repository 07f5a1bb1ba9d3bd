import { createHash } from "node:crypto";
import { statSync } from "node:fs";
import { join, resolve } from "node:path";
import type { AdviceSettings } from "../model/advice-settings.ts";
import { type Project, type ProjectRequirement, sourceKey } from "../model/project.ts";
import type { IndexUrl } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import { markerHolds } from "../python/marker.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { PipfileEntry } from "../python/pipfile-entries.ts";
import { lockedVersions } from "../python/pipfile-lock.ts";
import { anyVersion } from "../python/version-range.ts";
import { withoutUserInfo } from "../util/address.ts";
import { ThothError } from "../util/errors.ts";
import type { Manifest } from "./manifest.ts";

/** What decides how a Pipfile becomes a project. */
export interface ProjectOptions {
  readonly runtime: Runtime;
  /** Categories that count; undefined: all. */
  readonly categories?: ReadonlySet<string>;
  /** Names whose old pins are given up; "all" for every name. */
  readonly upgrade: ReadonlySet<PackageName> | "all";
  readonly indexes: readonly [IndexUrl, ...IndexUrl[]];
  /** Name of a [[source]] to its index. */
  readonly indexNames: ReadonlyMap<string, IndexUrl>;
  readonly settings?: AdviceSettings;
}

/** A project with the lines of the Pipfile that do not count on the runtime. */
export interface ActiveProject {
  readonly project: Project;
  readonly inactive: readonly PipfileEntry[];
}

/** The Pipfile's demands on one runtime, and the old lock's pins as preferences. */
export function projectOf(manifest: Manifest, options: ProjectOptions): ActiveProject {
  const inactive: PipfileEntry[] = [];
  const requirements: ProjectRequirement[] = [];
  for (const category of manifest.pipfile.categories) {
    if (options.categories !== undefined && !options.categories.has(category.name)) continue;
    for (const entry of category.entries) {
      if (isActive(entry, options.runtime))
        requirements.push(requirementOf(entry, manifest, options));
      else inactive.push(entry);
    }
  }
  const project: Project = {
    requirements,
    indexes: options.indexes,
    allowPrereleases: manifest.pipfile.settings.allowPrereleases === true,
    preferred: preferredPins(manifest, options.upgrade),
    ...(options.settings === undefined ? {} : { settings: options.settings }),
  };
  return { project, inactive };
}

function isActive(entry: PipfileEntry, runtime: Runtime): boolean {
  if (entry.marker === undefined) return true;
  const holds = markerHolds(entry.marker, runtime.markers, "");
  if (typeof holds === "boolean") return holds;
  throw new ThothError(
    "bad-pipfile",
    `the marker of ${entry.name} has no answer: ${holds.error.message}`,
    {
      place: entry.place,
    },
  );
}

function requirementOf(
  entry: PipfileEntry,
  manifest: Manifest,
  options: ProjectOptions,
): ProjectRequirement {
  const { name, canonical, category, place } = entry;
  const shared = {
    name: canonical,
    spelling: name,
    category,
    extras: entry.extras.map(packageName),
    where: `${place.file}:${place.line}`,
    line: place.line,
  };
  if (entry.kind !== "index") {
    return {
      ...shared,
      specifier: "",
      range: anyVersion,
      mentionsPrerelease: false,
      source: entrySource(entry, manifest.directory),
    };
  }
  const index = entry.index === undefined ? undefined : options.indexNames.get(entry.index);
  return {
    ...shared,
    specifier: entry.specifier.clauses.length === 0 ? "" : entry.specifier.text,
    range: entry.specifier.range,
    mentionsPrerelease: entry.specifier.prereleases === true,
    ...(index === undefined ? {} : { index }),
  };
}

/** The key under which knowledge keeps what a git, path or url entry was found to be. */
export function entrySource(entry: DirectEntry, directory: string): string {
  const bare = { ref: "", subdirectory: "" };
  switch (entry.kind) {
    case "git": {
      const { ref = "", subdirectory = "" } = entry;
      return sourceKey({ kind: "git", location: withoutUserInfo(entry.url), ref, subdirectory });
    }
    case "path": {
      const location = resolve(directory, entry.path);
      return sourceKey({ ...bare, kind: "path", location, ref: treeDigest(location) });
    }
    case "url":
      return sourceKey({ ...bare, kind: "url", location: withoutUserInfo(entry.url) });
  }
}

/** Addresses of git and url entries as the Pipfile has them, by the address without credentials. */
export function directUrls(manifest: Manifest): ReadonlyMap<string, string> {
  const urls = new Map<string, string>();
  for (const { entries } of manifest.pipfile.categories) {
    for (const entry of entries) {
      if (entry.kind === "git" || entry.kind === "url")
        urls.set(withoutUserInfo(entry.url), entry.url);
    }
  }
  return urls;
}

type DirectEntry = Exclude<PipfileEntry, { kind: "index" }>;

/** Changes when what decides a local tree's metadata does. */
function treeDigest(location: string): string {
  const hash = createHash("sha256");
  for (const name of [".", "pyproject.toml", "setup.py", "setup.cfg"]) {
    const stats = statSync(join(location, name), { throwIfNoEntry: false });
    hash.update(stats?.isFile() ? `${name} ${stats.mtimeMs} ${stats.size}\n` : `${name}\n`);
  }
  return hash.digest("hex").slice(0, 16);
}

function preferredPins(
  { lock }: Manifest,
  upgrade: ReadonlySet<PackageName> | "all",
): ReadonlyMap<PackageName, string> {
  if (upgrade === "all") return new Map();
  return new Map([...lockedVersions(lock)].filter(([name]) => !upgrade.has(name)));
}
