import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Task } from "../model/task.ts";
import { errorCode, writeAtomic } from "../util/atomic-write.ts";
import { isRecord } from "../util/json.ts";
import { acquireLock, LockTimeoutError } from "../util/process-lock.ts";

type Kind = Task["kind"];

/** How long work took on this machine, for telling people how long they wait. */
export interface WorkTimes {
  /** A batch begins. The answer is told how many of its tasks succeeded: failures are soon over. */
  begin(kind: Kind): (succeeded: number) => void;
  /** Wall time that passes per task, several in work at once or not; undefined if never measured. */
  meanMs(kind: Kind): number | undefined;
  /** Writes down what was measured. */
  close(): Promise<void>;
}

/** Tasks done, and the wall time that went by while any of their kind was in work. */
interface Work {
  readonly tasks: number;
  readonly ms: number;
}

/** Batches of one kind that are in work, and up to when their time was counted. */
interface Busy {
  batches: number;
  countedTo: number;
}

const schema = "1.0.0";
const writeEveryMs = 5000;
const lockTimeoutMs = 2000;
/** Past this, older times count half: the machine and the network change. */
const mostTasks = 500;

/**
 * Times in `work-times.json` of a store, those of all its processes together. Opening touches
 * nothing. That they can't be kept is no harm: waiting times are unknown then.
 */
export function openWorkTimes(storeDirectory: string, now: () => number = monotonic): WorkTimes {
  return new FileWorkTimes(join(storeDirectory, "work-times.json"), now);
}

/** A clock that nobody sets. */
function monotonic(): number {
  return performance.now();
}

class FileWorkTimes implements WorkTimes {
  readonly #path: string;
  readonly #now: () => number;
  readonly #fresh = new Map<Kind, Work>();
  readonly #busy = new Map<Kind, Busy>();
  #known: ReadonlyMap<string, Work> | undefined;
  #writtenAt = Number.NEGATIVE_INFINITY;
  #last: Promise<void> = Promise.resolve();

  constructor(path: string, now: () => number) {
    this.#path = path;
    this.#now = now;
  }

  begin(kind: Kind): (succeeded: number) => void {
    const busy = this.#busy.get(kind) ?? { batches: 0, countedTo: 0 };
    this.#busy.set(kind, busy);
    if (busy.batches === 0) busy.countedTo = this.#now();
    busy.batches += 1;
    return (succeeded) => {
      busy.batches -= 1;
      if (succeeded === 0) return;
      const now = this.#now();
      this.#record(kind, { tasks: succeeded, ms: now - busy.countedTo });
      busy.countedTo = now;
    };
  }

  meanMs(kind: Kind): number | undefined {
    this.#known ??= read(this.#path);
    const work = sum(this.#known.get(kind), this.#fresh.get(kind));
    return work.tasks === 0 ? undefined : work.ms / work.tasks;
  }

  async close(): Promise<void> {
    await this.#last;
    await this.#write();
  }

  #record(kind: Kind, work: Work): void {
    this.#fresh.set(kind, sum(this.#fresh.get(kind), work));
    if (this.#now() - this.#writtenAt < writeEveryMs) return;
    this.#writtenAt = this.#now();
    this.#last = this.#last.then(() => this.#write());
  }

  async #write(): Promise<void> {
    if (this.#fresh.size === 0) return;
    try {
      const lock = await acquireLock(`${this.#path}.lock`, { timeoutMs: lockTimeoutMs });
      try {
        const kinds = new Map(read(this.#path));
        for (const [kind, work] of this.#fresh) kinds.set(kind, aged(sum(kinds.get(kind), work)));
        const text = JSON.stringify({ schema, kinds: Object.fromEntries(kinds) }, null, 2);
        writeAtomic(this.#path, `${text}\n`);
        this.#fresh.clear();
        this.#known = kinds;
      } finally {
        lock.release();
      }
    } catch (error) {
      if (errorCode(error) === undefined && !(error instanceof LockTimeoutError)) throw error;
    }
  }
}

const none: Work = { tasks: 0, ms: 0 };

function sum(left: Work = none, right: Work = none): Work {
  return { tasks: left.tasks + right.tasks, ms: left.ms + right.ms };
}

function aged({ tasks, ms }: Work): Work {
  return tasks > mostTasks ? { tasks: tasks / 2, ms: ms / 2 } : { tasks, ms };
}

/** Nothing where there is no file, or one that is damaged. */
function read(path: string): ReadonlyMap<string, Work> {
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(path, "utf8"));
  } catch {
    return new Map();
  }
  const kinds = isRecord(value) && isRecord(value["kinds"]) ? value["kinds"] : {};
  const works = Object.entries(kinds).map(([kind, work]) => ({ kind, work }));
  return new Map(works.flatMap(({ kind, work }) => (isWork(work) ? [[kind, work] as const] : [])));
}

function isWork(value: unknown): value is Work {
  return (
    isRecord(value) &&
    typeof value["tasks"] === "number" &&
    value["tasks"] > 0 &&
    typeof value["ms"] === "number" &&
    value["ms"] >= 0
  );
}
