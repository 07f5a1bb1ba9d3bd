import { join } from "node:path";
import { removeLeftovers, storageError } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { deadProcesses, processExists } from "../util/process-identity.ts";
import { acquireLock, LockTimeoutError } from "../util/process-lock.ts";
import { Journal } from "./journal.ts";
import { type Moment, PlannedQueue, type QueueKeeper } from "./planned-queue.ts";
import type { MessageQueue } from "./queue.ts";
import type { Plan } from "./queue-rules.ts";
import type { QueueState } from "./queue-state.ts";
import { type QueueSurroundings, type QueueWorld, worldNow } from "./queue-world.ts";

// Every call is over in milliseconds; whoever holds the lock longer was stopped.
const lockTimeoutMs = 30_000;

/**
 * A queue in a folder, shared by all processes of this machine, that survives kill -9: each call
 * is one line of a journal. What is published is on disk, synced, when the call resolves; other
 * calls are written but not synced: a power cut repeats work, it loses no message. What a process
 * held that died is delivered again at once. Opening touches nothing. Calls throw
 * `queue-unusable` or `disk-full`.
 */
export function openLocalQueue(folder: string, surroundings: QueueSurroundings = {}): MessageQueue {
  return new PlannedQueue(new LocalKeeper(folder, surroundings));
}

class LocalKeeper implements QueueKeeper {
  readonly #folder: string;
  readonly #journal: Journal;
  readonly #surroundings: QueueSurroundings;
  #last: Promise<unknown> = Promise.resolve();
  #tidied = false;

  constructor(folder: string, surroundings: QueueSurroundings) {
    this.#folder = folder;
    this.#journal = new Journal(folder);
    this.#surroundings = surroundings;
  }

  change<Answer>(plan: (moment: Moment) => Plan<Answer>): Promise<Answer> {
    return this.#inTurn(() => this.#underLock(plan));
  }

  look<Answer>(answer: (state: QueueState) => Answer): Promise<Answer> {
    return this.#inTurn(async () => {
      this.#journal.read();
      this.#settle();
      return answer(this.#journal.state);
    });
  }

  async close(): Promise<void> {
    await Promise.allSettled([this.#last]);
    this.#journal.close();
  }

  /** One call after another: within a process they would only wait for each other's lock. */
  #inTurn<Answer>(call: () => Promise<Answer>): Promise<Answer> {
    const turn = Promise.allSettled([this.#last]).then(async () => {
      try {
        return await call();
      } catch (error) {
        throw this.#explained(error);
      }
    });
    this.#last = turn;
    return turn;
  }

  async #underLock<Answer>(plan: (moment: Moment) => Plan<Answer>): Promise<Answer> {
    const lock = await acquireLock(join(this.#folder, "queue.lock"), { timeoutMs: lockTimeoutMs });
    const journal = this.#journal;
    try {
      if (!this.#tidied) removeLeftovers(this.#folder, processExists);
      this.#tidied = true;
      journal.read();
      const world = this.#settle();
      const { state, nextId } = journal;
      const { operations, answer } = plan({ state, world, nextId });
      if (operations.length > 0) journal.append(operations);
      return answer;
    } catch (error) {
      // What was planned did not come about
      journal.state.putBack();
      throw error;
    } finally {
      lock.release();
    }
  }

  #settle(): QueueWorld {
    const world = worldNow(this.#surroundings, deadProcesses());
    this.#journal.state.settle(world);
    return world;
  }

  #explained(error: unknown): unknown {
    if (!(error instanceof LockTimeoutError)) {
      return storageError(error, this.#folder, "queue-unusable");
    }
    return new ThothError("queue-unusable", `\`${this.#folder}\` is in use by ${error.holder}`, {
      hint: "end that process, or wait for it, and run again",
      cause: error,
    });
  }
}
