import type { Message, MessageType } from "../model/message.ts";
import { checkMessage } from "./codec.ts";
import { messageKey } from "./message-fields.ts";
import type { ClaimOptions, Delivery } from "./queue.ts";
import type { QueueEntry } from "./queue-entry.ts";
import type { QueueOperation } from "./queue-operation.ts";
import type { QueueState } from "./queue-state.ts";
import { newLease, type QueueWorld, queueRules, retryAt } from "./queue-world.ts";

/** What a call does to the queue, and what it answers. States were settled before. */
export interface Plan<Answer> {
  readonly operations: readonly QueueOperation[];
  readonly answer: Answer;
}

/** Answers the number added. Throws MessageError for a message that is not valid. */
export function planPublish(
  state: QueueState,
  messages: readonly Message[],
  options: { readonly priority: number; readonly nextId: number; readonly now: number },
): Plan<number> {
  const { priority } = options;
  const fresh = new Map<string, Message>();
  const raised: number[] = [];
  for (const message of messages.map(checkMessage)) {
    const waiting = state.waiting(message);
    if (waiting === undefined) fresh.set(messageKey(message), message);
    else if (waiting.priority > priority) raised.push(waiting.id);
  }
  const entries = [...fresh.values()].map((message, position) =>
    newEntry(message, { ...options, id: options.nextId + position }),
  );
  const operations: QueueOperation[] = [];
  if (entries.length > 0) operations.push({ op: "put", entries });
  if (raised.length > 0) operations.push({ op: "raise", ids: raised, priority });
  return { operations, answer: entries.length };
}

function newEntry(
  message: Message,
  { id, priority, now }: { readonly id: number; readonly priority: number; readonly now: number },
): QueueEntry {
  return { id, message, priority, attempt: 0, failures: 0, notBefore: 0, since: now };
}

/** Hands out what is ready, and buries what nobody can take. */
export function planClaim(
  state: QueueState,
  options: ClaimOptions & { readonly limit: number },
  world: QueueWorld,
): Plan<readonly Delivery[]> {
  const operations: QueueOperation[] = [];
  for (const [{ entry }, reason] of state.unfit) {
    operations.push({ op: "bury", ids: [entry.id], reason });
  }
  const taken = state.take(options.limit, options.accept);
  if (taken.length > 0) {
    const lease = newLease(options.leaseMs ?? queueRules.leaseMs, world);
    operations.push({ op: "claim", ids: taken.map(({ id }) => id), lease });
  }
  const answer = taken.map(({ id, message, attempt }) => ({
    id: `${id}.${attempt + 1}`,
    message,
    attempt: attempt + 1,
  }));
  return { operations, answer };
}

/** What is done is done, even if the lease ended meanwhile, unless somebody else has it in hand. */
export function planAck(state: QueueState, ids: readonly string[]): Plan<void> {
  const done = ids.filter((id) => isCurrent(state, id) || !state.isInWork(entryId(id)));
  return plan(
    "ack",
    done.map(entryId).filter((id) => state.entry(id) !== undefined),
  );
}

/** Answers the deliveries that are no longer in hand. */
export function planExtend(
  state: QueueState,
  ids: readonly string[],
  leaseMs: number,
  world: QueueWorld,
): Plan<readonly string[]> {
  const held = ids.filter((id) => isCurrent(state, id)).map(entryId);
  const answer = ids.filter((id) => !isCurrent(state, id));
  if (held.length === 0) return { operations: [], answer };
  return { operations: [{ op: "extend", ids: held, lease: newLease(leaseMs, world) }], answer };
}

export function planReject(
  state: QueueState,
  id: string,
  reason: string,
  world: QueueWorld,
): Plan<void> {
  const entry = state.entry(entryId(id));
  if (entry === undefined || !isCurrent(state, id)) return nothing;
  if (entry.failures + 1 >= queueRules.failures) return planBury(state, id, reason);
  const notBefore = retryAt(entry.failures, world);
  return { operations: [{ op: "retry", id: entry.id, notBefore }], answer: undefined };
}

export function planBury(state: QueueState, id: string, reason: string): Plan<void> {
  if (!isCurrent(state, id)) return nothing;
  return { operations: [{ op: "bury", ids: [entryId(id)], reason }], answer: undefined };
}

export function planRelease(state: QueueState, ids: readonly string[]): Plan<void> {
  return plan("release", ids.filter((id) => isCurrent(state, id)).map(entryId));
}

/** Dead letters become new entries, so that no late answer to the old ones is taken for theirs. */
export function planRetry(
  state: QueueState,
  ids: readonly string[] | "all",
  options: { readonly nextId: number; readonly now: number },
): Plan<number> {
  const wanted = ids === "all" ? undefined : new Set(ids);
  const letters = [...state.dead()].filter(({ id }) => wanted?.has(String(id)) !== false);
  const entries = letters
    .filter(({ message }) => state.waiting(message) === undefined)
    .map(({ message, priority }, position) =>
      newEntry(message, { priority, id: options.nextId + position, now: options.now }),
    );
  const operations: QueueOperation[] = [];
  if (letters.length > 0) operations.push({ op: "ack", ids: letters.map(({ id }) => id) });
  if (entries.length > 0) operations.push({ op: "put", entries });
  return { operations, answer: letters.length };
}

/** Removes for good what nobody has in hand. */
export function planDrop(state: QueueState, ids: readonly string[]): Plan<number> {
  const dropped = [...new Set(ids.map(Number))].filter(
    (id) => state.entry(id) !== undefined && !state.isInWork(id),
  );
  return { ...plan("ack", dropped), answer: dropped.length };
}

export function planPause(
  state: QueueState,
  op: "pause" | "resume",
  type: MessageType,
): Plan<void> {
  if (state.paused.has(type) === (op === "pause")) return nothing;
  return { operations: [{ op, type }], answer: undefined };
}

const nothing: Plan<void> = { operations: [], answer: undefined };

function plan(op: "ack" | "release", ids: readonly number[]): Plan<void> {
  return ids.length === 0 ? nothing : { operations: [{ op, ids }], answer: undefined };
}

/** A delivery's id names its attempt, so that a late answer is not taken for that of a later one. */
function isCurrent(state: QueueState, id: string): boolean {
  const entry = state.entry(entryId(id));
  return entry?.lease !== undefined && id === `${entry.id}.${entry.attempt}`;
}

function entryId(id: string): number {
  return Number(id.split(".")[0]);
}
