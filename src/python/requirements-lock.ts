import { ThothError } from "../util/errors.ts";
import { markerText } from "./marker.ts";
import { packageName } from "./name.ts";
import type { LockEntry, PipfileLock } from "./pipfile-lock.ts";
import { type Requirement, tryParseRequirement } from "./requirement.ts";
import { lineParts, requirementsLines } from "./requirements-lines.ts";
import { parseVcsUrl } from "./vcs-url.ts";

/** What beside its entries decides the text of a locked requirements file. */
export interface RequirementsLockOptions {
  /** Lines in front of the first package, without their `#`. */
  readonly header: readonly string[];
  /** Options such as `--index-url …`, a line each. */
  readonly options: readonly string[];
  /** Who needs a package: `flask`, `-r requirements.in`; empty where nobody knows. */
  readonly via: (name: string) => readonly string[];
}

/**
 * One category of a lock as `pip-compile --generate-hashes` writes it: a package a line, sorted,
 * with markers, hashes, and who needs it.
 */
export function requirementsText(
  entries: ReadonlyMap<string, LockEntry>,
  { header, options, via }: RequirementsLockOptions,
): string {
  const lines = [...header.map((line) => `# ${line}`.trimEnd()), ...options];
  for (const [name, entry] of [...entries].sort(([left], [right]) => (left < right ? -1 : 1))) {
    const hashes = (entry.hashes ?? []).map((hash) => `    --hash=${hash}`);
    lines.push([lineOf(name, entry), ...hashes].join(" \\\n"), ...viaLines(via(name)));
  }
  return `${lines.join("\n")}\n`;
}

function viaLines(names: readonly string[]): readonly string[] {
  const sorted = [...new Set(names)].sort();
  if (sorted.length < 2) return sorted.map((name) => `    # via ${name}`);
  return ["    # via", ...sorted.map((name) => `    #   ${name}`)];
}

function lineOf(name: string, entry: LockEntry): string {
  const { extras = [], git, ref, subdirectory, path, file, editable, markers } = entry;
  const named = extras.length === 0 ? name : `${name}[${extras.join(",")}]`;
  const location = path ?? file;
  const condition = markers === undefined ? "" : ` ; ${markers}`;
  if (git !== undefined) {
    const at = typeof ref === "string" ? `@${ref}` : "";
    const below = subdirectory === undefined ? "" : `#subdirectory=${subdirectory}`;
    return `${named} @ ${gitAddress(git)}${at}${below}${condition}`;
  }
  if (location === undefined) return `${named}${entry.version ?? ""}${condition}`;
  if (/^[a-z][a-z0-9+.-]*:\/\//i.test(location)) return `${named} @ ${location}${condition}`;
  const local = /^[./]/.test(location) ? location : `./${location}`;
  const extraText = extras.length === 0 ? "" : `[${extras.join(",")}]`;
  return `${editable === true ? "-e " : ""}${local}${extraText}${condition}`;
}

/** pip knows no `git@host:path`. */
function gitAddress(git: string): string {
  const [, user, rest] = /^([\w.-]+@[\w.-]+):(?!\/)(.*)$/.exec(git) ?? [];
  return user === undefined ? `git+${git}` : `git+ssh://${user}/${rest}`;
}

/**
 * Reads such a file back: what is pinned with `==`, and git entries, in the category `default`.
 * Other lines are no pins and left out.
 *
 * @throws ThothError `bad-lock` where a line is no requirement
 */
export function parseRequirementsLock(text: string, file: string): PipfileLock {
  const entries = new Map<string, LockEntry>();
  for (const { text: line, place } of requirementsLines(text, file)) {
    const { subject, options } = lineParts(line);
    if (subject === "" || /^(?:[./]|[a-z+]+:\/\/)/i.test(subject)) continue;
    const requirement = tryParseRequirement(subject);
    if (requirement === undefined) {
      throw new ThothError("bad-lock", `\`${subject}\` is no requirement`, {
        place,
        hint: "restore the file, or delete it and lock again",
      });
    }
    const entry = entryOf(
      requirement,
      options.filter(({ name }) => name === "--hash").map(({ value }) => value),
    );
    if (entry !== undefined) entries.set(packageName(requirement.canonical), entry);
  }
  return {
    meta: { requires: {}, sources: [], others: {} },
    categories: new Map([["default", entries]]),
    newline: text.includes("\r\n") ? "\r\n" : "\n",
  };
}

/** What is pinned; undefined for a range. */
function entryOf(
  { extras, marker, specifier, url }: Requirement,
  hashes: readonly string[],
): LockEntry | undefined {
  const shared = {
    ...(extras.length === 0 ? {} : { extras }),
    ...(marker === undefined ? {} : { markers: markerText(marker) }),
  };
  if (url !== undefined) return { ...shared, ...directPart(url) };
  const [clause, ...others] = specifier.clauses;
  if (clause === undefined || others.length > 0 || !clause.operator.startsWith("==")) {
    return undefined;
  }
  if (clause.version.endsWith(".*")) return undefined;
  return { ...shared, hashes, version: `==${clause.version}` };
}

function directPart(url: string): LockEntry {
  if (!url.startsWith("git+")) return { file: url };
  const { url: git, ref, subdirectory } = parseVcsUrl(url);
  return {
    git,
    ...(ref === undefined ? {} : { ref }),
    ...(subdirectory === undefined ? {} : { subdirectory }),
  };
}
