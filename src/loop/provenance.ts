import pLimit from "p-limit";
import type { ReportedAttestation } from "../model/attestation.ts";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { type PipfileLock, pinnedVersion } from "../python/pipfile-lock.ts";
import type { TrustRoot } from "../security/attestation.ts";
import {
  checkProvenance,
  type LockedRelease,
  type ProvenanceAnswer,
} from "../security/provenance.ts";
import { attestationsOf, trustFindings } from "../security/provenance-trust.ts";
import { learnPage } from "../solver/learn-page.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { filesToRead, listedRelease, trustQuestion } from "./attested-release.ts";
import type { Bench } from "./bench.ts";
import type { IndexSources } from "./index-sources.ts";
import { lockIsCurrent } from "./lock-hash.ts";
import type { LockedProject } from "./locked-project.ts";
import { changesSinceChecks, digestsOf } from "./provenance-changes.ts";
import { readAttestations } from "./read-attestations.ts";

export interface ProvenanceOptions {
  /** Ask the indexes first; else the store alone says what they list. */
  readonly online: boolean;
  /** Indexes that files may come from; empty: any of the project's. */
  readonly allowed: readonly string[];
  /** To verify signatures with; undefined: what is attested stays a claim of the index. */
  readonly trustRoot?: TrustRoot | undefined;
}

/** What a check of a project found, with what is known of who published each file. */
export interface ProjectProvenance extends ProvenanceAnswer {
  readonly attestations: readonly ReportedAttestation[];
}

/**
 * Checks where the files of a lock come from and who published them, on what is known or on what
 * the indexes say now. `memory` is the file that tells what earlier checks saw.
 */
export async function provenanceOf(
  bench: Bench,
  project: Pick<LockedProject, "text" | "lock" | "kind">,
  options: ProvenanceOptions,
  memory: string,
): Promise<ProjectProvenance> {
  const { services, sources } = bench;
  const { store } = services;
  const releases = lockedReleases(project.lock, sources);
  if (options.online) await askIndexes(bench, releases, options.trustRoot);
  const allowed = options.allowed.map(indexUrl);
  const answer = checkProvenance({
    lockIsCurrent: lockIsCurrent(project, sources.defaultUrl),
    releases,
    sources: [...sources.byUrl.values()].map(({ url, verifySsl, requestUrl }) => ({
      url,
      secure: verifySsl && !isPlainHttp(requestUrl),
    })),
    allowed,
    listed: (name, version, index) => listedDigests(store, name, version, index),
  });
  // A lock of another Pipfile is not looked at further
  if (answer.checked < releases.length) return { ...answer, attestations: [] };
  const listed = releases.flatMap((locked) => listedRelease(store, locked, sources.order) ?? []);
  const questions = listed.map((one) => trustQuestion(store, one, options.trustRoot?.sha256));
  const changes = changesSinceChecks(bench, listed, allowed, memory);
  return {
    ...answer,
    findings: [...answer.findings, ...questions.flatMap(trustFindings), ...changes],
    attestations: questions.flatMap(attestationsOf),
  };
}

/** Learns the pages of what a lock pins, and what its files' attestations say. */
async function askIndexes(
  bench: Bench,
  releases: readonly LockedRelease[],
  trustRoot: TrustRoot | undefined,
): Promise<void> {
  const { services, sources, learner } = bench;
  const { store } = services;
  const names = new Set(releases.map(({ name }) => name));
  const wanted = [...names].flatMap((name) =>
    [...sources.byUrl.values()].map((source) => ({ name, source })),
  );
  await pLimit(64).map(wanted, async ({ name, source }) => {
    const list = await learner.releases(name, source.url);
    const unread = list !== undefined && list.absent === undefined && list.attests === undefined;
    if (unread) await learnPage({ ...learner.options, whole: true }, source, name);
  });
  const files = releases.flatMap((locked) => {
    const listed = listedRelease(store, locked, sources.order);
    return listed === undefined ? [] : filesToRead(store, listed);
  });
  await readAttestations(bench, files, trustRoot);
  await store.flush();
}

/** A loopback index has nobody in between. */
function isPlainHttp(url: string): boolean {
  return /^http:\/\/(?!127\.|localhost[:/]|\[::1\])/i.test(url);
}

function lockedReleases(lock: PipfileLock, sources: IndexSources): readonly LockedRelease[] {
  const releases = new Map<string, LockedRelease>();
  for (const entries of lock.categories.values()) {
    for (const [raw, entry] of entries) {
      const version = pinnedVersion(entry);
      // Git, path and url entries have no index
      if (version === undefined) continue;
      const name = packageName(raw);
      const index = entry.index === undefined ? undefined : sources.byName.get(entry.index);
      const hashes = (entry.hashes ?? []).map((hash) => hash.replace(/^sha256:/, ""));
      releases.set(`${name} ${version.text}`, { name, version: version.text, index, hashes });
    }
  }
  return [...releases.values()];
}

function listedDigests(
  store: KnowledgeStore,
  name: PackageName,
  version: string,
  index: IndexUrl,
): ReadonlySet<string> | undefined {
  if (store.releases(name, index) === undefined) return undefined;
  const files = store.details({ name, version, index }) ?? [];
  return digestsOf(files);
}
