import type { InspectionJob } from "../model/inspection.ts";
import { detailOf } from "./detail.ts";
import { type Fields, fieldsOf, numberField, textField } from "./fields.ts";

/** Of what one run prints, so many bytes are kept. */
export const stdoutLimit = 65_536;

const deepest = 100;

/** One run as python/inspect_stack.py tells it; undefined where it is not what that would say. */
export function inspectionJob(event: Fields): InspectionJob | undefined {
  const wall = numberField(event, "wallSeconds");
  const stdout = textField(event, "stdout");
  const exitCode = code(event["exitCode"]);
  const signal = code(event["signal"]);
  if (wall === undefined || wall < 0 || stdout === undefined) return undefined;
  if ((exitCode === null) === (signal === null)) return undefined;
  const cut = event["stdoutCut"] === true;
  return {
    exit_code: exitCode,
    signal,
    timed_out: event["timedOut"] === true,
    wall_seconds: Math.round(wall * 1e6) / 1e6,
    usage: Object.fromEntries(Object.entries(fieldsOf(event["usage"])).filter(isFigure)),
    stdout: cut ? stdout.slice(0, stdoutLimit) : printed(stdout.slice(0, stdoutLimit)),
    stdout_cut: cut,
    stderr: detailOf(textField(event, "stderr") ?? ""),
  };
}

/** The value where the text is a JSON object or list, else the text. */
function printed(text: string): unknown {
  if (!/^\s*[{[]/.test(text)) return text;
  try {
    const value: unknown = JSON.parse(text);
    return isDeeper(value, deepest) ? text : value;
  } catch (error) {
    if (error instanceof SyntaxError) return text;
    throw error;
  }
}

/** Whatever writes the value down goes into it by recursion. */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== "object" || value === null) return false;
  return levels === 0 || Object.values(value).some((item) => isDeeper(item, levels - 1));
}

function isFigure(entry: [string, unknown]): entry is [string, number] {
  const [name, value] = entry;
  return /^ru_[a-z]{1,12}$/.test(name) && typeof value === "number" && value >= 0;
}

function code(value: unknown): number | null {
  return typeof value === "number" && Number.isInteger(value) && value >= 0 ? value : null;
}
