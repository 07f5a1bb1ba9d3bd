import type { PageChanges } from "../solver/page-changes.ts";
import type { Services } from "../wiring.ts";
import { endedCoolDowns } from "./ended-cool-downs.ts";
import {
  type DownIndex,
  type FailedPage,
  type MessageCounts,
  RefreshRound,
} from "./refresh-round.ts";
import { type RefreshScope, type RefreshTarget, refreshTargets } from "./refresh-targets.ts";
import { unscannedMessages, unsolvedMessages } from "./unlearnt.ts";
import { usedRuntimes } from "./used-runtimes.ts";

export interface RefreshOptions extends RefreshScope {
  /** Most releases that are queued to be solved, and most to be scanned. */
  readonly max: number;
  /** Asks and queues nothing; tells what would be. */
  readonly dryRun: boolean;
}

/** What a refresh came to. */
export interface Refreshed {
  /** Packages looked at, one for each index. */
  readonly packages: number;
  /** Those whose list of releases is younger than the freshness. */
  readonly fresh: number;
  readonly asked: number;
  /** Of those asked: the index, or the serial of its page, says so without comparing files. */
  readonly notModified: number;
  /** Packages that are known for the first time now. */
  readonly firstSeen: number;
  readonly changes: readonly PageChanges[];
  readonly failed: readonly FailedPage[];
  readonly down: readonly DownIndex[];
  readonly queued: MessageCounts;
  /** Releases to be solved or scanned beyond `max`. */
  readonly beyond: number;
  readonly requests: number;
  readonly bytes: number;
}

/**
 * Asks the indexes what changed of packages, and queues what follows from it: new, vanished and
 * changed releases, the newest that were not solved where they are used, those installed that were
 * not scanned, and those that a cool-down kept out of a watched project until now. Stopped by its signal, it keeps what it learnt.
 */
export async function refresh(services: Services, options: RefreshOptions): Promise<Refreshed> {
  const { store, configuration, client, signal } = services;
  const targets = await refreshTargets(services, options);
  const limit = services.now() - configuration.freshnessMs;
  const stale = targets.filter(({ name, source }) => {
    const checkedAt = store.releases(name, source.url)?.checkedAt;
    return checkedAt === undefined || checkedAt < limit;
  });
  const before = client.traffic();
  const round = new RefreshRound(services);
  try {
    if (!options.dryRun) await round.ask(stale);
  } finally {
    await store.flush();
  }
  signal.throwIfAborted();
  const beyond = await queueUnlearnt(services, targets, options, round);
  const traffic = client.traffic();
  return {
    packages: targets.length,
    fresh: targets.length - stale.length,
    asked: options.dryRun ? stale.length : round.asked,
    notModified: round.notModified,
    firstSeen: round.firstSeen,
    changes: round.changes,
    failed: round.failed,
    down: round.down(),
    queued: round.queued(),
    beyond,
    requests: traffic.requests - before.requests,
    bytes: traffic.bytes - before.bytes,
  };
}

/** How many releases were left out since they are more than `max`. */
async function queueUnlearnt(
  services: Services,
  targets: readonly RefreshTarget[],
  { max, dryRun }: RefreshOptions,
  round: RefreshRound,
): Promise<number> {
  const unsolved = unsolvedMessages(services, targets, await usedRuntimes(services));
  const unscanned = services.configuration.security ? unscannedMessages(services, targets) : [];
  const ended = await endedCoolDowns(services);
  const messages = [...unsolved.slice(0, max), ...unscanned.slice(0, max), ...ended];
  if (messages.length > 0 && !dryRun) await services.queue().publish(messages);
  round.messages.push(...messages);
  return Math.max(0, unsolved.length - max) + Math.max(0, unscanned.length - max);
}
