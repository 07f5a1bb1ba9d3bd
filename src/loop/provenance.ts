import pLimit from "p-limit";
import { type IndexUrl, indexUrl } from "../model/release.ts";
import { type PackageName, packageName } from "../python/name.ts";
import type { PipfileLock } from "../python/pipfile-lock.ts";
import { parseVersion } from "../python/version.ts";
import {
  checkProvenance,
  type LockedRelease,
  type ProvenanceAnswer,
} from "../security/provenance.ts";
import type { KnowledgeStore } from "../store/store.ts";
import type { Bench } from "./bench.ts";
import type { IndexSources } from "./index-sources.ts";
import { lockHash } from "./lock-hash.ts";
import type { LockedProject } from "./locked-project.ts";

export interface ProvenanceOptions {
  /** Ask the indexes first; else the store alone says what they list. */
  readonly online: boolean;
  /** Indexes that files may come from; empty: any of the project's. */
  readonly allowed: readonly string[];
}

/** Checks where the files of a lock come from, on what is known or on what the indexes say now. */
export async function provenanceOf(
  bench: Bench,
  project: Pick<LockedProject, "text" | "lock">,
  options: ProvenanceOptions,
): Promise<ProvenanceAnswer> {
  const { services, sources, learner } = bench;
  const releases = lockedReleases(project.lock, sources);
  if (options.online) {
    const wanted = releases.flatMap(({ name }) => sources.order.map((index) => ({ name, index })));
    await pLimit(64).map(wanted, ({ name, index }) => learner.releases(name, index));
    await services.store.flush();
  }
  return checkProvenance({
    lockIsCurrent: project.lock.meta.sha256 === lockHash(project.text, sources.defaultUrl),
    releases,
    sources: [...sources.byUrl.values()].map(({ url, verifySsl, requestUrl }) => ({
      url,
      secure: verifySsl && !isPlainHttp(requestUrl),
    })),
    allowed: options.allowed.map(indexUrl),
    listed: (name, version, index) => listedDigests(services.store, name, version, index),
  });
}

/** A loopback index has nobody in between. */
function isPlainHttp(url: string): boolean {
  return /^http:\/\/(?!127\.|localhost[:/]|\[::1\])/i.test(url);
}

function lockedReleases(lock: PipfileLock, sources: IndexSources): readonly LockedRelease[] {
  const releases = new Map<string, LockedRelease>();
  for (const entries of lock.categories.values()) {
    for (const [raw, entry] of entries) {
      const version = parseVersion(entry.version?.replace(/^===?/, "") ?? "");
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
  return new Set(files.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [sha256])));
}
