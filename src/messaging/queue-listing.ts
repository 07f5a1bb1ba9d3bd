import type { Message, MessageType } from "../model/message.ts";
import type { ListOptions, QueuedMessage, QueuedState, QueueStats, StateCounts } from "./queue.ts";
import type { QueueEntry } from "./queue-entry.ts";
import type { QueueState } from "./queue-state.ts";

/** Of these messages, those that wait or are in work. */
export function unsettledOf(state: QueueState, messages: readonly Message[]): readonly Message[] {
  return messages.filter((message) => state.waiting(message) !== undefined);
}

export function deadLettersOf(
  state: QueueState,
): readonly { id: string; message: Message; reason: string }[] {
  return [...state.dead()].map(({ id, message, dead = "" }) => ({
    id: String(id),
    message,
    reason: dead,
  }));
}

/** The numbers of a state that was settled. */
export function statsOf(state: QueueState): QueueStats {
  const states: Partial<Record<MessageType, Record<QueuedState, number>>> = {};
  const byType: Partial<Record<MessageType, number>> = {};
  const total = { ...none };
  const count = (type: MessageType, at: QueuedState, number: number) => {
    states[type] ??= { ...none };
    states[type][at] += number;
    total[at] += number;
    if (at !== "dead") byType[type] = (byType[type] ?? 0) + number;
  };
  for (const [type, { ready, delayed, "in-work": inWork }] of state.counts) {
    if (ready + delayed + inWork === 0) continue;
    count(type, state.paused.has(type) ? "paused" : "ready", ready);
    count(type, "delayed", delayed);
    count(type, "in-work", inWork);
  }
  for (const { message } of state.dead()) count(message.type, "dead", 1);
  const [first] = state.living();
  const ready = total.ready + total.delayed + total.paused;
  const { "in-work": leased, dead } = total;
  return { ready, leased, dead, byType, states, oldest: first?.entry.since };
}

const none: StateCounts = { ready: 0, delayed: 0, "in-work": 0, paused: 0, dead: 0 };
const order: readonly QueuedState[] = ["in-work", "ready", "delayed", "paused", "dead"];

/** The entries of a state that was settled, for people. */
export function listOf(state: QueueState, options: ListOptions): readonly QueuedMessage[] {
  const { states, types, limit } = options;
  const chosen = [...allEntries(state)].filter(
    (one) =>
      states?.includes(one.state) !== false && types?.includes(one.entry.message.type) !== false,
  );
  chosen.sort(
    (a, b) =>
      order.indexOf(a.state) - order.indexOf(b.state) ||
      (a.state === "delayed" ? a.entry.notBefore - b.entry.notBefore : 0) ||
      a.entry.priority - b.entry.priority ||
      a.entry.id - b.entry.id,
  );
  return chosen.slice(0, limit).map(({ entry, state: at }) => ({
    id: String(entry.id),
    message: entry.message,
    state: at,
    priority: entry.priority,
    attempts: entry.attempt,
    publishedAt: entry.since,
    ...(at === "delayed" ? { dueAt: entry.notBefore } : {}),
    ...(entry.dead === undefined ? {} : { reason: entry.dead }),
  }));
}

function* allEntries(state: QueueState): Iterable<{ entry: QueueEntry; state: QueuedState }> {
  for (const { entry, place } of state.living()) {
    if (place === "gone") continue;
    const isPaused = place === "ready" && state.paused.has(entry.message.type);
    yield { entry, state: isPaused ? "paused" : place };
  }
  for (const entry of state.dead()) yield { entry, state: "dead" };
}
