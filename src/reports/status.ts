import type { Estimate } from "../model/estimate.ts";
import type { AdviceRun } from "../model/run.ts";
import { safeText } from "../util/terminal-text.ts";
import { estimateText } from "./estimate-text.ts";
import type { ResultOptions } from "./results.ts";
import { table, usableColumns } from "./table.ts";
import { ageText, counted, lines } from "./wording.ts";

/** A run, with what can be said of it now. */
export interface RunStatus {
  readonly run: AdviceRun;
  /** The shortest beginning of its id that is no other run's. */
  readonly short: string;
  /** Present while it waits. */
  readonly estimate?: Estimate;
  /** Path of the report that it left. */
  readonly report?: string;
}

/** One message that a run waits for. */
export interface AwaitedMessage {
  readonly text: string;
  /** As in the queue; "settled" if it is there no more. */
  readonly state: string;
  readonly reason?: string;
}

/** How much the queue holds. */
export interface QueueLine {
  readonly ready: number;
  readonly leased: number;
  readonly dead: number;
}

interface StatusOptions extends ResultOptions {
  /** ms since the epoch. */
  readonly now: number;
  readonly verbose: boolean;
}

const mostRuns = 20;
const mostMessages = 10;

/** `thoth status`: the runs, the newest first, and one line on the queue. */
export function renderRuns(
  runs: readonly RunStatus[],
  queue: QueueLine,
  options: StatusOptions,
): string {
  const { color, columns, now, verbose } = options;
  const shown = verbose ? runs : runs.slice(0, mostRuns);
  const reports = shown.some(({ report }) => report !== undefined);
  const rows = shown.map((status) => [
    safeText(status.short),
    safeText(stateText(status)),
    safeText(status.run.project),
    age(status.run.startedAt, now),
    ...(reports ? [safeText(status.report ?? "")] : []),
  ]);
  const heading = ["RUN", "STATE", "PROJECT", "BEGAN", ...(reports ? ["REPORT"] : [])];
  const hidden = runs.length - shown.length;
  const none = "No advice waits for anything; `thoth advise --no-wait` starts a run that does";
  return lines([
    ...(rows.length === 0
      ? [none]
      : table(rows, { columns: usableColumns(columns), heading, color })),
    ...(hidden > 0 ? [color.faint(`and ${hidden} older ones (-v shows all)`)] : []),
    queueLine(queue),
  ]);
}

/** `thoth status RUN`: all that is known of one. */
export function renderRun(
  status: RunStatus,
  messages: readonly AwaitedMessage[],
  options: StatusOptions,
): string {
  const { run, report } = status;
  const { color, columns, now, verbose } = options;
  const causes = run.causes.map(
    ({ type, package_name, package_version }) =>
      `${type}: ${package_name}${package_version === null ? "" : ` ${package_version}`}`,
  );
  const facts = [
    ["project", run.project],
    [
      "runtime",
      run.runtime ?? (run.python === null ? "the project's own" : `Python ${run.python}`),
    ],
    ["began", age(run.startedAt, now)],
    ["advised", counted(run.passes, "time")],
    ...causes.map((cause) => ["because of", cause]),
    ...(run.problem === undefined ? [] : [["problem", run.problem]]),
    ...(report === undefined ? [] : [["report", report]]),
  ];
  const shown = verbose ? messages : messages.slice(0, mostMessages);
  const hidden = messages.length - shown.length;
  return lines([
    color.strong(`Run ${safeText(run.id)}: ${safeText(stateText(status))}`),
    ...table(
      facts.map((row) => ["", ...row.map(safeText)]),
      { columns: usableColumns(columns) },
    ),
    ...shown.map((one) => messageLine(one, options)),
    ...(hidden > 0 ? [color.faint(`and ${hidden} more (-v shows all)`)] : []),
  ]);
}

function messageLine({ text, state, reason }: AwaitedMessage, { color }: StatusOptions): string {
  const line = safeText(`${state}: ${text}${reason === undefined ? "" : `: ${reason}`}`);
  return state === "dead" ? color.error(line) : line;
}

/** What a run came to, or how long it waits. */
function stateText({ run, estimate }: RunStatus): string {
  if (run.state === "failed") return `failed: ${run.problem ?? "nobody knows why"}`;
  if (run.state === "done") return doneText(run);
  if (estimate === undefined || estimate.facts === 0) return "due, for `thoth investigate`";
  return `waits for ${estimateText(estimate)}`;
}

function doneText({ outcome, lock, purpose }: AdviceRun): string {
  if (outcome === "unsatisfiable") return "no stack";
  if (outcome === "incomplete") return "incomplete: what is missing could not be learnt";
  if (lock === "written") return "locked";
  if (lock === "unchanged") return "locked before";
  return purpose === "watched" && lock === "dry-run" ? "proposes a lock" : "locked, not written";
}

function queueLine({ ready, leased, dead }: QueueLine): string {
  const given = dead === 0 ? "" : `, ${dead} given up (\`thoth queue list --state dead\`)`;
  return `Queue: ${counted(ready, "message")} waiting, ${leased} in work${given}`;
}

function age(time: string, now: number): string {
  return `${ageText(Math.max(0, now - Date.parse(time)))} ago`;
}
