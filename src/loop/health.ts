import pLimit from "p-limit";
import type { ProjectHealth } from "../model/health.ts";
import type { RepositoryFact } from "../model/package-fact.ts";
import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import { healthIndicators } from "../security/health/health.ts";
import { type ReleaseHistory, releaseHistory } from "../security/health/history.ts";
import { type HealthLearning, learnPackage } from "../security/health/learn-package.ts";
import { type GitService, learnRepository } from "../security/health/learn-repository.ts";
import { hostedRepository, sourceLink } from "../security/health/source-link.ts";
import { dayMs } from "../security/health/subject.ts";
import { learnPage } from "../solver/learn-page.ts";
import type { KnowledgeStore } from "../store/store.ts";
import { ThothError } from "../util/errors.ts";
import type { Services } from "../wiring.ts";
import { announceChanges } from "./announce-changes.ts";
import type { IndexSources } from "./index-sources.ts";

/** A package to look at. */
export interface WantedHealth {
  readonly name: PackageName;
  /** The version in use, normalised. */
  readonly used: string | undefined;
  /** Where a lock says that it comes from; else the first index that has it. */
  readonly index: IndexUrl | undefined;
}

export interface HealthOptions {
  readonly services: Services;
  readonly sources: IndexSources;
  /** Those that may be asked; empty: none is. */
  readonly git: readonly GitService[];
  /** Ask for what was learnt within the last day, too. */
  readonly refresh: boolean;
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
  const found = await pLimit(packagesAtOnce).map(wanted, async (one) => {
    const health = await projectHealth(one, options);
    done += 1;
    emit({ type: "progress", stage: "looking", done, total: wanted.length, current: one.name });
    return health;
  });
  await store.flush();
  return found;
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

async function learnList(
  name: PackageName,
  index: IndexUrl,
  options: HealthOptions,
): Promise<void> {
  const { services, sources } = options;
  const source = sources.byUrl.get(index);
  const checkedAt = services.store.releases(name, index)?.checkedAt;
  if (source === undefined || !isDue(checkedAt, options)) return;
  const onChanges = async (changes: Parameters<typeof announceChanges>[1]) => {
    await announceChanges(services, changes, "watched");
  };
  await learnPage({ ...learning(services), onChanges }, source, name);
}

async function learnAbout(
  name: PackageName,
  index: IndexUrl,
  { latest }: ReleaseHistory,
  options: HealthOptions,
): Promise<void> {
  const { services, sources } = options;
  const source = sources.byUrl.get(index);
  const about = services.store.about(name, index);
  const isOfLatest = about?.version === latest?.version;
  const learntAt = about === undefined || !isOfLatest ? undefined : Date.parse(about.observedAt);
  if (source === undefined || !isDue(learntAt, options)) return;
  await learnPackage(learning(services), source, { name, anew: options.refresh });
}

/** Asks the Git service of a package's source; why it declines, where it does. */
async function learnSource(
  name: PackageName,
  index: IndexUrl,
  options: HealthOptions,
): Promise<string | undefined> {
  const { services, git } = options;
  const { store } = services;
  const hosted = hostedSource(store, name, index);
  const service = git.find(({ host }) => host === hosted?.host);
  const before = store.repository(name, index);
  if (hosted === undefined || service === undefined) return undefined;
  const path = service.name === "github" ? hosted.path.split("/", 2).join("/") : hosted.path;
  const learntAt = before?.repository === path ? Date.parse(before.observedAt) : undefined;
  if (!isDue(learntAt, options)) return undefined;
  const answer = await learnRepository(learning(services), service, path);
  if (answer.kind === "declined") return answer.reason;
  store.putAbout(name, index, answer.fact);
  return undefined;
}

function hostedSource(store: KnowledgeStore, name: PackageName, index: IndexUrl) {
  const link = sourceLink(store.about(name, index)?.links ?? []);
  return link === undefined ? undefined : hostedRepository(link);
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

function isDue(learntAt: number | undefined, { services, refresh }: HealthOptions): boolean {
  if (services.configuration.offline) return false;
  return refresh || learntAt === undefined || learntAt < services.now() - dayMs;
}

function learning({ client, store, signal, now }: Services): HealthLearning {
  return { client, store, signal, now };
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
