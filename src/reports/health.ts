import { type Indicator, indicatorIds, type ProjectHealth, type Verdict } from "../model/health.ts";
import { safeText } from "../util/terminal-text.ts";
import { formulas } from "./health-formulas.ts";
import { jsonDocument } from "./json-document.ts";
import type { ResultOptions } from "./results.ts";
import { table, usableColumns } from "./table.ts";
import { ageText, counted, lines } from "./wording.ts";

/** What `thoth health` tells. */
export interface HealthReport {
  readonly projects: readonly ProjectHealth[];
  /** Packages of the lock that come from no index. */
  readonly leftOut: readonly string[];
  /** ms since the epoch. */
  readonly now: number;
}

export interface HealthReportOptions extends ResultOptions {
  /** Which indicators of a project: all, those that are weak or bad, or none but their number. */
  readonly detail: "all" | "worse" | "none";
  /** Formulas and their sources, too. */
  readonly explain: boolean;
}

const verdicts: readonly Verdict[] = ["bad", "weak", "unknown", "good"];
const oldMs = 2 * 86_400_000;

/** `thoth health`: what is not good of each project, or all of it; then the verdicts counted. */
export function renderHealth(report: HealthReport, options: HealthReportOptions): string {
  const projects = report.projects.flatMap((project) => projectLines(project, report.now, options));
  const left =
    report.leftOut.length === 0
      ? []
      : [`left out, since no index lists them: ${safeText(report.leftOut.join(", "))}`];
  const told = options.explain ? formulaLines(report.projects) : [];
  return lines([...projects, ...told, ...left, ...closing(report)]);
}

/** The same as a document. */
export function healthJson({ projects, leftOut, now }: HealthReport): string {
  return jsonDocument({
    schema: "thoth.project-health",
    version: "1.0",
    projects: projects.map(({ indicators, ...project }) => ({
      ...project,
      verdicts: counts(indicators),
      indicators: indicators.map((one) => ({ ...one, ...formulas[one.id] })),
    })),
    left_out: leftOut,
    meta: { now: new Date(now).toISOString() },
  });
}

function projectLines(
  project: ProjectHealth,
  now: number,
  { color, columns, detail }: HealthReportOptions,
): readonly string[] {
  const { name, index, used, latest, absent, indicators, missing, observedAt } = project;
  const version = used ?? latest;
  const title = color.strong(safeText(version === undefined ? name : `${name} ${version}`));
  const unlearnt = missing.map((text) => color.warning(`  not learnt: ${safeText(text)}`));
  if (absent) return [`${title}: ${color.error(`no such package on ${safeText(index)}`)}`];
  if (indicators.length === 0) return [`${title}: unknown`, ...unlearnt];
  const age = observedAt === undefined ? 0 : now - Date.parse(observedAt);
  const since = age > oldMs ? `, as known ${ageText(age)} ago` : "";
  const shown = indicators.filter(({ verdict }) => isShown(verdict, detail));
  const rows = shown.map((one) => [
    ` ${one.verdict}`,
    one.id,
    scoreText(one),
    safeText(one.reason),
  ]);
  const told = table(rows, { columns: usableColumns(columns) });
  return [
    `${title}: ${countsText(indicators)}${since}`,
    ...told.map((line, at) => painted(line, shown[at]?.verdict, color)),
    ...unlearnt,
  ];
}

function isShown(verdict: Verdict, detail: HealthReportOptions["detail"]): boolean {
  if (detail !== "worse") return detail === "all";
  return verdict === "bad" || verdict === "weak";
}

function scoreText({ score }: Indicator): string {
  return score === undefined ? "" : `${score}/10`;
}

function painted(
  line: string,
  verdict: Verdict | undefined,
  color: ResultOptions["color"],
): string {
  switch (verdict) {
    case "bad":
      return color.error(line);
    case "weak":
      return color.warning(line);
    case "unknown":
      return color.faint(line);
    default:
      return line;
  }
}

function formulaLines(projects: readonly ProjectHealth[]): readonly string[] {
  const told = new Set(projects.flatMap(({ indicators }) => indicators.map(({ id }) => id)));
  return indicatorIds
    .filter((id) => told.has(id))
    .map((id) => `${id}: ${formulas[id].formula} [${formulas[id].source}]`);
}

function closing({ projects }: HealthReport): readonly string[] {
  if (projects.length === 1) return [];
  const bad = projects.filter(({ indicators }) => indicators.some((one) => one.verdict === "bad"));
  const unknown = projects.filter(({ indicators }) => indicators.length === 0);
  const parts = [
    `${counted(projects.length, "project")}`,
    `${bad.length} with something bad`,
    ...(unknown.length === 0 ? [] : [`${unknown.length} unknown`]),
  ];
  return [parts.join(", ")];
}

function counts(indicators: readonly Indicator[]): Readonly<Record<Verdict, number>> {
  const found = { bad: 0, weak: 0, unknown: 0, good: 0 };
  for (const { verdict } of indicators) found[verdict] += 1;
  return found;
}

function countsText(indicators: readonly Indicator[]): string {
  const found = counts(indicators);
  return verdicts.flatMap((one) => (found[one] === 0 ? [] : [`${found[one]} ${one}`])).join(", ");
}
