import { ownIdentity, type ProcessIdentity } from "../util/process-identity.ts";
import type { Lease, QueueEntry } from "./queue-entry.ts";

/** Times are milliseconds. */
export const queueRules = {
  defaultPriority: 10,
  leaseMs: 300_000,
  /** Rejections after which a message is a dead letter. */
  failures: 5,
  /** Deliveries after which it is one though nobody rejected it: its consumers all died of it. */
  deliveries: 50,
  firstDelayMs: 1000,
  longestDelayMs: 300_000,
  /** The longest delay with all that chance may add. */
  longestWaitMs: 450_000,
};

/** Clocks and chance for tests. */
export interface QueueSurroundings {
  /** ms since the epoch; default Date.now. */
  readonly now?: () => number;
  /** ms of a clock that nobody sets, the same for all processes since the boot; default `now`, if that is given. */
  readonly ticks?: () => number;
  /** 0 to 1; default Math.random. */
  readonly random?: () => number;
}

/** What the rules need to know of the world. */
export interface QueueWorld {
  readonly now: number;
  readonly ticks: number;
  /** 0 to 1; spreads retries. */
  readonly random: number;
  readonly isDead: (process: ProcessIdentity) => boolean;
}

/** The world at this moment. */
export function worldNow(
  surroundings: QueueSurroundings,
  isDead: (process: ProcessIdentity) => boolean,
): QueueWorld {
  const { now = Date.now, ticks = surroundings.now ?? monotonic, random } = surroundings;
  return { now: now(), ticks: ticks(), random: (random ?? Math.random)(), isDead };
}

function monotonic(): number {
  return Number(process.hrtime.bigint() / 1_000_000n);
}

/** A lease of this process that begins now. */
export function newLease(leaseMs: number, { now, ticks }: QueueWorld): Lease {
  return { until: now + leaseMs, ticks: ticks + leaseMs, ms: leaseMs, by: ownIdentity() };
}

/** A rejected message waits twice as long each time, give or take a half. */
export function retryAt(failures: number, { now, random }: QueueWorld): number {
  const delay = Math.min(queueRules.firstDelayMs * 2 ** failures, queueRules.longestDelayMs);
  return now + Math.round(delay * (0.5 + random));
}

/**
 * Whether a lease is measured by the clock that nobody sets. It is where holder and reader share
 * the boot: then no jump of the clock ends a lease, or lengthens it.
 */
export function isByTicks(lease: Lease): lease is Lease & { readonly ticks: number } {
  const { host, boot } = ownIdentity();
  return (
    lease.ticks !== undefined && boot !== "" && lease.by.boot === boot && lease.by.host === host
  );
}

/** Whether some living consumer has it in hand. */
export function isLeased({ lease }: QueueEntry, world: QueueWorld): boolean {
  return lease !== undefined && !isOver(lease, world) && !world.isDead(lease.by);
}

export function leaseLength({ ms }: Lease): number {
  return ms ?? queueRules.leaseMs;
}

/** Longer than it was given for, a lease waits only if the clock was set back: it ends. */
function isOver(lease: Lease, { now, ticks }: QueueWorld): boolean {
  const left = isByTicks(lease) ? lease.ticks - ticks : lease.until - now;
  return left <= 0 || left > leaseLength(lease);
}

/** Whether it is too early to try again; a clock that was set back makes nothing wait for long. */
export function isDelayed({ notBefore }: QueueEntry, { now }: QueueWorld): boolean {
  return notBefore > now && notBefore - now <= queueRules.longestWaitMs;
}
