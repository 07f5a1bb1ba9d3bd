import type { CheckReport, Condition, Finding } from "../model/checkup.ts";
import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import type { Palette } from "./palette.ts";
import { counted, durationText, lines, listed } from "./wording.ts";

const order: readonly Condition[] = ["broken", "unknown", "warning", "works"];

/** The worst that any check found. */
export function worstOf(reports: readonly CheckReport[]): Condition {
  const found = new Set(reports.flatMap(({ findings }) => findings).map((one) => one.condition));
  return order.find((condition) => found.has(condition)) ?? "works";
}

/** `thoth doctor` for people: a line for each finding, under it how to mend it. */
export function renderCheckup(
  reports: readonly CheckReport[],
  options: {
    readonly color: Palette;
    readonly verbosity: "quiet" | "normal" | "verbose";
    readonly ms: number;
  },
): string {
  const { verbosity } = options;
  const width = Math.max(...reports.map(({ name }) => name.length));
  const shown = verbosity === "quiet" ? [] : reports;
  return lines([
    ...shown.flatMap((report) => checkLines(report, width, options)),
    closing(reports, options.ms),
  ]);
}

const conditionWidth = Math.max(...order.map((condition) => condition.length));

function checkLines(
  { name, findings, ms }: CheckReport,
  width: number,
  { color, verbosity }: { readonly color: Palette; readonly verbosity: string },
): readonly string[] {
  if (findings.length === 0) {
    const off = `${name.padEnd(width)}  ${"-".padEnd(conditionWidth)}  not configured`;
    return verbosity === "verbose" ? [color.faint(off)] : [];
  }
  const indent = " ".repeat(width + conditionWidth + 4);
  return findings.flatMap(({ condition, text, hint }, at) => {
    const time = verbosity === "verbose" && at === 0 ? color.faint(` (${durationText(ms)})`) : "";
    const head = (at === 0 ? name : "").padEnd(width);
    const word = colorOf(condition, color)(condition.padEnd(conditionWidth));
    return [
      `${head}  ${word}  ${safeText(text)}${time}`,
      ...(hint === undefined ? [] : [`${indent}help: ${safeText(hint)}`]),
    ];
  });
}

function colorOf(condition: Condition, color: Palette): (text: string) => string {
  if (condition === "works") return color.good;
  return condition === "broken" ? color.error : color.warning;
}

function closing(reports: readonly CheckReport[], ms: number): string {
  const all = reports.flatMap(({ findings }) => findings);
  const count = (condition: Condition) => all.filter((one) => one.condition === condition).length;
  const [broken, warnings, unknown] = [count("broken"), count("warning"), count("unknown")];
  const parts = [
    ...(broken === 0 ? [] : [`${broken} broken`]),
    ...(warnings === 0 ? [] : [counted(warnings, "warning")]),
    ...(unknown === 0 ? [] : [`${unknown} unknown`]),
  ];
  const found = parts.length === 0 ? "everything works" : listed(parts);
  const looked = reports.filter(({ findings }) => findings.length > 0).length;
  return `Checked ${counted(looked, "thing")}: ${found} (${durationText(ms)})`;
}

/** `thoth doctor` for programs. */
export function checkupJson(reports: readonly CheckReport[], ms: number): string {
  return jsonDocument({
    schema: "thoth.doctor",
    version: "1.0",
    condition: worstOf(reports),
    checks: reports.map(({ name, findings }) => ({
      name,
      configured: findings.length > 0,
      findings: findings.map(told),
    })),
    meta: { ms, checks: Object.fromEntries(reports.map(({ name, ms: taken }) => [name, taken])) },
  });
}

function told({ condition, text, hint, facts = {} }: Finding) {
  return { condition, text, hint: hint ?? null, facts };
}
