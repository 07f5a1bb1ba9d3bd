import type { Message, MessageType } from "../model/message.ts";
import { ownIdentity, type ProcessIdentity } from "../util/process-identity.ts";
import { checkMessage, MessageError } from "./codec.ts";
import { messageKey } from "./message-fields.ts";
import type { ClaimOptions, Delivery, ListOptions, QueuedMessage, QueuedState } from "./queue.ts";
import type { QueueEntry, QueueOperation, QueueState } from "./queue-state.ts";

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
};

/** A clock and chance for tests. */
export interface QueueSurroundings {
  /** ms since the epoch; default Date.now. */
  readonly now?: () => number;
  /** 0 to 1; default Math.random. */
  readonly random?: () => number;
}

/** What the rules need to know of the world. */
export interface QueueWorld {
  readonly now: number;
  /** 0 to 1; spreads retries. */
  readonly random: number;
  readonly isDead: (process: ProcessIdentity) => boolean;
}

/** The operations that publishing comes to. Throws MessageError for a message that is not valid. */
export function planPublish(
  state: QueueState,
  messages: readonly Message[],
  options: { readonly priority: number; readonly nextId: number; readonly now: number },
): { readonly operations: readonly QueueOperation[]; readonly added: number } {
  const { priority, nextId, now } = options;
  const fresh = new Map<string, Message>();
  const raised: number[] = [];
  for (const message of messages.map(checkMessage)) {
    const waiting = state.waiting(message);
    if (waiting === undefined) fresh.set(messageKey(message), message);
    else if (waiting.priority > priority) raised.push(waiting.id);
  }
  const entries = [...fresh.values()].map((message, position) => ({
    id: nextId + position,
    message,
    priority,
    attempt: 0,
    failures: 0,
    notBefore: 0,
    since: now,
  }));
  const operations: QueueOperation[] = [];
  if (entries.length > 0) operations.push({ op: "put", entries });
  if (raised.length > 0) operations.push({ op: "raise", ids: raised, priority });
  return { operations, added: entries.length };
}

/** Hands out what is ready, and buries what nobody can take. */
export function planClaim(
  state: QueueState,
  options: Required<Pick<ClaimOptions, "leaseMs">> & ClaimOptions & { readonly limit: number },
  world: QueueWorld,
): { readonly operations: readonly QueueOperation[]; readonly deliveries: readonly Delivery[] } {
  const operations: QueueOperation[] = [];
  const taken: QueueEntry[] = [];
  for (const entry of readyEntries(state, world)) {
    if (taken.length >= options.limit) break;
    const obstacle = obstacleOf(entry);
    if (obstacle === undefined) {
      if (options.accept?.(entry.message) !== false) taken.push(entry);
    } else operations.push({ op: "bury", ids: [entry.id], reason: obstacle });
  }
  if (taken.length > 0) {
    const lease = { until: world.now + options.leaseMs, by: ownIdentity() };
    operations.push({ op: "claim", ids: taken.map(({ id }) => id), lease });
  }
  const deliveries = taken.map(({ id, message, attempt }) => ({
    id: `${id}.${attempt + 1}`,
    message,
    attempt: attempt + 1,
  }));
  return { operations, deliveries };
}

/** What is done is done, even if the lease ended meanwhile, unless somebody else has it in hand. */
export function planAck(
  state: QueueState,
  ids: readonly string[],
  world: QueueWorld,
): QueueOperation[] {
  const done = ids
    .map((id) => ({ id, entry: state.entry(entryId(id)) }))
    .filter(
      ({ id, entry }) => entry !== undefined && (isCurrent(entry, id) || !isLeased(entry, world)),
    );
  return done.length === 0 ? [] : [{ op: "ack", ids: done.map(({ id }) => entryId(id)) }];
}

export function planReject(
  state: QueueState,
  id: string,
  reason: string,
  world: QueueWorld,
): QueueOperation[] {
  const entry = state.entry(entryId(id));
  if (entry === undefined || !isCurrent(entry, id)) return [];
  const failures = entry.failures + 1;
  if (failures >= queueRules.failures) return [{ op: "bury", ids: [entry.id], reason }];
  const delay = Math.min(queueRules.firstDelayMs * 2 ** entry.failures, queueRules.longestDelayMs);
  return [
    { op: "retry", id: entry.id, notBefore: world.now + Math.round(delay * (0.5 + world.random)) },
  ];
}

export function planBury(state: QueueState, id: string, reason: string): QueueOperation[] {
  const entry = state.entry(entryId(id));
  if (entry === undefined || !isCurrent(entry, id)) return [];
  return [{ op: "bury", ids: [entry.id], reason }];
}

export function planRelease(state: QueueState, ids: readonly string[]): QueueOperation[] {
  const held = ids.filter((id) => {
    const entry = state.entry(entryId(id));
    return entry !== undefined && isCurrent(entry, id);
  });
  return held.length === 0 ? [] : [{ op: "release", ids: held.map(entryId) }];
}

/** Lengthens what is still in hand, and says what is not. */
export function planExtend(
  state: QueueState,
  ids: readonly string[],
  leaseMs: number,
  world: QueueWorld,
): { readonly operations: readonly QueueOperation[]; readonly lost: readonly string[] } {
  const isHeld = (id: string) => {
    const entry = state.entry(entryId(id));
    return entry !== undefined && isCurrent(entry, id);
  };
  const held = ids.filter(isHeld).map(entryId);
  const lease = { until: world.now + leaseMs, by: ownIdentity() };
  return {
    operations: held.length === 0 ? [] : [{ op: "extend", ids: held, lease }],
    lost: ids.filter((id) => !isHeld(id)),
  };
}

