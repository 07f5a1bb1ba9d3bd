import type { IndexUrl } from "../model/release.ts";
import type { ProvenanceFinding } from "../security/provenance.ts";
import { historyFindings } from "../security/provenance-history.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { filesOf, type ListedRelease } from "./attested-release.ts";
import type { Bench } from "./bench.ts";
import type { IndexSources } from "./index-sources.ts";
import { readSeen, remembered, type SeenReleases, writeSeen } from "./provenance-memory.ts";

/**
 * What differs from what earlier checks saw; remembers in the file `memory` what this one sees. An
 * index in `allowed` is one that the user vouches for.
 */
export function changesSinceChecks(
  { services, sources }: Bench,
  listed: readonly ListedRelease[],
  allowed: readonly IndexUrl[],
  memory: string,
): readonly ProvenanceFinding[] {
  const seen = rememberedBy(memory, services);
  const questions = listed.map((one) => {
    const { locked, release, page } = one;
    const { version, index } = release;
    const digests = digestsOf(filesOf(one));
    return {
      release: locked,
      index,
      listed: digests,
      gone: (page.releases.find((other) => other.version === version)?.gone ?? []).map(
        ({ sha256 }) => sha256,
      ),
      seen: seen.get(release.name),
      strangers: strangersOf(services.store, one, sources),
      vouched: allowed.includes(index),
    };
  });
  const sightings = questions.map(({ release, index, listed: files, vouched }) => {
    return { ...release, index, files: [...files], vouched };
  });
  const now = remembered(seen, sightings);
  if (now !== seen) keep(memory, now, services);
  return questions.flatMap(historyFindings);
}

function rememberedBy(memory: string, { emit }: Services): SeenReleases {
  const seen = readSeen(memory);
  if (seen !== undefined) return seen;
  const message = `what earlier checks saw can't be read from \`${memory}\`: changes since are unknown`;
  emit({ type: "warning", message, hint: "this check is remembered in its place" });
  return new Map();
}

/** A store that can't be written to is no reason not to tell what was found. */
function keep(memory: string, seen: SeenReleases, { emit }: Services): void {
  try {
    writeSeen(memory, seen);
  } catch (error) {
    if (!(error instanceof ThothError)) throw error;
    const message = `what this check saw is not remembered: ${error.message}`;
    emit({ type: "warning", message });
  }
}

/** Other indexes than the project's that know the name and have no file of this one: no mirrors. */
function strangersOf(
  store: KnowledgeStore,
  { release, page }: ListedRelease,
  sources: IndexSources,
): readonly IndexUrl[] {
  const others = store.indexes(release.name).filter((index) => !sources.byUrl.has(index));
  if (others.length === 0) return [];
  const own = digestsOf(page.releases.flatMap(({ files }) => files));
  return others.filter((index) => {
    const files = store.page(release.name, index)?.releases.flatMap((one) => one.files) ?? [];
    return files.length > 0 && !files.some(({ sha256 }) => sha256 !== undefined && own.has(sha256));
  });
}

export function digestsOf(files: readonly { readonly sha256?: string }[]): ReadonlySet<string> {
  return new Set(files.flatMap(({ sha256 }) => (sha256 === undefined ? [] : [sha256])));
}
