import { messageKey } from "../messaging/message-fields.ts";
import { type LaneName, laneOfTask } from "../model/lane.ts";
import type { Message } from "../model/message.ts";
import type { Task } from "../model/task.ts";
import { type ErrorCode, ThothError } from "../util/errors.ts";

/** Something outside that fails, and whatever needs it waits: an index, or this machine's disk. */
export interface Obstacle {
  /** Address of an index, "this machine", or one lane on it. */
  readonly place: string;
  readonly reason: string;
  /** Failures in a row. */
  readonly failures: number;
  /** ms since the epoch. */
  readonly since: number;
  /** When it is tried again, ms since the epoch. */
  readonly until: number;
}

export const thisMachine = "this machine";

const firstWaitMs = 1000;
const longestWaitMs = 60_000;

const ofTheIndex: ReadonlySet<ErrorCode> = new Set<ErrorCode>(["index-unreachable", "time-limit"]);
// A cluster that tasks run in is to a lane what the machine is
const ofTheMachine: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  "broker-refused",
  "broker-unreachable",
  "cluster-refused",
  "cluster-unreachable",
  "disk-full",
  "machine-busy",
  "no-sandbox",
  "store-unwritable",
  "queue-unusable",
]);

/** Which failure is whose: a message's own, or that of a place that fails for all. */
export class Obstacles {
  readonly #now: () => number;
  readonly #random: () => number;
  readonly #open = new Map<string, Obstacle>();
  readonly #worked = new Map<string, number>();
  readonly #failing = new Map<string, number>();

  constructor(options: { readonly now: () => number; readonly random?: () => number }) {
    this.#now = options.now;
    this.#random = options.random ?? Math.random;
  }

  all(): readonly Obstacle[] {
    return [...this.#open.values()];
  }

  /** Places that are not to be tried now. */
  blocked(): readonly string[] {
    const now = this.#now();
    // A clock that was set back must not make a wait longer than any wait is
    return this.all()
      .filter(({ until }) => until > now && until - now <= 2 * longestWaitMs)
      .map(({ place }) => place);
  }

  /** How long a place is not to be tried, ms. */
  waitMs(place: string): number {
    const wait = (this.#open.get(place)?.until ?? 0) - this.#now();
    return Math.min(Math.max(0, wait), longestWaitMs);
  }

  /** Returns whether it was one that failed before. */
  worked(place: string): boolean {
    this.#worked.set(place, this.#now());
    return this.#open.delete(place);
  }

  /** Waits before it is tried again: 1, 2, 4 … 60 s, spread. Undefined while it waits already. */
  failed(place: string, reason: string): Obstacle | undefined {
    if (this.blocked().includes(place)) return undefined;
    const before = this.#open.get(place);
    const now = this.#now();
    const failures = (before?.failures ?? 0) + 1;
    const wait = Math.min(firstWaitMs * 2 ** (failures - 1), longestWaitMs);
    const until = now + Math.round(wait * (0.5 + this.#random() / 2));
    const obstacle = { place, reason, failures, since: before?.since ?? now, until };
    this.#open.set(place, obstacle);
    return obstacle;
  }

  /**
   * Whether a place is to blame for the failure of a message, rather than the message: it failed,
   * and nothing worked there since this message first failed. So one broken page of an index that
   * else works uses up its tries, and an index that is away uses up nobody's.
   */
  excuses(place: string, message: Message): boolean {
    const key = messageKey(message);
    const first = this.#failing.get(key) ?? this.#now();
    const worked = this.#worked.get(place);
    const excused = worked === undefined || worked < first;
    this.#failing.set(key, excused ? first : this.#now() + 1);
    return excused;
  }

  forget(message: Message): void {
    if (this.#failing.size > 0) this.#failing.delete(messageKey(message));
  }
}

/** The place that a task's failure speaks of; undefined where the message itself is to blame. */
export function placeOf(cause: unknown, task: Task): string | undefined {
  if (!(cause instanceof ThothError)) return undefined;
  if (ofTheMachine.has(cause.code)) return laneHere(laneOfTask[task.kind]);
  return ofTheIndex.has(cause.code) ? indexOf(task) : undefined;
}

/** Whether a failure is one of the disk that store and queue are on. */
export function isOfTheMachine(error: unknown): error is ThothError {
  return error instanceof ThothError && ofTheMachine.has(error.code);
}

/** Places where a task that succeeds shows that they work. */
export function placesOf(task: Task): readonly string[] {
  const index = indexOf(task);
  return [laneHere(laneOfTask[task.kind]), ...(index === undefined ? [] : [index])];
}

/** One kind of work on this machine: a full /tmp may stop installations and nothing else. */
export function laneHere(lane: LaneName): string {
  return `${lane} on ${thisMachine}`;
}

/** The index that a task asks. */
export function indexOf(task: Task): string | undefined {
  if ("release" in task) return task.release.index;
  return "index" in task ? task.index : undefined;
}
