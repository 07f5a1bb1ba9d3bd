import { isMessageType, messageSpecs } from "../messaging/message-fields.ts";
import type { QueuedMessage, QueuedState } from "../messaging/queue.ts";
import type { MessageType } from "../model/message.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { messageSubject } from "../reports/message-subject.ts";
import {
  messagesText,
  type QueueRow,
  renderQueue,
  renderQueueStats,
} from "../reports/queue-table.ts";
import { didYouMean } from "../util/did-you-mean.ts";
import { ThothError } from "../util/errors.ts";
import { safeText } from "../util/terminal-text.ts";
import type { Services } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { readMessages } from "./message-input.ts";
import { withServices } from "./with-services.ts";

export interface ListFlags {
  readonly states: readonly QueuedState[];
  readonly types: readonly string[];
  readonly limit: number | undefined;
}

/** Lines that a person reads at a time. */
const shown = 50;

/** `thoth queue list`: messages in the order in which they would be delivered. */
export function listQueue(flags: ListFlags, context: CommandContext): Promise<CommandResult> {
  return withQueue(context, async ({ queue, now }) => {
    const { states } = flags;
    const types = flags.types.map(messageType);
    const all = await queue().list({
      ...(states.length === 0 ? {} : { states }),
      ...(types.length === 0 ? {} : { types }),
    });
    const limit = flags.limit ?? (context.json ? all.length : shown);
    const messages = all.slice(0, limit);
    const hidden = all.length - messages.length;
    if (context.json) return told(listDocument(messages, hidden));
    if (all.length > 0) {
      const options = { columns: context.columns, color: context.color.stdout };
      return told(
        renderQueue(
          messages.map((one) => rowOf(one, now())),
          hidden,
          options,
        ),
      );
    }
    const isFiltered = states.length > 0 || types.length > 0;
    return told(isFiltered ? "The queue has no such message\n" : "The queue is empty\n");
  });
}

function rowOf(one: QueuedMessage, now: number): QueueRow {
  const { id, state, priority, attempts, publishedAt, dueAt, reason, message } = one;
  return {
    ...{ id, state, priority, attempts, reason },
    type: message.type,
    subject: messageSubject(message),
    ageMs: publishedAt === undefined ? undefined : now - publishedAt,
    waitMs: dueAt === undefined ? undefined : dueAt - now,
  };
}

function listDocument(messages: readonly QueuedMessage[], hidden: number): string {
  const times = messages.map(({ id, publishedAt, dueAt }) => [
    id,
    { publishedAt: isoTime(publishedAt), dueAt: isoTime(dueAt) },
  ]);
  return jsonDocument({
    schema: "thoth.queue",
    version: "1.0",
    messages: messages.map(({ publishedAt, dueAt, ...rest }) => rest),
    more: hidden,
    meta: { times: Object.fromEntries(times) },
  });
}

function isoTime(ms: number | undefined): string | undefined {
  return ms === undefined ? undefined : new Date(ms).toISOString();
}

/** `thoth queue stats`: how many messages of each type wait for what. */
export function countQueue(context: CommandContext): Promise<CommandResult> {
  return withQueue(context, async ({ queue, now }) => {
    const { states, oldest } = await queue().stats();
    const paused = await queue().paused();
    if (context.json) {
      return told(
        jsonDocument({
          schema: "thoth.queue-stats",
          version: "1.0",
          types: states,
          paused: [...paused].sort(),
          meta: { oldest: isoTime(oldest) },
        }),
      );
    }
    const types = Object.entries(states).map(([type, counts]) => ({ type, counts }));
    types.sort((a, b) => (a.type < b.type ? -1 : 1));
    const oldestMs = oldest === undefined ? undefined : now() - oldest;
    const options = { columns: context.columns, color: context.color.stdout };
    return told(renderQueueStats(types, { paused: [...paused].sort(), oldestMs }, options));
  });
}

