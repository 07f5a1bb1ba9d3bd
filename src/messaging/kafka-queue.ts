import { deadProcesses } from "../util/process-identity.ts";
import type { BrokerSettings } from "./broker-settings.ts";
import type { DeadCopy, Patience } from "./kafka-log.ts";
import { SharedLog } from "./kafka-shared-log.ts";
import { messageKey } from "./message-fields.ts";
import { type Moment, PlannedQueue, type QueueKeeper } from "./planned-queue.ts";
import type { MessageQueue } from "./queue.ts";
import type { QueueOperation } from "./queue-operation.ts";
import type { Plan } from "./queue-rules.ts";
import type { QueueState } from "./queue-state.ts";
import { type QueueSurroundings, type QueueWorld, worldNow } from "./queue-world.ts";

/** How long a call waits for a cluster that went away, ms. */
const patienceMs = 60_000;

/**
 * A queue for many machines, kept by Kafka. Its topic `PREFIX.queue` is what the journal is to the
 * local queue: every call is one record in one order that all processes see alike, and each
 * process has the state that the records make. A call is planned on the newest state, and its
 * record counts only if none that counts came in between, else it is planned again. So a message
 * is given to one process, a record that a client sent twice counts once, priorities and numbers
 * are right for all processes together, and nothing is rebalanced when processes come and go
 * (docs/kafka.md says more, also why it is no consumer group that shares the work).
 *
 * What a call did is on all replicas in sync when it resolves. Connects when first asked. A
 * cluster that goes away later is waited for, a minute, or until `signal` says that nobody
 * wants to wait. Calls throw `broker-unreachable`, `broker-refused` or `queue-unusable`; a call
 * that throws may have come about, and then is as good as done by somebody else.
 */
export function openKafkaQueue(
  settings: BrokerSettings,
  options: QueueSurroundings & { readonly signal?: AbortSignal } = {},
): MessageQueue {
  return new PlannedQueue(new KafkaKeeper(settings, options));
}

class KafkaKeeper implements QueueKeeper {
  readonly #settings: BrokerSettings;
  readonly #surroundings: QueueSurroundings;
  readonly #patience: Patience;
  readonly #closing = new AbortController();
  #shared: Promise<SharedLog> | undefined;
  #last: Promise<unknown> = Promise.resolve();

  constructor(
    settings: BrokerSettings,
    options: QueueSurroundings & { readonly signal?: AbortSignal },
  ) {
    const { signal, ...surroundings } = options;
    this.#settings = settings;
    this.#surroundings = surroundings;
    const ends = [this.#closing.signal, ...(signal === undefined ? [] : [signal])];
    this.#patience = { limitMs: patienceMs, signal: AbortSignal.any(ends) };
  }

  change<Answer>(plan: (moment: Moment) => Plan<Answer>): Promise<Answer> {
    return this.#inTurn(async (shared) => {
      for (;;) {
        const { state, nextId } = shared;
        const { operations, answer } = plan({ state, world: this.#settle(state), nextId });
        if (operations.length === 0) {
          // Nothing to do for what is known here: perhaps there is more to know
          if (await shared.isCurrent()) return answer;
          continue;
        }
        const copies = deadCopies(state, operations);
        if (copies.length > 0) await shared.copyDead(copies);
        if (await appended(shared, state, operations)) return answer;
      }
    });
  }

  look<Answer>(answer: (state: QueueState) => Answer): Promise<Answer> {
    return this.#inTurn(async (shared) => {
      await shared.isCurrent();
      const { state } = shared;
      this.#settle(state);
      return answer(state);
    });
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await Promise.allSettled([this.#last]);
    await this.#hangUp();
  }

  /** One call after another: within a process they would only be in each other's way. */
  #inTurn<Answer>(call: (shared: SharedLog) => Promise<Answer>): Promise<Answer> {
    const turn = Promise.allSettled([this.#last]).then(async () => {
      this.#shared ??= SharedLog.open(this.#settings, this.#patience);
      try {
        return await call(await this.#shared);
      } catch (error) {
        await this.#hangUp();
        throw error;
      }
    });
    this.#last = turn;
    return turn;
  }

  /** After an error everything is read anew: what came about of it is known then. */
  async #hangUp(): Promise<void> {
    const shared = this.#shared;
    this.#shared = undefined;
    await Promise.allSettled([shared?.then((open) => open.close())]);
  }

  #settle(state: QueueState): QueueWorld {
    const world = worldNow(this.#surroundings, deadProcesses());
    state.settle(world);
    return world;
  }
}

/** Whether it counts; else what was planned is forgotten. */
async function appended(
  shared: SharedLog,
  state: QueueState,
  operations: readonly QueueOperation[],
): Promise<boolean> {
  const counts = await shared.append(operations);
  if (counts) await shared.shorten();
  else state.putBack();
  return counts;
}

function deadCopies(state: QueueState, operations: readonly QueueOperation[]): readonly DeadCopy[] {
  return operations.flatMap((operation) =>
    operation.op !== "bury"
      ? []
      : operation.ids.flatMap((id) => {
          const entry = state.entry(id);
          if (entry === undefined) return [];
          const { message, attempt } = entry;
          const headers = { id: String(id), attempts: String(attempt), reason: operation.reason };
          return [{ key: messageKey(message), value: JSON.stringify(message), headers }];
        }),
  );
}