/** Dead letters become new entries, so that no late answer to the old ones is taken for theirs. */
export function planRetry(
  state: QueueState,
  ids: readonly string[] | "all",
  options: { readonly nextId: number; readonly now: number },
): { readonly operations: readonly QueueOperation[]; readonly count: number } {
  const wanted = ids === "all" ? undefined : new Set(ids.map(Number));
  const letters = [...state.entries()].filter(
    ({ id, dead }) => dead !== undefined && wanted?.has(id) !== false,
  );
  const fresh = letters.filter(({ message }) => state.waiting(message) === undefined);
  const entries = fresh.map(({ message, priority }, position) => ({
    id: options.nextId + position,
    message,
    priority,
    attempt: 0,
    failures: 0,
    notBefore: 0,
    since: options.now,
  }));
  const operations: QueueOperation[] = [];
  if (letters.length > 0) operations.push({ op: "ack", ids: letters.map(({ id }) => id) });
  if (entries.length > 0) operations.push({ op: "put", entries });
  return { operations, count: letters.length };
}

/** Removes for good what nobody has in hand. */
export function planDrop(
  state: QueueState,
  ids: readonly string[],
  world: QueueWorld,
): { readonly operations: readonly QueueOperation[]; readonly count: number } {
  const dropped = [...new Set(ids.map(Number))].filter((id) => {
    const entry = state.entry(id);
    return entry !== undefined && !isLeased(entry, world);
  });
  const operations: QueueOperation[] = dropped.length === 0 ? [] : [{ op: "ack", ids: dropped }];
  return { operations, count: dropped.length };
}

export function planPause(
  state: QueueState,
  op: "pause" | "resume",
  type: MessageType,
): QueueOperation[] {
  return state.paused.has(type) === (op === "pause") ? [] : [{ op, type }];
}

/** Of these messages, those that wait or are in work. */
export function unsettledOf(state: QueueState, messages: readonly Message[]): readonly Message[] {
  return messages.filter((message) => state.waiting(message) !== undefined);
}

export function stateOf(state: QueueState, entry: QueueEntry, world: QueueWorld): QueuedState {
  if (entry.dead !== undefined) return "dead";
  if (isLeased(entry, world)) return "in-work";
  if (entry.notBefore > world.now) return "delayed";
  return state.paused.has(entry.message.type) ? "paused" : "ready";
}

const stateOrder: readonly QueuedState[] = ["in-work", "ready", "delayed", "paused", "dead"];

export function listOf(
  state: QueueState,
  options: ListOptions,
  world: QueueWorld,
): readonly QueuedMessage[] {
  const { states, types, limit } = options;
  const chosen = [...state.entries()]
    .map((entry) => ({ entry, state: stateOf(state, entry, world) }))
    .filter(
      (one) =>
        states?.includes(one.state) !== false && types?.includes(one.entry.message.type) !== false,
    );
  chosen.sort(
    (a, b) =>
      stateOrder.indexOf(a.state) - stateOrder.indexOf(b.state) ||
      (a.state === "delayed" ? a.entry.notBefore - b.entry.notBefore : 0) ||
      a.entry.priority - b.entry.priority ||
      a.entry.id - b.entry.id,
  );
  return chosen.slice(0, limit).map((one) => ({
    id: String(one.entry.id),
    message: one.entry.message,
    state: one.state,
    priority: one.entry.priority,
    attempts: one.entry.attempt,
    publishedAt: one.entry.since,
    ...(one.state === "delayed" ? { dueAt: one.entry.notBefore } : {}),
    ...(one.entry.dead === undefined ? {} : { reason: one.entry.dead }),
  }));
}

/** Whether some living consumer has it in hand. */
export function isLeased(entry: QueueEntry, world: QueueWorld): boolean {
  return (
    entry.lease !== undefined && entry.lease.until > world.now && !world.isDead(entry.lease.by)
  );
}

export function deadLettersOf(
  state: QueueState,
): readonly { id: string; message: Message; reason: string }[] {
  return [...state.entries()].flatMap(({ id, message, dead }) =>
    dead === undefined ? [] : [{ id: String(id), message, reason: dead }],
  );
}

function readyEntries(state: QueueState, world: QueueWorld): QueueEntry[] {
  const ready: QueueEntry[] = [];
  for (const entry of state.entries()) {
    if (state.paused.has(entry.message.type)) continue;
    const waits = entry.dead !== undefined || entry.notBefore > world.now;
    if (!waits && !isLeased(entry, world)) ready.push(entry);
  }
  return ready.sort((a, b) => a.priority - b.priority || a.id - b.id);
}

/** Why nobody can take a message: it is from another version of Thoth, or its consumers die of it. */
function obstacleOf(entry: QueueEntry): string | undefined {
  if (entry.attempt >= queueRules.deliveries) {
    return `delivered ${entry.attempt} times and never acknowledged`;
  }
  try {
    checkMessage(entry.message);
    return undefined;
  } catch (error) {
    if (error instanceof MessageError) return error.message;
    throw error;
  }
}

/** A delivery's id names its attempt, so that a late answer is not taken for that of a later one. */
function isCurrent(entry: QueueEntry, id: string): boolean {
  return entry.lease !== undefined && id === `${entry.id}.${entry.attempt}`;
}

function entryId(id: string): number {
  return Number(id.split(".")[0]);
}