/** `thoth queue retry`: dead letters are delivered again. Exit 1 if some id is of none. */
export function retryMessages(
  ids: readonly string[] | "all",
  context: CommandContext,
): Promise<CommandResult> {
  return withQueue(context, async ({ queue }) => {
    const found = await queue().list({ states: ["dead"] });
    const known = new Set(found.map(({ id }) => id));
    const refused = ids === "all" ? [] : ids.filter((id) => !known.has(id));
    const count = await queue().retry(ids);
    const notes = refused.map((id) => `${safeText(id)} is not the id of a dead letter`);
    return changed(context, { count, happened: "will be delivered again", notes });
  });
}

/** `thoth queue drop`: removes messages for good. Exit 1 if some can't be removed. */
export function dropMessages(
  ids: readonly string[],
  context: CommandContext,
): Promise<CommandResult> {
  return withQueue(context, async ({ queue }) => {
    const states = new Map((await queue().list()).map(({ id, state }) => [id, state]));
    const count = await queue().drop(ids);
    const notes = ids.flatMap((id) => {
      const state = states.get(id);
      if (state === undefined) return [`${safeText(id)} is not the id of a message`];
      return state === "in-work" ? [`${id} is in work: it was not dropped`] : [];
    });
    return changed(context, { count, happened: "dropped", notes });
  });
}

/** `thoth queue pause` and `resume`. */
export function setPaused(
  named: string,
  isPaused: boolean,
  context: CommandContext,
): Promise<CommandResult> {
  return withQueue(context, async ({ queue }) => {
    const type = messageType(named);
    if (isPaused) await queue().pause(type);
    else await queue().resume(type);
    const { states } = await queue().stats();
    const counts = states[type];
    const waiting = (counts?.ready ?? 0) + (counts?.delayed ?? 0) + (counts?.paused ?? 0);
    if (context.json) {
      const paused = [...(await queue().paused())].sort();
      return told(jsonDocument({ schema: "thoth.queue-paused", version: "1.0", paused }));
    }
    const what = isPaused ? "is paused until it is resumed" : "goes on";
    return told(`${type} ${what}: ${messagesText(waiting, "waiting")}\n`);
  });
}

/** `thoth queue send`: all messages of a file or of standard input, or none. */
export async function sendMessages(
  file: string,
  priority: number | undefined,
  context: CommandContext,
): Promise<CommandResult> {
  const messages = await readMessages(file, context);
  return withQueue(context, async ({ queue }) => {
    const count = await queue().publish(messages, priority === undefined ? {} : { priority });
    const before = messages.length - count;
    const notes = before > 0 ? [messagesText(before, "waited already")] : [];
    return { ...changed(context, { count, happened: "sent", notes }), exitCode: 0 };
  });
}

function messageType(named: string): MessageType {
  if (isMessageType(named)) return named;
  const near = didYouMean(named, Object.keys(messageSpecs));
  throw new ThothError("usage", `no message has the type \`${safeText(named)}\``, {
    hint:
      near === undefined ? "`thoth queue stats` names those that wait" : `did you mean ${near}?`,
  });
}

function withQueue(
  context: CommandContext,
  use: (services: Services) => Promise<CommandResult>,
): Promise<CommandResult> {
  return withServices(context, context.workingDirectory, use);
}

function told(stdout: string): CommandResult {
  return { stdout, stderr: "", exitCode: 0 };
}

function changed(
  context: CommandContext,
  what: { readonly count: number; readonly happened: string; readonly notes: readonly string[] },
): CommandResult {
  const { count, happened, notes } = what;
  return {
    stdout: context.json
      ? jsonDocument({ schema: "thoth.queue-change", version: "1.0", messages: count })
      : `${messagesText(count, happened)}\n`,
    stderr: notes.map((note) => `${note}\n`).join(""),
    exitCode: notes.length === 0 ? 0 : 1,
  };
}
