import type { Manifest } from "../loop/manifest.ts";
import type { FileDetails } from "../model/knowledge.ts";
import type { Runtime } from "../model/runtime.ts";
import type { LockEntry, PipfileLock } from "../python/pipfile-lock.ts";
import { writeLock } from "../python/pipfile-lock.ts";
import { type PylockFile, pylockText } from "../python/pylock.ts";
import { filesOfEntry } from "../python/pylock-reading.ts";
import { requirementsText } from "../python/requirements-lock.ts";
import { withoutUserInfo } from "../util/address.ts";

/** What a lock's text says beside its entries. */
export interface LockTextOptions {
  readonly manifest: Manifest;
  readonly runtime: Runtime;
  /** The command that writes it again, for its first lines. */
  readonly command: string;
  /** Who needs a package: "flask==3.0.3", "requirements.in:3". */
  readonly requiredBy: (name: string) => readonly string[];
  /** Files of an entry's release as the index lists them. */
  readonly details: (name: string, entry: LockEntry) => readonly FileDetails[];
  /** Where the files of a pylock.toml lie, as seen from it; undefined: where the index has them. */
  readonly wheelhouse?: string | undefined;
}

/** A lock in the format that a kind of manifest has. */
export function lockText(
  kind: Manifest["kind"],
  lock: PipfileLock,
  options: LockTextOptions,
): string {
  if (kind === "pipfile") return writeLock(lock);
  const text = kind === "pyproject" ? pylock(lock, options) : requirements(lock, options);
  return lock.newline === "\n" ? text : text.replaceAll("\n", lock.newline);
}

/** All categories of the lock in one file; the first that has a package says how. */
function requirements({ categories }: PipfileLock, options: LockTextOptions): string {
  const { manifest, runtime, command, requiredBy } = options;
  const entries = new Map([...categories.values()].reverse().flatMap((one) => [...one]));
  const { file } = manifest.pipfile;
  const folder = file.slice(0, file.lastIndexOf("/") + 1);
  return requirementsText(entries, {
    header: [
      `Locked by thoth for Python ${runtime.python} on ${runtime.markers.sys_platform}; to lock again:`,
      "",
      `   ${command}`,
      "",
    ],
    options: manifest.kind === "requirements" ? sourceLines(manifest) : [],
    via: (name) => requiredBy(name).map((who) => viaText(who, folder)),
  });
}

function sourceLines({ pipfile }: Manifest): readonly string[] {
  return pipfile.sources.map(({ name, url }) => {
    // What is written out would be a credential in the lock; a variable is none
    const safe = url.includes("$") ? url : withoutUserInfo(url);
    return `${name === "index" ? "--index-url" : "--extra-index-url"} ${safe}`;
  });
}

/** A line of a file, whichever folder the program runs in, or a package. */
function viaText(who: string, folder: string): string {
  const [, name] = /^([\w.-]+)(?:\[[^\]]*\])?==/.exec(who) ?? [];
  if (name !== undefined) return name;
  const file = who.replace(/:\d+$/, "");
  return `-r ${file.startsWith(folder) ? file.slice(folder.length) : file}`;
}

function pylock(lock: PipfileLock, options: LockTextOptions): string {
  const { manifest, runtime } = options;
  const range = manifest.pipfile.requires.pythonRange;
  const { python_version, sys_platform, platform_machine, implementation_name } = runtime.markers;
  const named = { python_version, sys_platform, platform_machine, implementation_name };
  const environment = Object.entries(named).map(([key, value]) => `${key} == '${value}'`);
  return pylockText(lock, {
    requiresPython: range === undefined || range.text === "" ? undefined : range.text,
    environments: [environment.join(" and ")],
    files: (name, entry) => filesOfEntry(entry) ?? filesFor(name, entry, options),
  });
}

/** Of the files that the index lists, those that the entry admits. */
function filesFor(name: string, entry: LockEntry, options: LockTextOptions): PylockFile[] {
  const { details, wheelhouse } = options;
  const admitted = new Set(entry.hashes ?? []);
  return details(name, entry).flatMap(({ filename, sha256, size, uploadedAt, url }) => {
    if (sha256 === undefined || !admitted.has(`sha256:${sha256}`)) return [];
    // What stands behind the path of an address may be a credential that runs out
    const where =
      wheelhouse === undefined
        ? { url: withoutUserInfo(url).replace(/[?#].*$/, "") }
        : { path: `${wheelhouse}/${filename}` };
    return [
      {
        filename,
        sha256,
        ...where,
        ...(size === undefined ? {} : { size }),
        ...(uploadedAt === undefined ? {} : { uploadedAt }),
      },
    ];
  });
}
