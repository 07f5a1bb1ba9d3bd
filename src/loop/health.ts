import pLimit from "p-limit";
import type { ProjectHealth } from "../model/health.ts";
import type { RepositoryFact } from "../model/package-fact.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { healthIndicators } from "../security/health/health.ts";
import { releaseHistory } from "../security/health/history.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { ThothError } from "../util/errors.ts";
import {
  type HealthOptions,
  hostedSource,
  learnAbout,
  learnList,
  learnSource,
} from "./learn-health.ts";

/** A package to look at. */
export interface WantedHealth {
  readonly name: PackageName;
  /** The version in use, normalised. */
  readonly used: string | undefined;
  /** Where a lock says that it comes from; else the first index that has it. */
  readonly index: IndexUrl | undefined;
}

const packagesAtOnce = 8;

/**
 * How projects fare. What is older than a day is learnt anew, save offline; what can't be learnt
 * is named as missing, and everything else is told all the same.
 */
export async function healthOf(
  wanted: readonly WantedHealth[],
  options: HealthOptions,
): Promise<readonly ProjectHealth[]> {
  const { services } = options;
  const { emit, store } = services;
  let done = 0;
  try {
    return await pLimit(packagesAtOnce).map(wanted, async (one) => {
      const health = await projectHealth(one, options);
      done += 1;
      emit({ type: "progress", stage: "looking", done, total: wanted.length, current: one.name });
      return health;
    });
  } finally {
    await store.flush();
  }
}

async function projectHealth(wanted: WantedHealth, options: HealthOptions): Promise<ProjectHealth> {
  const { services, sources } = options;
  const missing: string[] = [];
  const indexes = wanted.index === undefined ? sources.order : [wanted.index];
  for (const index of indexes) {
    await noting(missing, services.signal, () => learnList(wanted.name, index, options));
    const list = services.store.releases(wanted.name, index);
    if (list !== undefined && list.absent === undefined)
      return known(wanted, index, { ...options, missing });
  }
  const [index] = indexes;
  const lists = indexes.map((one) => services.store.releases(wanted.name, one));
  const absent = lists.every((list) => list?.absent !== undefined);
  if (!absent && missing.length === 0) missing.push("nothing is known of its releases");
  return { ...named(wanted, index ?? sources.order[0]), absent, indicators: [], missing };
}

async function known(
  wanted: WantedHealth,
  index: IndexUrl,
  { missing, ...options }: HealthOptions & { readonly missing: string[] },
): Promise<ProjectHealth> {
  const { name, used } = wanted;
  const { store, signal, now } = options.services;
  const history = releaseHistory(store.page(name, index)?.releases ?? []);
  await noting(missing, signal, () => learnAbout(name, index, history, options));
  const about = store.about(name, index);
  if (about === undefined && missing.length === 0) missing.push("its metadata was never read");
  const repository = await noting(missing, signal, () => learnSource(name, index, options));
  if (repository !== undefined) missing.push(repository);
  const list = store.releases(name, index);
  const indicators = healthIndicators({
    history,
    used,
    status: list?.status,
    attests: list?.attests,
    about,
    repository: repositoryOf(store, name, index),
    advisories: (version) => store.advisories(name, version),
    now: now(),
  });
  const latest = history.latest?.version;
  return {
    ...named(wanted, index),
    ...(latest === undefined ? {} : { latest }),
    ...(about === undefined ? {} : { observedAt: about.observedAt }),
    absent: false,
    indicators,
    missing,
  };
}

function named({ name, used }: WantedHealth, index: IndexUrl) {
  return { name, index, ...(used === undefined ? {} : { used }) };
}

/** What is known of the repository that is named now; a project may have moved. */
function repositoryOf(
  store: KnowledgeStore,
  name: PackageName,
  index: IndexUrl,
): RepositoryFact | undefined {
  const fact = store.repository(name, index);
  const path = hostedSource(store, name, index)?.path;
  return `${path}/`.startsWith(`${fact?.repository}/`) ? fact : undefined;
}

/** Runs a step; that an index or a service fails is noted, and no reason to tell nothing at all. */
async function noting<Result>(
  missing: string[],
  signal: AbortSignal,
  step: () => Promise<Result>,
): Promise<Result | undefined> {
  try {
    return await step();
  } catch (error) {
    if (signal.aborted || !(error instanceof ThothError) || !passing.has(error.code)) throw error;
    missing.push(error.message);
    return undefined;
  }
}

const passing: ReadonlySet<string> = new Set([
  "index-unreachable",
  "index-refused",
  "index-garbage",
  "time-limit",
]);
