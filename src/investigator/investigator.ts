import type { Delivery, MessageQueue } from "../messaging/queue.ts";
import type { Message } from "../model/message.ts";
import type { TaskResult } from "../model/task.ts";
import type { Engine } from "../workflow/engine.ts";
import { reactionTo } from "./handlers.ts";

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
 * The one consumer of all messages: handles what is ready until nothing is. A message is
 * acknowledged only once what it led to is durable; stopped in between, it comes back.
 */
export async function investigate(options: InvestigatorOptions): Promise<Investigation> {
  const { queue, signal, accept, batch = 1000 } = options;
  const failures: { message: Message; cause: unknown }[] = [];
  let handled = 0;
  while (!signal.aborted) {
    const deliveries = await queue.claim(batch, accept === undefined ? {} : { accept });
    if (deliveries.length === 0) break;
    const results = await settle(deliveries, options);
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

async function settle(
  deliveries: readonly Delivery[],
  options: InvestigatorOptions,
): Promise<readonly TaskResult[]> {
  const { queue, engine, flush } = options;
  try {
    const results = await react(deliveries, engine);
    await flush();
    const follow = results.flatMap((result) => (result.ok ? result.follow : []));
    // Before the acknowledgement: a crash in between repeats messages, it loses none
    if (follow.length > 0) await queue.publish(follow, { priority: 1 });
    await queue.ack(deliveries.filter((_, position) => results[position]?.ok).map(({ id }) => id));
    await refuse(deliveries, results, options);
    return results;
  } catch (error) {
    await queue.release(deliveries.map(({ id }) => id));
    throw error;
  }
}

/** Runs the tasks that messages lead to; results in the order of the deliveries. */
async function react(
  deliveries: readonly Delivery[],
  engine: Engine,
): Promise<readonly TaskResult[]> {
  const reactions = deliveries.map(({ message }) => reactionTo(message.type, message));
  const tasks = reactions.flatMap((reaction) => (reaction.kind === "park" ? [] : [reaction]));
  const results = (await engine.run(tasks)).values();
  return reactions.map((reaction): TaskResult => {
    if (reaction.kind === "park") return { ok: false, final: true, ...parked(reaction.reason) };
    return results.next().value ?? { ok: false, ...parked(`${reaction.kind} was not run`) };
  });
}

function parked(reason: string) {
  return { reason, cause: new Error(reason) };
}

/**
 * What failed waits to be tried again, or is given up where trying again is of no use; what was
 * merely stopped goes back as if never taken.
 */
async function refuse(
  deliveries: readonly Delivery[],
  results: readonly TaskResult[],
  { queue, signal }: InvestigatorOptions,
): Promise<void> {
  const stopped: string[] = [];
  for (const [position, result] of results.entries()) {
    const delivery = deliveries[position];
    if (result.ok || delivery === undefined) continue;
    if (result.final) await queue.bury(delivery.id, result.reason);
    else if (signal.aborted) stopped.push(delivery.id);
    else await queue.reject(delivery.id, result.reason);
  }
  if (stopped.length > 0) await queue.release(stopped);
}
