import type { IndexUrl } from "../model/release.ts";
import type { LockedRelease, ProvenanceFinding } from "./provenance.ts";

/** What an earlier check of the same project saw of a package. */
export interface SeenRelease {
  readonly version: string;
  readonly index: IndexUrl;
  /** sha256 of all files that the index listed for the release then. */
  readonly files: readonly string[];
}

export interface HistoryQuestion {
  readonly release: LockedRelease;
  /** The index that the release comes from now. */
  readonly index: IndexUrl;
  /** sha256 of the files that the index lists. */
  readonly listed: ReadonlySet<string>;
  /** sha256 of files that it listed once and offers no longer. */
  readonly gone: readonly string[];
  readonly seen: SeenRelease | undefined;
  /** Other indexes, not of this project, that know the name and share no file with this one. */
  readonly strangers: readonly IndexUrl[];
  /** Whether the user named the index as one that files may come from. */
  readonly vouched: boolean;
}

/** What differs from what was known earlier: another index for a known name, other files of a release. */
export function historyFindings(question: HistoryQuestion): readonly ProvenanceFinding[] {
  return [...indexFindings(question), ...fileFindings(question)];
}

function indexFindings(question: HistoryQuestion): readonly ProvenanceFinding[] {
  const { release, index, seen, strangers, vouched } = question;
  if (vouched) return [];
  const about = {
    type: "WARNING",
    id: "NEW-INDEX",
    package_name: release.name,
    package_version: release.version,
    source: index,
  } as const;
  const hint = "allow it with `--allow` if that is meant";
  if (seen !== undefined && seen.index !== index) {
    const justification = `the package came from another index at an earlier check; ${hint}`;
    return [{ ...about, justification, sources: [seen.index] }];
  }
  if (strangers.length === 0) return [];
  const justification = `the name is known from another index, with other files; ${hint}`;
  return [{ ...about, justification, sources: strangers }];
}

function fileFindings(question: HistoryQuestion): readonly ProvenanceFinding[] {
  const { release, index, listed, seen } = question;
  // A release that is not listed at all is a finding of its own
  if (listed.size === 0) return [];
  const same = seen?.version === release.version && seen.index === index;
  const before = same ? seen.files : [];
  const lost = before.filter((file) => !listed.has(file));
  const gone = [...new Set([...question.gone, ...lost])];
  const come = before.length === 0 ? [] : [...listed].filter((file) => !before.includes(file));
  if (gone.length + come.length === 0) return [];
  const isAdmitted = (file: string) => release.hashes.includes(file);
  const admitted = come.some(isAdmitted);
  // What went long ago, and what came and nobody locks, is worth a word only
  const type = lost.length > 0 || admitted || gone.some(isAdmitted) ? "WARNING" : "INFO";
  const justification =
    gone.length === 0
      ? `the index lists files of the release that it did not list at an earlier check${admitted ? ", and the lock admits them" : ""}`
      : come.length === 0
        ? "the index no longer offers files of the release that it listed"
        : "the index lists other files of the release than it did";
  const about = { package_name: release.name, package_version: release.version, source: index };
  return [
    { type, id: "FILES-CHANGED", justification, ...about, gone: gone.sort(), come: come.sort() },
  ];
}
