import type { AdviceReport, ReportedPin, ReportedRun } from "../model/advice-report.ts";
import { safeText } from "../util/terminal-text.ts";
import { type AdviceCounts, adviceCounts, changesText } from "./advice-counts.ts";
import { advisoriesText } from "./advisories-age.ts";
import { type DiagnosticOptions, renderConflict, renderWarning } from "./diagnostic.ts";
import { estimateText } from "./estimate-text.ts";
import type { Palette } from "./palette.ts";
import { pipelineLines } from "./pipeline.ts";
import { policyLines } from "./policy.ts";
import { scoreLines } from "./score.ts";
import { table, usableColumns } from "./table.ts";
import { ageText, counted, durationText, listed } from "./wording.ts";

/** How advice is told on a terminal. */
export interface AdviceTerminalOptions extends DiagnosticOptions {
  /** `process.stdout.columns`; any value will do. */
  readonly columns: number | undefined;
  /** "quiet": the closing sentence only; "verbose": every pin and every reason. */
  readonly verbosity: "quiet" | "normal" | "verbose";
}

/**
 * One advice in text. `result` belongs on stdout: what changed, why not the newest, what was
 * verified, and one closing sentence. `notices` belongs on stderr: warnings, and the conflict
 * where there is no stack. Each ends with a line break unless it is empty.
 */
export function renderAdvice(
  report: AdviceReport,
  options: AdviceTerminalOptions,
): { readonly result: string; readonly notices: string } {
  const { color, verbosity } = options;
  const counts = adviceCounts(report);
  const notices = report.warnings.map((warning) => renderWarning(warning, color));
  if (report.conflict !== undefined) {
    const file = report.project.manifest;
    notices.push(
      renderConflict(report.conflict, {
        ...options,
        file,
        verbose: verbosity === "verbose",
        above: notices
          .join("\n")
          .split("\n")
          .filter((line) => line !== "").length,
      }),
    );
  }
  const body =
    verbosity === "quiet" || report.outcome === "unsatisfiable"
      ? []
      : [
          ...changeLines(report, counts, options),
          ...reasonLines(report, options),
          ...movedLines(report, options),
          ...gapLines(report, options),
          ...policyLines(report.policy, {
            columns: usableColumns(options.columns),
            verbose: verbosity === "verbose",
            color,
          }),
          ...scoreLines(report, verbosity === "verbose"),
          ...verifiedLines(report, counts, options),
          ...(verbosity === "verbose"
            ? pipelineLines(report, { columns: usableColumns(options.columns) })
            : []),
          ...knowledgeLines(report),
          ...advisoryLines(report),
        ];
  return {
    result: block([...body, closing(report, counts, color)]),
    notices: block(notices),
  };
}

const mostReasons = 10;
const mostGaps = 10;
const mostUnverified = 4;
const signs = { added: "+", updated: "~", removed: "-", kept: " " } as const;

function block(lines: readonly string[]): string {
  return lines.length === 0 ? "" : `${lines.join("\n")}\n`;
}

function changeLines(
  report: AdviceReport,
  counts: AdviceCounts,
  options: AdviceTerminalOptions,
): readonly string[] {
  const verbose = options.verbosity === "verbose";
  const changed = report.pins.filter((pin) => verbose || pin.change !== "kept");
  // A first lock adds everything: what the Pipfile names says enough.
  const first = counts.added > 0 && counts.added === counts.pins && counts.removed === 0;
  const shown = first && !verbose ? changed.filter((pin) => pin.direct) : changed;
  if (changed.length === 0) return [];
  const rows = shown.map((pin) => [
    signs[pin.change],
    safeText(pin.name),
    versionText(pin),
    verbose ? safeText(pin.requiredBy.join(", ")) : "",
  ]);
  const lines = table(rows, { columns: usableColumns(options.columns) }).map((line, row) =>
    tinted(line, shown[row]?.change, options.color),
  );
  const hidden = changed.length - shown.length;
  const more = `  and ${hidden} more that these need (-v shows all)`;
  return hidden > 0 ? [...lines, options.color.faint(more)] : lines;
}

function versionText(pin: ReportedPin): string {
  const version = safeText(pin.version);
  return pin.previous === undefined ? version : `${safeText(pin.previous)} -> ${version}`;
}

function tinted(line: string, change: ReportedPin["change"] | undefined, color: Palette): string {
  if (change === "added") return color.good(line);
  if (change === "removed") return color.error(line);
  return change === "updated" ? color.accent(line) : line;
}

function reasonLines(report: AdviceReport, options: AdviceTerminalOptions): readonly string[] {
  const verbose = options.verbosity === "verbose";
  const held = report.pins.filter(
    (pin) =>
      pin.change !== "removed" &&
      pin.newest !== undefined &&
      pin.newest !== pin.version &&
      (verbose || pin.change !== "kept"),
  );
  const ordered = [...held].sort((a, b) => Number(b.direct) - Number(a.direct));
  const shown = verbose ? ordered : ordered.slice(0, mostReasons);
  const lines = shown.map((pin) => {
    const why = pin.whyNotNewest === undefined ? "the reason was not recorded" : pin.whyNotNewest;
    return safeText(`${pin.name} ${pin.version}, not ${pin.newest}: ${why}`);
  });
  const hidden = held.length - shown.length;
  return hidden > 0
    ? [...lines, options.color.faint(`and ${hidden} more that are not the newest (-v shows all)`)]
    : lines;
}

