import type { IndexUrl } from "../model/release.ts";
import type { PackageName } from "../python/name.ts";
import type { ReleaseHistory } from "../security/health/history.ts";
import { type HealthLearning, learnPackage } from "../security/health/learn-package.ts";
import { type GitService, learnRepository } from "../security/health/learn-repository.ts";
import {
  type HostedRepository,
  hostedRepository,
  sourceLink,
} from "../security/health/source-link.ts";
import { dayMs } from "../security/health/subject.ts";
import { learnPage } from "../solver/learn-page.ts";
import type { KnowledgeStore } from "../store/store.ts";
import type { Services } from "../wiring.ts";
import { announceChanges } from "./announce-changes.ts";
import type { IndexSources } from "./index-sources.ts";

/** What may be asked to see how projects fare. */
export interface HealthOptions {
  readonly services: Services;
  readonly sources: IndexSources;
  /** Those that may be asked; empty: none is. */
  readonly git: readonly GitService[];
  /** Ask for what was learnt within the last day, too. */
  readonly refresh: boolean;
}

/** Asks an index for the releases of a package, unless that was done within the day. */
export async function learnList(
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

/** Has the newest release's metadata and the project page read, likewise. */
export async function learnAbout(
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
export async function learnSource(
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

/** The repository that a package names as its source. */
export function hostedSource(
  store: KnowledgeStore,
  name: PackageName,
  index: IndexUrl,
): HostedRepository | undefined {
  const link = sourceLink(store.about(name, index)?.links ?? []);
  return link === undefined ? undefined : hostedRepository(link);
}

function isDue(learntAt: number | undefined, { services, refresh }: HealthOptions): boolean {
  if (services.configuration.offline) return false;
  return refresh || learntAt === undefined || learntAt < services.now() - dayMs;
}

function learning({ client, store, signal, now }: Services): HealthLearning {
  return { client, store, signal, now };
}
