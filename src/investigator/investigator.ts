import type { Delivery, MessageQueue } from "../messaging/queue.ts";
import type { Message } from "../model/message.ts";
import type { TaskResult } from "../model/task.ts";
import type { Engine } from "../workflow/engine.ts";
import { react, settle, verdictOn } from "./reacting.ts";

/** What one drain of the queue did. */
export interface Investigation {
  readonly handled: number;
  /** Messages that failed in this drain, with what was thrown; they stay in the queue. */
  readonly failures: readonly { readonly message: Message; readonly cause: unknown }[];
}

export interface InvestigatorOptions {
  readonly queue: MessageQueue;
  readonly engine: Engine;
  /** Makes what was learnt durable; called before messages are acknowledged. */
  readonly flush: () => Promise<void>;
  readonly signal: AbortSignal;
  /** Only these messages are taken; others are left to whoever they are for. */
  readonly accept?: (message: Message) => boolean;
  /** Most messages handled together. */
  readonly batch?: number;
}

/**
 * Handles what is ready until nothing is, all of a round at once: for who waits for these very
 * messages. Everybody's messages are handled by `attendQueue`. A message is acknowledged only once
 * what it led to is durable; stopped in between, it comes back.
 */
export async function investigate(options: InvestigatorOptions): Promise<Investigation> {
  const { queue, signal, accept, batch = 1000 } = options;
  const failures: { message: Message; cause: unknown }[] = [];
  let handled = 0;
  while (!signal.aborted) {
    const deliveries = await queue.claim(batch, accept === undefined ? {} : { accept });
    if (deliveries.length === 0) break;
    const results = await handle(deliveries, options);
    handled += deliveries.length;
    for (const [position, result] of results.entries()) {
      const delivery = deliveries[position];
      if (!result.ok && delivery !== undefined) {
        failures.push({ message: delivery.message, cause: result.cause });
      }
    }
  }
  return { handled, failures };
}

async function handle(
  deliveries: readonly Delivery[],
  options: InvestigatorOptions,
): Promise<readonly TaskResult[]> {
  const { queue, engine, flush, signal } = options;
  try {
    const results = await react(deliveries, engine);
    await flush();
    const follow = results.flatMap((result) => (result.ok ? result.follow : []));
    // Before the acknowledgement: a crash in between repeats messages, it loses none
    if (follow.length > 0) await queue.publish(follow, { priority: 1 });
    await settle(
      queue,
      verdictOn(deliveries, results, () => signal.aborted),
    );
    return results;
  } catch (error) {
    await queue.release(deliveries.map(({ id }) => id));
    throw error;
  }
}
