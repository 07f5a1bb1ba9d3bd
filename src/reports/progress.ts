import type { Ora } from "ora";
import type { Emit, Event } from "../model/event.ts";
import { safeText } from "../util/terminal-text.ts";
import { renderWarning } from "./diagnostic.ts";
import { failureText, tellingLine } from "./failure-text.ts";
import type { Palette } from "./palette.ts";
import { clip } from "./table.ts";

/** A stream that may be a terminal; `process.stderr` is one. */
export type ProgressStream = NodeJS.WritableStream & {
  readonly isTTY?: boolean;
  readonly columns?: number;
};

/** What is told while work goes on. */
export interface ProgressOptions {
  /** Normally `process.stderr`; never stdout, which is for the result. */
  readonly stream: ProgressStream;
  readonly quiet: boolean;
  readonly json: boolean;
  readonly color: Palette;
}

/** Takes events until stopped; `stop` leaves the terminal as it was and may be called twice. */
export interface Progress {
  readonly emit: Emit;
  readonly stop: () => void;
}

/**
 * Tells what goes on: on a terminal one line that changes, elsewhere one line a stage at most.
 * Nothing with `--quiet`, nor with `--json` when nobody is watching. Warnings and rejected
 * releases get lines that stay.
 */
export function startProgress(options: ProgressOptions): Progress {
  const { stream, color } = options;
  if (options.quiet || (options.json && !stream.isTTY)) return { emit: () => {}, stop: () => {} };
  const line = isWatched(stream) ? spinnerLine(stream, color) : stageLines(stream);
  const told = new Set<string>();
  const tell = (text: string) => {
    if (told.has(text)) return;
    told.add(text);
    stream.write(`${text}\n`);
  };
  return {
    emit: (event) => {
      const lasting = lastingText(event, color);
      if (lasting === undefined) line.show(event);
      else tell(lasting);
    },
    stop: line.stop,
  };
}

interface ProgressLine {
  show(event: Event): void;
  stop(): void;
}

// ora divides by the columns: 0 of them (some ptys) makes it loop for ever
function isWatched(stream: ProgressStream): boolean {
  return stream.isTTY === true && (stream.columns ?? 0) > 0;
}

function lastingText(event: Event, color: Palette): string | undefined {
  if (event.type === "warning") return renderWarning(event, color);
  if (event.type !== "rejected") return undefined;
  const release = safeText(event.release);
  const detail = clip(safeText(tellingLine(event.detail)), 160);
  const why = detail === "" ? "" : `: ${detail}`;
  return `rejected ${release}, it ${failureText(event.failure)}${color.faint(why)}`;
}

function stageLines(stream: ProgressStream): ProgressLine {
  let last: string | undefined;
  return {
    show(event) {
      if (event.type !== "stage" && event.type !== "progress") return;
      if (event.stage === last) return;
      last = event.stage;
      stream.write(`${progressText(event)}\n`);
    },
    stop() {},
  };
}

function progressText(event: Event & { readonly type: "stage" | "progress" }): string {
  const stage = safeText(event.stage);
  if (event.type === "stage") {
    return event.detail === undefined ? stage : `${stage}: ${safeText(event.detail)}`;
  }
  const current = event.current === undefined ? "" : ` ${safeText(event.current)}`;
  return event.total > 0 ? `${stage} ${event.done}/${event.total}${current}` : `${stage}${current}`;
}

function spinnerLine(stream: ProgressStream, color: Palette): ProgressLine {
  let spinner: Ora | undefined;
  let text = "";
  let stopped = false;
  const start = async () => {
    const { default: ora } = await import("ora");
    // It may all be over before ora is loaded (70 ms).
    if (stopped || !isWatched(stream)) return;
    spinner = ora({
      text: fitted(text),
      stream,
      // Asked for by a terminal that is watched; ora itself would be silent where CI is set
      isEnabled: true,
      hideCursor: false,
      discardStdin: false,
      color: color.enabled ? "cyan" : false,
    }).start();
  };
  const fitted = (whole: string) => clip(whole, Math.max(1, (stream.columns ?? 0) - 4));
  const stop = () => {
    stopped = true;
    spinner?.stop();
    spinner = undefined;
  };
  return {
    show(event) {
      if (stopped || (event.type !== "stage" && event.type !== "progress")) return;
      const first = text === "";
      text = progressText(event);
      if (first) void start();
      else if (!isWatched(stream)) stop();
      else if (spinner !== undefined) spinner.text = fitted(text);
    },
    stop,
  };
}
