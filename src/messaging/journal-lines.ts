import { ThothError } from "../util/errors.ts";
import { parsedJson } from "../util/json.ts";
import type { QueueEntry } from "./queue-entry.ts";
import { areOperations, type QueueOperation } from "./queue-operation.ts";
import type { QueueState } from "./queue-state.ts";

/** A new operation needs a new major version: who does not know it must not pass over it. */
const schema = { major: 2, text: "2.0.0" };
const entriesInLine = 1000;

/** The first line of a journal. */
export function headerLine(nextId: number): string {
  return `${JSON.stringify({ queue: schema.text, nextId })}\n`;
}

/** What a line says; undefined if it is damaged. */
export function parseLine(
  line: string,
):
  | { readonly operations: readonly QueueOperation[] }
  | { readonly schema: unknown; readonly nextId: number }
  | undefined {
  const value = parsedJson(line);
  if (areOperations(value)) return { operations: value };
  if (typeof value !== "object" || value === null || !("queue" in value)) return undefined;
  const nextId = "nextId" in value && Number.isSafeInteger(value.nextId) ? Number(value.nextId) : 1;
  return { schema: value.queue, nextId };
}

/** Throws for a journal that only a later Thoth can read. */
export function checkSchema(found: unknown, path: string): "current" | "old" {
  const major = typeof found === "string" ? Number(found.split(".")[0]) : Number.NaN;
  if (major === schema.major) return "current";
  if (major < schema.major) return "old";
  throw new ThothError("queue-unusable", `\`${path}\` was written by a newer Thoth (${found})`, {
    hint: "use that Thoth, or name another folder with --store",
  });
}

/** A journal without history, in pieces. */
export function* stateLines(state: QueueState, nextId: number): Iterable<Buffer> {
  yield Buffer.from(headerLine(nextId));
  for (const operations of stateOperations(state)) {
    yield Buffer.from(`${JSON.stringify(operations)}\n`);
  }
}

/** What makes an empty queue into this one, but for the ids that it gave before; in pieces. */
export function* stateOperations(state: QueueState): Iterable<readonly QueueOperation[]> {
  let entries: QueueEntry[] = [];
  for (const entry of allEntries(state)) {
    entries.push(entry);
    if (entries.length < entriesInLine) continue;
    yield [{ op: "put", entries }];
    entries = [];
  }
  if (entries.length > 0) yield [{ op: "put", entries }];
  const pauses = [...state.paused].map((type): QueueOperation => ({ op: "pause", type }));
  if (pauses.length > 0) yield pauses;
}

function* allEntries(state: QueueState): Iterable<QueueEntry> {
  for (const { entry } of state.living()) yield entry;
  yield* state.dead();
}
