import type { LockEntry } from "./pipfile-lock.ts";

/**
 * What a format can't hold of entries that come from no index: pip wants a hash for each line of a
 * file or for none, and PEP 751 one for an archive and a commit for git.
 */
export function exportWarnings(
  entries: Iterable<readonly [name: string, entry: LockEntry]>,
  format: "requirements" | "pylock",
): readonly string[] {
  return [...entries].flatMap(([name, entry]) => {
    const origin = originOf(entry);
    if (origin === undefined || (entry.hashes?.length ?? 0) > 0) return [];
    const lack =
      format === "requirements" ? "no hash, so pip refuses the file" : lackOf(origin, entry);
    return lack === undefined ? [] : [`${name} comes from ${origin} and has ${lack}`];
  });
}

type Origin = "git" | "an address" | "a path";

/** Undefined for what comes from an index. */
function originOf({ git, path, file }: LockEntry): Origin | undefined {
  if (git !== undefined) return "git";
  if (file !== undefined && /^[a-z][a-z0-9+.-]*:\/\//i.test(file)) return "an address";
  return file === undefined && path === undefined ? undefined : "a path";
}

/** What PEP 751 asks for and the entry has not. */
function lackOf(origin: Origin, { ref }: LockEntry): string | undefined {
  if (origin === "a path") return undefined;
  if (origin === "an address") return "no hash, which PEP 751 asks for";
  return typeof ref === "string" ? undefined : "no commit, which PEP 751 asks for";
}
