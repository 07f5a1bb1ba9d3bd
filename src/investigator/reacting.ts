import type { Delivery, MessageQueue } from "../messaging/queue.ts";
import type { Message } from "../model/message.ts";
import type { Reaction, TaskResult } from "../model/task.ts";
import type { Engine } from "../workflow/engine.ts";
import { reactionTo } from "./handlers.ts";

/** Runs the tasks that messages lead to; results in the order of the deliveries. */
export async function react(
  deliveries: readonly Delivery[],
  engine: Engine,
): Promise<readonly TaskResult[]> {
  const reactions = deliveries.map(({ message }) => reactionTo(message.type, message));
  const tasks = reactions.flatMap((reaction) => (reaction.kind === "park" ? [] : [reaction]));
  const results = (await engine.run(tasks)).values();
  return reactions.map((reaction): TaskResult => {
    if (reaction.kind === "park") return { ...failed(new Error(reaction.reason)), final: true };
    return results.next().value ?? failed(new Error(`${reaction.kind} was not run`));
  });
}

/** The result of a task that something thrown ended. */
export function failed(cause: unknown): Extract<TaskResult, { readonly ok: false }> {
  return { ok: false, reason: cause instanceof Error ? cause.message : String(cause), cause };
}

/** What a message leads to; of one that this program can't read, that it is parked. */
export function reactionOf(message: Message): Reaction {
  try {
    return reactionTo(message.type, message);
  } catch (error) {
    // Another Thoth sent it, and no schema was held against it yet: the claim will bury it
    if (!(error instanceof TypeError)) throw error;
    return { kind: "park", reason: "it can't be read" };
  }
}

/** What is to become of messages whose tasks were run. */
export interface Verdict {
  readonly done: readonly Delivery[];
  /** Tried again later, which counts. */
  readonly retry: readonly { readonly delivery: Delivery; readonly reason: string }[];
  /** Given up. */
  readonly bury: readonly { readonly delivery: Delivery; readonly reason: string }[];
  /** Given back as if never taken. */
  readonly release: readonly Delivery[];
}

/** Tells the queue. Only once what the tasks led to is on disk. */
export async function settle(queue: MessageQueue, verdict: Verdict): Promise<void> {
  if (verdict.done.length > 0) await queue.ack(verdict.done.map(({ id }) => id));
  for (const { delivery, reason } of verdict.bury) await queue.bury(delivery.id, reason);
  for (const { delivery, reason } of verdict.retry) await queue.reject(delivery.id, reason);
  if (verdict.release.length > 0) await queue.release(verdict.release.map(({ id }) => id));
}

/**
 * What failed waits to be tried again, or is given up where trying again is of no use; what was
 * merely stopped, or what the surroundings are to blame for, goes back.
 */
export function verdictOn(
  deliveries: readonly Delivery[],
  results: readonly TaskResult[],
  blameless: (position: number) => boolean,
): Verdict {
  const done: Delivery[] = [];
  const release: Delivery[] = [];
  const retry: { delivery: Delivery; reason: string }[] = [];
  const bury: { delivery: Delivery; reason: string }[] = [];
  for (const [position, delivery] of deliveries.entries()) {
    const result = results[position] ?? failed(new Error("nobody handled it"));
    if (result.ok) done.push(delivery);
    else if (result.final === true) bury.push({ delivery, reason: result.reason });
    else if (blameless(position)) release.push(delivery);
    else retry.push({ delivery, reason: result.reason });
  }
  return { done, retry, bury, release };
}
