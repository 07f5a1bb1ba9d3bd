import type { Emit, Event } from "../model/event.ts";
import { safeText } from "../util/terminal-text.ts";
import { failureText } from "./failure-text.ts";
import { counted, durationText } from "./wording.ts";

export type LogFormat = "text" | "json";

/** Where a log goes, and how. */
export interface LogOptions {
  readonly stream: NodeJS.WritableStream;
  readonly format: LogFormat;
  /** ms since the epoch. */
  readonly now: () => number;
}

/**
 * A log of what a long-lived process does: with `text` a line for each group of messages and each
 * trouble, with `json` an object a line, for each message, too. Foreign text is made safe.
 */
export function startLog(options: LogOptions): { readonly emit: Emit; readonly stop: () => void } {
  const { stream, format, now } = options;
  const write = (line: string | undefined) => {
    if (line !== undefined) stream.write(`${line}\n`);
  };
  const emit: Emit = (event) => {
    const time = new Date(now()).toISOString();
    if (format === "json") write(jsonLine(time, event));
    else write(textLine(time, event));
  };
  return { emit, stop: () => {} };
}

type Level = "info" | "warning" | "error";

function levelOf(event: Event): Level | undefined {
  switch (event.type) {
    case "stage":
    case "progress":
    case "learnt":
    case "verified":
      return undefined;
    case "handled":
      return (
        {
          done: "info",
          retry: "warning",
          dead: "error",
          released: "info",
          lost: "warning",
        } as const
      )[event.outcome];
    case "obstacle":
    case "warning":
      return "warning";
    case "rejected":
    case "batch":
    case "obstacle-gone":
    case "investigator":
      return "info";
  }
}

function jsonLine(time: string, event: Event): string | undefined {
  const level = levelOf(event);
  if (level === undefined) return undefined;
  const { type, ...fields } = event;
  const safe = Object.entries(fields).map(([name, value]): [string, unknown] => [
    name,
    typeof value === "string" ? safeText(value) : value,
  ]);
  return JSON.stringify({ time, level, event: type, ...Object.fromEntries(safe) });
}

function textLine(time: string, event: Event): string | undefined {
  const text = textOf(event);
  return text === undefined ? undefined : `${time} ${text}`;
}

function textOf(event: Event): string | undefined {
  switch (event.type) {
    case "stage":
    case "progress":
    case "learnt":
    case "verified":
      return undefined;
    case "warning":
      return `warning: ${safeText(event.message)}`;
    case "rejected":
      return `${safeText(event.release)} ${failureText(event.failure)}`;
    case "handled":
      return handledText(event);
    case "batch": {
      const failed = event.failed > 0 ? `, ${event.failed} not done` : "";
      return `${event.lane}: ${counted(event.tasks, `${event.task} message`)}${failed} in ${durationText(event.durationMs)}`;
    }
    case "obstacle":
      return `waiting ${durationText(event.waitMs)} for ${safeText(event.place)}: ${safeText(event.reason)}`;
    case "obstacle-gone":
      return `${safeText(event.place)} works again`;
    case "investigator": {
      const detail = event.detail === "" ? "" : `: ${safeText(event.detail)}`;
      return `investigator ${event.state}${detail}`;
    }
  }
}

const outcomes = {
  retry: "failed",
  dead: "given up",
  lost: "taken over by another process",
};

function handledText(event: Extract<Event, { readonly type: "handled" }>): string | undefined {
  const { outcome, message, subject, reason } = event;
  if (outcome === "done" || outcome === "released") return undefined;
  const why = reason === undefined ? "" : `: ${safeText(reason)}`;
  return `${outcomes[outcome]}: ${message} ${safeText(subject)}${why}`;
}