/** Why old pins did not stay that could have. */
function movedLines(
  { justifications }: AdviceReport,
  { verbosity, color }: AdviceTerminalOptions,
): readonly string[] {
  // What units remark is no news
  const moved = justifications.filter(
    ({ type, unit }) => type === "INFO" && (verbosity === "verbose" || unit === undefined),
  );
  const shown = verbosity === "verbose" ? moved : moved.slice(0, mostReasons);
  const lines = shown.map(({ message }) => safeText(message));
  const hidden = moved.length - shown.length;
  return hidden > 0
    ? [...lines, color.faint(`and ${hidden} more that moved (-v shows all)`)]
    : lines;
}

function gapLines(report: AdviceReport, options: AdviceTerminalOptions): readonly string[] {
  const most = options.verbosity === "verbose" ? Number.POSITIVE_INFINITY : mostGaps;
  const shown = report.gaps.slice(0, most).map((gap) => `missing: ${safeText(gap)}`);
  const hidden = report.gaps.length - shown.length;
  return hidden > 0 ? [...shown, `and ${hidden} more are missing (-v shows all)`] : shown;
}

function verifiedLines(
  report: AdviceReport,
  counts: AdviceCounts,
  options: AdviceTerminalOptions,
): readonly string[] {
  if (counts.pins === 0) return [];
  const { ok, failed, unknown } = counts.verified;
  if (report.verify === "none" && ok + failed === 0) {
    return [`installed and imported: none of ${counts.pins} (--verify none)`];
  }
  const most = options.verbosity === "verbose" ? Number.POSITIVE_INFINITY : mostUnverified;
  const parts = [
    `installed and imported: ${ok} of ${counts.pins}`,
    ...(failed > 0 ? [`${failed} failed: ${unverified(report, "failed", most)}`] : []),
    ...(unknown > 0 ? [`${unknown} unknown: ${unverified(report, "unknown", most)}`] : []),
  ];
  const line = parts.join("; ");
  return [failed + unknown > 0 ? options.color.warning(line) : line];
}

/** Pins of one state by their reason: `a 1.0, b 2.0 (no interpreter here)`. */
function unverified(report: AdviceReport, state: "failed" | "unknown", most: number): string {
  const byReason = new Map<string, string[]>();
  for (const pin of report.pins) {
    if (pin.change === "removed" || pin.verified.state !== state) continue;
    const names = byReason.get(pin.verified.reason) ?? [];
    names.push(safeText(`${pin.name} ${pin.version}`));
    byReason.set(pin.verified.reason, names);
  }
  return [...byReason]
    .map(([reason, names]) => `${listed(names, most)} (${safeText(reason)})`)
    .join(", ");
}

function knowledgeLines(report: AdviceReport): readonly string[] {
  const { revision, oldestMs, offline, asOf } = report.knowledge;
  const parts = [
    `knowledge: revision ${safeText(revision)}`,
    ...(asOf === undefined ? [] : [`as of ${safeText(asOf)}`]),
    ...(oldestMs === undefined ? [] : [`oldest part confirmed ${ageText(oldestMs)} ago`]),
    ...(offline ? ["offline, nothing was asked for"] : []),
  ];
  return [parts.join(", ")];
}

function advisoryLines(report: AdviceReport): readonly string[] {
  const text = advisoriesText(report);
  return text === undefined ? [] : [`advisories: ${text}`];
}

function closing(report: AdviceReport, counts: AdviceCounts, color: Palette): string {
  const runtime = safeText(report.runtime.id);
  const time = durationText(report.durationMs);
  if (report.outcome === "unsatisfiable") {
    return color.strong(`No stack for ${runtime}: ${lockText(report)} was not touched (${time})`);
  }
  if (report.outcome === "incomplete") {
    if (report.run !== undefined) return color.strong(runLine(report.run));
    const missing = counted(report.gaps.length, "fact");
    const known = counts.pins > 0 ? `, ${counted(counts.pins, "package")} known so far` : "";
    return color.strong(`Incomplete for ${runtime}: ${missing} missing${known} (${time})`);
  }
  return color.strong(`${lockedText(report, counts)} for ${runtime} in ${time}`);
}

/** Eight characters of the id do: `thoth status` says if they ever name two runs. */
function runLine({ id, estimate }: ReportedRun): string {
  const short = id.slice(0, 8);
  return `Run ${short} waits for ${estimateText(estimate)}; \`thoth investigate\` learns them, \`thoth status ${short}\` tells`;
}

function lockedText(report: AdviceReport, counts: AdviceCounts): string {
  const packages = counted(counts.pins, "package");
  switch (report.lock) {
    case "written":
      return `Locked ${packages}`;
    case "unchanged":
      return `${lockText(report)} is up to date: ${packages}`;
    case "dry-run":
      return `Would lock ${packages} (${changesText(counts)})`;
    case "would-change":
      return `${lockText(report)} would change (${changesText(counts)}): ${packages}`;
    case "not-written":
      return `Found ${packages}, ${lockText(report)} was not written,`;
  }
}

function lockText(report: AdviceReport): string {
  return safeText(report.project.lock);
}
