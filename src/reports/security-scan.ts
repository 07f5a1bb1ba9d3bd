import type { Finding } from "../model/finding.ts";
import type { Indicators, SecurityFact } from "../model/security-fact.ts";
import { safeLines, safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import type { Palette } from "./palette.ts";
import { table, usableColumns } from "./table.ts";
import { counted, lines } from "./wording.ts";

/** What scans of one release showed. */
export interface ScannedRelease {
  /** `flask==3.0.3`. */
  readonly release: string;
  readonly facts: readonly SecurityFact[];
  /** Why it could not be looked at, where that says nothing of the release. */
  readonly problem?: string;
}

/** `clean` is never said: `nothing-blocks` is what checks can tell. */
export type ScanVerdict = "blocks" | "unknown" | "nothing-blocks";

/** Something blocks; else a file, or all, could not be scanned; else nothing blocks. */
export function verdictOf({ facts, problem }: Omit<ScannedRelease, "release">): ScanVerdict {
  if (facts.some(({ alarms }) => alarms.some(({ alarm }) => alarm === "block"))) return "blocks";
  const isUnknown = facts.some(({ outcome, unseen = 0 }) => outcome === "failed" || unseen > 0);
  const none = !facts.some(({ outcome }) => outcome === "scanned");
  return problem !== undefined || isUnknown || none ? "unknown" : "nothing-blocks";
}

/** The same with all facts, their numbers under the names of the original's aggregate, too. */
export function securityJson(releases: readonly ScannedRelease[]): string {
  return jsonDocument({
    schema: "thoth.security",
    version: "2.0",
    releases: releases.map((one) => ({
      release: one.release,
      verdict: verdictOf(one),
      problem: one.problem,
      files: one.facts.map((fact) => ({ ...fact, aggregate: aggregateOf(fact) })),
    })),
  });
}

function aggregateOf(indicators: Indicators) {
  const { counts, filesAnalyzed, filesFiltered, filesWithFindings, linesOfCode } = indicators;
  return {
    ...counts,
    number_of_analyzed_files: filesAnalyzed,
    number_of_files_total: filesAnalyzed + filesFiltered,
    number_of_files_with_severities: filesWithFindings,
    number_of_filtered_files: filesFiltered,
    "Python.code": linesOfCode,
  };
}

export interface ScanTextOptions {
  readonly columns: number | undefined;
  readonly color: Palette;
  readonly verbose: boolean;
}

/**
 * `thoth si-scan`: for each file what was seen and the findings that tell; for a single release, the
 * counts by severity and confidence, too.
 */
export function renderScans(releases: readonly ScannedRelease[], options: ScanTextOptions): string {
  if (releases.length === 0) return "Nothing is left to scan\n";
  const detailed = options.verbose || releases.length === 1;
  return lines([
    ...releases.flatMap((one) => [
      `${options.color.strong(safeText(one.release))}: ${verdictText(one, options)}`,
      ...(one.problem === undefined ? [] : [`  ${safeText(one.problem)}`]),
      ...one.facts.flatMap((fact) => fileLines(fact, options, detailed)),
    ]),
    ...(releases.length > 1 ? [summary(releases)] : []),
  ]);
}

function verdictText(one: ScannedRelease, { color }: ScanTextOptions): string {
  switch (verdictOf(one)) {
    case "blocks":
      return color.error("looks malicious");
    case "unknown":
      return color.warning("unknown, since not all of it could be scanned");
    case "nothing-blocks":
      return one.facts.some(({ alarms }) => alarms.length > 0)
        ? color.warning("nothing that blocks, but see the warnings")
        : "nothing that blocks";
  }
}

function fileLines(
  fact: SecurityFact,
  options: ScanTextOptions,
  detailed: boolean,
): readonly string[] {
  const file = safeText(fact.filename);
  const details = (fact.detail === undefined ? [] : safeLines(fact.detail)).map(
    (line) => `    ${line}`,
  );
  if (fact.outcome === "no-source-distribution") return ["  no source distribution", ...details];
  if (fact.outcome === "failed") return [`  ${file}: ${failureText(fact)}`, ...details];
  return [
    `  ${file}: ${seenText(fact)}`,
    ...(detailed ? countsTable("", fact, options) : []),
    ...Object.entries(fact.opinions ?? {}).flatMap(([tool, indicators]) =>
      detailed ? countsTable(safeText(tool), indicators, options) : [],
    ),
    ...findingLines(fact, options, detailed),
    ...details,
  ];
}

function seenText(fact: SecurityFact): string {
  const { filesAnalyzed, filesFiltered, findings, findingsLeftOut, linesOfCode, score } = fact;
  const filtered = filesFiltered === 0 ? "" : ` (${filesFiltered} of tests left out)`;
  return [
    ...(score === undefined ? [] : [`score ${score}`]),
    `${counted(findings.length + findingsLeftOut, "finding")}`,
    `${counted(filesAnalyzed, "file")}${filtered}`,
    `${counted(linesOfCode, "line")} of code`,
    `by ${toolsText(fact.tools)}`,
  ].join(", ");
}

function toolsText({ sandbox, ...tools }: Readonly<Record<string, string>>): string {
  const named = Object.entries(tools).map(([name, version]) => `${name} ${version}`);
  const bare = sandbox === "none" ? " without a sandbox" : "";
  return safeText(`${named.join(", ")}${bare}`);
}

function failureText({ failure }: SecurityFact): string {
  switch (failure) {
    case "bad-archive":
      return "the archive can't be read";
    case "too-large":
      return "the archive is too large";
    case "timeout":
      return "the scan took too long, twice";
    case "vanished":
      return "the file is not there any more";
    default:
      return "the scan failed";
  }
}

const levels = ["HIGH", "MEDIUM", "LOW"] as const;
const confidences = ["HIGH", "MEDIUM", "LOW", "UNDEFINED"] as const;

function countsTable(
  tool: string,
  { counts }: Indicators,
  { columns, color }: ScanTextOptions,
): readonly string[] {
  const rows = levels.map((severity) => [
    `severity ${severity.toLowerCase()}`,
    ...confidences.map((confidence) =>
      String(counts[`SEVERITY.${severity}__CONFIDENCE.${confidence}`] ?? 0),
    ),
  ]);
  const heading = [
    tool,
    ...confidences.map((confidence) => `confidence ${confidence.toLowerCase()}`),
  ];
  return table(rows, { columns: usableColumns(columns) - 4, heading, color }).map(
    (line) => `    ${line}`,
  );
}

const mostFindings = 10;

function findingLines(
  { findings, findingsLeftOut, alarms }: SecurityFact,
  { color, verbose }: ScanTextOptions,
  detailed: boolean,
): readonly string[] {
  const rest = findings.filter(({ alarm }) => alarm === undefined);
  const high = rest.filter(({ severity }) => severity === "HIGH");
  const few = detailed ? high.slice(0, mostFindings) : [];
  const shownAlarms = verbose ? alarms : alarms.slice(0, mostFindings);
  const shown = [...shownAlarms, ...(verbose ? rest : few)];
  const told = shown.map((finding) => {
    const text = `    ${findingText(finding)}`;
    if (finding.alarm === "block") return color.error(text);
    return finding.alarm === "warn" ? color.warning(text) : text;
  });
  const hidden = findings.length + findingsLeftOut - shown.length;
  const more = `    and ${counted(hidden, "more finding")}${verbose ? "" : " (-v shows them)"}`;
  return hidden > 0 && (detailed || shown.length > 0) ? [...told, more] : told;
}

const whenText = { install: "when installed", import: "when imported", call: "" } as const;

function findingText({ severity, confidence, rule, path, line, text, runs, alarm }: Finding) {
  const rank = alarm ?? `${severity.toLowerCase()}/${confidence.toLowerCase()}`;
  const when = whenText[runs] === "" ? "" : ` (runs ${whenText[runs]})`;
  return safeText(`${rank} ${rule} ${path}:${line}: ${text}${when}`);
}

function summary(releases: readonly ScannedRelease[]): string {
  const count = (verdict: ScanVerdict) =>
    releases.filter((one) => verdictOf(one) === verdict).length;
  const parts = [
    `${counted(releases.length, "release")}: ${count("nothing-blocks")} with nothing that blocks`,
    `${count("blocks")} that look malicious`,
    `${count("unknown")} unknown`,
  ];
  return parts.join(", ");
}
