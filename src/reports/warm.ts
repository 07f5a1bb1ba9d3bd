import type { Coverage, StackFiles, WarmReport } from "../model/warm-report.ts";
import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import type { ResultOptions } from "./results.ts";
import { ageText, bytesText, counted, durationText, lines, listed } from "./wording.ts";

const mostNamed = 5;

/** `thoth warm` in text. */
export function renderWarm(report: WarmReport, { color }: ResultOptions): string {
  const covered = report.coverage.flatMap((one) => [
    color.strong(`${safeText(one.manifest)} on ${safeText(one.runtime)}`),
    ...coverageLines(one, report).map((line) => `  ${line}`),
  ]);
  return lines([...covered, ...houseLines(report), closing(report)]);
}

/** `thoth warm --json`. */
export function warmJson(report: WarmReport): string {
  const { knowledge, traffic, durationMs, ...rest } = report;
  const { revision, oldestMs } = knowledge;
  const outcome = isWhole(report) ? "complete" : "incomplete";
  const meta = { durationMs, traffic, oldestMs };
  return jsonDocument({ schema: "thoth.warm", version: "1.0", outcome, revision, ...rest, meta });
}

function coverageLines(one: Coverage, report: WarmReport): readonly string[] {
  const { known, missing, packages } = one;
  const total = known + missing.length;
  const count =
    missing.length === 0
      ? `all ${counted(known, "release")} of ${counted(packages, "package")} known`
      : `${known} of ${total} releases known; ${missing.length} missing: ${named(missing)}`;
  return [
    count,
    ...(report.mode === "plan" ? planLines(one) : []),
    ...leftOutLines(one, report),
    ...(one.files === undefined ? [] : fileLines(one.files)),
    ...(one.noStack === undefined ? [] : [`files: ${safeText(one.noStack)}`]),
  ];
}

/** What is not known yet may lead to anything, so a plan is a lower bound until all is known. */
function planLines({ missing, missingBytes, sources }: Coverage): readonly string[] {
  if (missing.length === 0) return [];
  const built = sources === 0 ? "" : `, ${sources} of them from source, most of those built`;
  return [
    `to learn: ${counted(missing.length, "fact")}${built}; about ${bytesText(missingBytes)}`,
    "what these need is not known yet: more will follow",
  ];
}

function leftOutLines({ leftOut }: Coverage, report: WarmReport): readonly string[] {
  if (leftOut.releases === 0 || report.depth === "lock") return [];
  const what = `${counted(leftOut.releases, "older release")} of ${counted(leftOut.packages, "package")}`;
  return [`left out: ${what} (${boundText(report)}); \`--latest all\` takes them`];
}

function boundText({ latest, boundsPipfile }: WarmReport): string {
  const newest = `the newest ${latest} of each range`;
  if (boundsPipfile) return `${newest} are taken`;
  return `all of what the Pipfile names is taken, of what that needs ${newest}`;
}

function fileLines({ wanted, present, bytes, missing }: StackFiles): readonly string[] {
  if (missing.length === 0) return [`files: all ${wanted} of the stack, ${bytesText(bytes)}`];
  const short = `${missing.length} missing: ${named(missing)}`;
  return [`files: ${present} of ${wanted} of the stack, ${bytesText(bytes)} in all; ${short}`];
}

function houseLines({ wheelhouse }: WarmReport): readonly string[] {
  if (wheelhouse === undefined) return [];
  const { folder, files, bytes } = wheelhouse;
  return [`${counted(files, "file")} in \`${safeText(folder)}\`, ${bytesText(bytes)}`];
}

function closing(report: WarmReport): string {
  const { mode, traffic, durationMs, overBudget } = report;
  if (overBudget) return `Stopped by --limit-bytes after ${bytesText(traffic.bytes)}`;
  const spent = `${counted(traffic.requests, "request")}, ${bytesText(traffic.bytes)}, ${durationText(durationMs)}`;
  if (mode === "plan") return `Planned with ${spent}; nothing was learnt but lists of releases`;
  const knowledge = knowledgeText(report);
  if (!isWhole(report)) return `Not complete; ${knowledge}`;
  const use =
    report.depth === "ranges"
      ? "`thoth advise --offline` can resolve the Pipfile and its changes within its ranges"
      : "`thoth advise --offline` can confirm the lock";
  return mode === "check" ? `${use}; ${knowledge}` : `Warmed with ${spent}: ${use}`;
}

function knowledgeText({ knowledge: { revision, oldestMs } }: WarmReport): string {
  const age = oldestMs === undefined ? "" : `, up to ${ageText(oldestMs)} old`;
  return `knowledge: revision ${safeText(revision)}${age}`;
}

function isWhole({ coverage, overBudget }: WarmReport): boolean {
  const whole = ({ missing, files, noStack }: Coverage) =>
    missing.length === 0 && noStack === undefined && (files?.missing.length ?? 0) === 0;
  return !overBudget && coverage.every(whole);
}

function named(items: readonly string[]): string {
  return listed(items.map(safeText), mostNamed);
}
