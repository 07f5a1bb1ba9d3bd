import type { PackageName } from "../python/name.ts";
import type { VersionRange } from "../python/version-range.ts";
import type { IndexUrl } from "./release.ts";

/** One line of a Pipfile as the adviser takes it: markers already known to hold on the runtime. */
export interface ProjectRequirement {
  readonly name: PackageName;
  /** As the Pipfile spells it. */
  readonly spelling: string;
  readonly category: string;
  /** As written, "" for any; for messages. */
  readonly specifier: string;
  readonly range: VersionRange;
  /** The specifier itself names a pre-release. */
  readonly mentionsPrerelease: boolean;
  readonly extras: readonly string[];
  /** The only index this name may come from; undefined: the first that has it. */
  readonly index?: IndexUrl;
  /** Set for git, path and url entries: key of the SourceFact. */
  readonly source?: string;
  /** "Pipfile:7". */
  readonly where: string;
  readonly line: number;
}

/** What a stack must satisfy, free of files and formats. */
export interface Project {
  readonly requirements: readonly ProjectRequirement[];
  /** In order of preference. */
  readonly indexes: readonly [IndexUrl, ...IndexUrl[]];
  readonly allowPrereleases: boolean;
  /** Versions of the old lock, preferred where they still satisfy everything. */
  readonly preferred: ReadonlyMap<PackageName, string>;
}

/** Identifies a direct source in knowledge; `location` is an address without credentials or an absolute path. */
export function sourceKey(
  kind: "git" | "path" | "url",
  location: string,
  ref = "",
  subdirectory = "",
): string {
  return [kind, location, ref, subdirectory].join(" ").trimEnd();
}
