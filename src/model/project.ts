import type { PackageName } from "../python/name.ts";
import type { VersionRange } from "../python/version-range.ts";
import type { AdviceSettings } from "./advice-settings.ts";
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
  /** What the line itself names, where a pseudonym stands in for that. */
  readonly standsFor?: PackageName;
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
  /** Undefined: nothing is set. */
  readonly settings?: AdviceSettings;
}

/** A git, path or url entry of a Pipfile, as far as knowledge tells them apart. */
export interface DirectSource {
  readonly kind: "git" | "path" | "url";
  /** An address without credentials, or an absolute path. */
  readonly location: string;
  /** git: branch, tag or commit; path: a digest of what decides its metadata; else "". */
  readonly ref: string;
  readonly subdirectory: string;
}

/** What a location without a scheme gets, so that every key is an address. */
const bare = { git: "scp://", path: "file://", url: "" };

/** Identifies a direct source in knowledge and in messages: `git+https://host/repo.git#ref=v1`. */
export function sourceKey({ kind, location, ref, subdirectory }: DirectSource): string {
  const details = new URLSearchParams();
  if (ref !== "") details.set("ref", ref);
  if (subdirectory !== "") details.set("subdirectory", subdirectory);
  const fragment = details.size === 0 ? "" : `#${details}`;
  const address = location.replaceAll(/[%#@\s]/g, encodeURIComponent);
  return `${kind}+${/^[a-z+]+:\/\//.test(address) ? "" : bare[kind]}${address}${fragment}`;
}

/** The source behind a key; undefined if the text is none. */
export function parseSourceKey(key: string): DirectSource | undefined {
  const [, kind, location = "", fragment = ""] = /^(git|path|url)\+([^#]*)#?(.*)$/.exec(key) ?? [];
  if (kind !== "git" && kind !== "path" && kind !== "url") return undefined;
  const details = new URLSearchParams(fragment);
  const ref = details.get("ref") ?? "";
  const subdirectory = details.get("subdirectory") ?? "";
  const added = bare[kind];
  const own = added !== "" && location.startsWith(added) ? location.slice(added.length) : location;
  return { kind, location: decodeURIComponent(own), ref, subdirectory };
}
