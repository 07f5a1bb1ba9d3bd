import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";

/** What a provenance check finds: the original's identifiers, and ours after them. */
export type ProvenanceId =
  | "INVALID-LOCK-HASH"
  | "ARTIFACT-DIFFERENT-SOURCE"
  | "ARTIFACT-POSSIBLE-DIFFERENT-SOURCE"
  | "DIFFERENT-ARTIFACTS-ON-SOURCES"
  | "MISSING-PACKAGE"
  | "INVALID-ARTIFACT-HASH"
  | "SOURCE-NOT-WHITELISTED"
  | "INSECURE-SOURCE"
  | "INVALID-ATTESTATION"
  | "MISSING-ATTESTATION"
  | "PUBLISHER-CHANGED"
  | "NEW-INDEX"
  | "FILES-CHANGED";

/** One finding; fields as in the original's report. */
export interface ProvenanceFinding {
  readonly type: "ERROR" | "WARNING" | "INFO";
  readonly id: ProvenanceId;
  readonly justification: string;
  readonly package_name?: string;
  readonly package_version?: string;
  /** The index that the lock names for the package, or the source itself. */
  readonly source?: IndexUrl;
  /** Indexes where it was found instead. */
  readonly sources?: readonly IndexUrl[];
  /** sha256 of the file in question. */
  readonly digest?: string;
  /** sha256 of files that the index no longer offers, and of those that it did not offer before. */
  readonly gone?: readonly string[];
  readonly come?: readonly string[];
}

/** A pin of a lock that an index should list. */
export interface LockedRelease {
  readonly name: PackageName;
  readonly version: string;
  /** undefined: the lock does not say. */
  readonly index: IndexUrl | undefined;
  /** sha256, hex. */
  readonly hashes: readonly string[];
}

export interface ProvenanceQuestion {
  /** Whether the lock was made of the Pipfile as it is. */
  readonly lockIsCurrent: boolean;
  readonly releases: readonly LockedRelease[];
  readonly sources: readonly { readonly url: IndexUrl; readonly secure: boolean }[];
  /** Indexes that files may come from; empty: any of the sources. */
  readonly allowed: readonly IndexUrl[];
  /** sha256 of the files that an index lists for a release; undefined where that is not known. */
  readonly listed: (
    name: PackageName,
    version: string,
    index: IndexUrl,
  ) => ReadonlySet<string> | undefined;
}

export interface ProvenanceAnswer {
  readonly findings: readonly ProvenanceFinding[];
  /** Releases of which nothing can be said, with the indexes that were not asked. */
  readonly unknown: readonly { readonly release: LockedRelease; readonly index: IndexUrl }[];
  readonly checked: number;
}

/**
 * Whether every file that a lock admits is where the lock says it comes from: the check of the
 * original (reference: thoth-station/python, `Project.check_provenance`). A lock that is not of its
 * Pipfile is not looked at further. What an index was never asked is `unknown`, never fine.
 */
export function checkProvenance(question: ProvenanceQuestion): ProvenanceAnswer {
  if (!question.lockIsCurrent) {
    const justification = "the lock was made of another Pipfile than this; lock again first";
    const finding = { type: "ERROR", id: "INVALID-LOCK-HASH", justification } as const;
    return { findings: [finding], unknown: [], checked: 0 };
  }
  const findings = sourceFindings(question);
  const unknown: { release: LockedRelease; index: IndexUrl }[] = [];
  for (const release of question.releases) {
    const places = question.sources.map(({ url }) => ({
      url,
      digests: question.listed(release.name, release.version, url),
    }));
    const unasked = places.filter(({ digests }) => digests === undefined);
    unknown.push(...unasked.map(({ url }) => ({ release, index: url })));
    if (unasked.length === 0) findings.push(...releaseFindings(release, asked(places)));
  }
  return { findings, unknown, checked: question.releases.length };
}

/** What one index lists for one release. */
interface Listing {
  readonly url: IndexUrl;
  readonly digests: ReadonlySet<string>;
}

function asked(
  places: readonly { url: IndexUrl; digests: ReadonlySet<string> | undefined }[],
): readonly Listing[] {
  return places.flatMap(({ url, digests }) => (digests === undefined ? [] : [{ url, digests }]));
}

function sourceFindings({ sources, allowed }: ProvenanceQuestion): ProvenanceFinding[] {
  const findings: ProvenanceFinding[] = [];
  for (const { url, secure } of sources) {
    if (allowed.length > 0 && !allowed.includes(url)) {
      const justification = "packages come from an index that is not allowed";
      findings.push({ type: "ERROR", id: "SOURCE-NOT-WHITELISTED", justification, source: url });
    }
    if (!secure) {
      const justification = "the index is reached without a checked certificate";
      findings.push({ type: "WARNING", id: "INSECURE-SOURCE", justification, source: url });
    }
  }
  return findings;
}

function releaseFindings(release: LockedRelease, listings: readonly Listing[]) {
  const having = listings.filter(({ digests }) => digests.size > 0);
  const about = {
    package_name: release.name,
    package_version: release.version,
    ...(release.index === undefined ? {} : { source: release.index }),
  };
  if (having.length === 0) {
    const justification = "no index of the project lists this release";
    return [{ type: "ERROR", id: "MISSING-PACKAGE", justification, ...about } as const];
  }
  return [
    ...release.hashes.flatMap((digest) => digestFindings(digest, release, having, about)),
    ...differing(release, having, about),
  ];
}

type About = Pick<ProvenanceFinding, "package_name" | "package_version" | "source">;

function digestFindings(
  digest: string,
  release: LockedRelease,
  having: readonly Listing[],
  about: About,
): readonly ProvenanceFinding[] {
  const sources = having.flatMap(({ url, digests }) => (digests.has(digest) ? [url] : []));
  if (sources.length === 0) {
    const justification = "the lock admits a file that no index lists for this release";
    return [{ type: "ERROR", id: "INVALID-ARTIFACT-HASH", justification, ...about, digest }];
  }
  const others = sources.filter((url) => url !== release.index);
  if (release.index === undefined || others.length === 0) return [];
  if (!sources.includes(release.index)) {
    const justification = "the file comes from another index than the lock names";
    const found = { ...about, sources: others, digest };
    return [{ type: "ERROR", id: "ARTIFACT-DIFFERENT-SOURCE", justification, ...found }];
  }
  const justification = "another index than the one that the lock names has the same file";
  const found = { ...about, sources: others, digest };
  return [{ type: "INFO", id: "ARTIFACT-POSSIBLE-DIFFERENT-SOURCE", justification, ...found }];
}

/** Which index an installer asks first decides what is installed: dependency confusion. */
function differing(
  release: LockedRelease,
  having: readonly Listing[],
  about: About,
): readonly ProvenanceFinding[] {
  const contents = new Set(having.map(({ digests }) => [...digests].sort().join(" ")));
  if (release.index !== undefined || contents.size < 2) return [];
  const justification =
    "several indexes list this release with different files, and the lock names none";
  const sources = having.map(({ url }) => url);
  return [
    { type: "WARNING", id: "DIFFERENT-ARTIFACTS-ON-SOURCES", justification, ...about, sources },
  ];
}
