import { safeText } from "../util/terminal-text.ts";
import type { Palette } from "./palette.ts";
import { table, usableColumns } from "./table.ts";
import { ageText, counted, durationText, lines } from "./wording.ts";

/** Where a message of the queue stands. */
export interface QueueRow {
  readonly id: string;
  readonly type: string;
  /** Package and version, project, or whatever else the message is about. */
  readonly subject: string;
  readonly state: string;
  readonly priority: number;
  readonly attempts: number;
  readonly ageMs: number | undefined;
  /** Delayed: how long it still waits. */
  readonly waitMs: number | undefined;
  readonly reason: string | undefined;
}

interface QueueTextOptions {
  readonly columns: number | undefined;
  readonly color: Palette;
}

/** `thoth queue list`; `hidden` more would come after these. */
export function renderQueue(
  rows: readonly QueueRow[],
  hidden: number,
  { columns, color }: QueueTextOptions,
): string {
  const anyReason = rows.some(({ reason }) => reason !== undefined);
  const heading = ["ID", "TYPE", "WHAT", "STATE", "PRIORITY", "TRIES", "AGE"];
  const cells = rows.map((row) => [
    ...[row.id, row.type, row.subject, stateText(row)].map(safeText),
    String(row.priority),
    String(row.attempts),
    row.ageMs === undefined ? "unknown" : ageText(row.ageMs),
    ...(anyReason ? [safeText(row.reason ?? "")] : []),
  ]);
  const all = table(cells, {
    columns: usableColumns(columns),
    heading: anyReason ? [...heading, "REASON"] : heading,
    color,
  });
  const more = hidden > 0 ? [color.faint(`and ${hidden} more (--limit shows more)`)] : [];
  return lines([...all, ...more]);
}

function stateText({ state, waitMs }: QueueRow): string {
  if (waitMs === undefined) return state;
  return `${state}, ${durationText(Math.max(0, waitMs))}`;
}

const states = ["ready", "delayed", "in-work", "paused", "dead"] as const;

/** Numbers of messages of one type. */
export interface QueueCounts {
  readonly type: string;
  readonly counts: Readonly<Record<(typeof states)[number], number>>;
}

/** `thoth queue stats`. */
export function renderQueueStats(
  types: readonly QueueCounts[],
  facts: { readonly paused: readonly string[]; readonly oldestMs: number | undefined },
  { columns, color }: QueueTextOptions,
): string {
  const heading = ["TYPE", ...states.map((state) => state.toUpperCase())];
  const rows = types.map(({ type, counts }) => [
    safeText(type),
    ...states.map((state) => String(counts[state])),
  ]);
  const sums = states.map((state) =>
    String(types.reduce((sum, { counts }) => sum + counts[state], 0)),
  );
  const shown = rows.length > 1 ? [...rows, ["all", ...sums]] : rows;
  return lines([
    ...(rows.length === 0
      ? ["The queue is empty"]
      : table(shown, { columns: usableColumns(columns), heading, color })),
    ...(facts.oldestMs === undefined
      ? []
      : [`The oldest that is not dead came ${ageText(facts.oldestMs)} ago`]),
    ...facts.paused.map((type) => color.warning(`${safeText(type)} is paused`)),
  ]);
}

/** `1 message dropped`. */
export function messagesText(count: number, happened: string): string {
  return `${counted(count, "message")} ${happened}`;
}
