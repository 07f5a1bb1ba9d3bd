import type { Audit, AuditedPin, AuditFinding } from "../model/audit.ts";
import { safeText } from "../util/terminal-text.ts";
import { advisoryRanks, auditSummary } from "./audit-summary.ts";
import { holdText, mendingCommand, nothingText, pinText, severityText } from "./audit-wording.ts";
import type { Palette } from "./palette.ts";
import { clip, usableColumns } from "./table.ts";
import { counted, lines, listed } from "./wording.ts";

export interface AuditTerminalOptions {
  readonly columns: number | undefined;
  readonly color: Palette;
  /** "quiet": the closing sentence only; "verbose": every advisory, every release. */
  readonly verbosity: "quiet" | "normal" | "verbose";
}

const mostAdvisories = 5;
const mostNames = 8;

/**
 * An audit in text: each affected release with its advisories, its way into the lock and the change
 * that mends it; then what is unknown, against what it was held, and one closing sentence. No line
 * begins with foreign text, which a build server might take for a command.
 */
export function renderAudit(audit: Audit, options: AuditTerminalOptions): string {
  if (options.verbosity === "quiet") return lines([closing(audit, options.color)]);
  const affected = audit.pins.filter(({ findings }) => findings.length > 0).sort(worstFirst);
  return lines([
    ...affected.flatMap((one) => pinLines(one, options)),
    ...unknownLines(audit, options),
    ...(options.verbosity === "verbose" ? nothingKnownLines(audit, options) : []),
    ...audit.notes.map((note) => options.color.warning(`note: ${safeText(note)}`)),
    ...databaseLines(audit),
    ...commandLines(affected),
    closing(audit, options.color),
  ]);
}

/** What closes the report, for where the report itself went to a file. */
export function auditClosing(audit: Audit, color: Palette): string {
  return lines([closing(audit, color)]);
}

function pinLines(one: AuditedPin, options: AuditTerminalOptions): readonly string[] {
  const { findings, pin, reason } = one;
  const { color } = options;
  const verbose = options.verbosity === "verbose";
  const shown = verbose ? findings : findings.slice(0, mostAdvisories);
  const worst = findings[0];
  const hidden = findings.length - shown.length;
  return [
    `${worst === undefined ? "" : painted(worst, color)(severityText(worst))} ${color.strong(safeText(pinText(one)))}`,
    ...shown.map((finding) => findingLine(finding, options)),
    ...(hidden > 0 ? [color.faint(`  and ${hidden} more (-v shows all)`)] : []),
    ...(reason === undefined ? [] : [`  beyond that unknown: ${safeText(reason)}`]),
    `  ${pathText(one)}`,
    ...remedyLines(one, color),
    ...(pin.origin === "index" ? [] : [`  from ${safeText(pin.location ?? pin.origin)}`]),
    "",
  ];
}

function worstFirst(a: AuditedPin, b: AuditedPin): number {
  return badness(b) - badness(a);
}

function badness({ findings }: AuditedPin): number {
  const [worst] = findings;
  if (worst?.advisory.kind === "malware") return 11;
  return worst?.advisory.severity.score ?? -1;
}

function painted({ advisory }: AuditFinding, color: Palette): (text: string) => string {
  const { kind, severity } = advisory;
  if (kind === "malware" || severity.rank === "CRITICAL" || severity.rank === "HIGH")
    return color.error;
  return severity.rank === "LOW" || severity.rank === "NONE" ? color.faint : color.warning;
}

function findingLine(finding: AuditFinding, options: AuditTerminalOptions): string {
  const { advisory, sha256 } = finding;
  const { id, aliases, fixed, summary } = advisory;
  const cve = aliases.find((alias) => alias.startsWith("CVE-"));
  const what = severityText(finding);
  const names = safeText(cve === undefined || cve === id ? id : `${id} (${cve})`);
  const file = sha256 === undefined ? "" : `, the file sha256:${sha256.slice(0, 12)}`;
  const mended = fixed.length === 0 ? "no fix named" : `fixed in ${listed(fixed, 4)}`;
  const text = safeText(`${names}${file}: ${mended}${summary === "" ? "" : `: ${summary}`}`);
  const room = usableColumns(options.columns) - what.length - 3;
  const fitted = options.verbosity === "verbose" ? text : clip(text, room);
  return `  ${painted(finding, options.color)(what)} ${fitted}`;
}

/** `from Pipfile:7 requests -> urllib3`. */
function pathText({ path }: AuditedPin): string {
  if (path === undefined) return "from: unknown which line of the Pipfile leads to it";
  return safeText(`from ${path.where} ${path.names.join(" -> ")}`);
}

function remedyLines({ remedy }: AuditedPin, color: Palette): readonly string[] {
  switch (remedy?.state) {
    case undefined:
      return [];
    case "unknown":
      return [`  fixed by: unknown, ${remedy.reason}`];
    case "none":
      return [`  fixed by: nothing, ${safeText(nothingText(remedy))}`];
    case "update":
      return [
        `  fixed by: ${color.good(safeText(remedy.version))}${remedy.older ? ", an older release" : ""}${unsureText(remedy.unsure)}`,
      ];
    case "held":
      return [
        `  fixed by: ${color.good(safeText(remedy.version))}, held back:`,
        ...remedy.holds.map((hold) => `    as ${safeText(holdText(hold))}`),
      ];
  }
}

function unsureText(names: readonly string[]): string {
  return names.length === 0
    ? ""
    : ` (if ${safeText(listed(names, 3))} allow it: their demands are not known here)`;
}

function unknownLines(audit: Audit, { verbosity, color }: AuditTerminalOptions) {
  if (audit.database === undefined) return [];
  const byReason = new Map<string, string[]>();
  for (const one of audit.pins) {
    if (one.verdict !== "unknown") continue;
    const reason = one.reason ?? "";
    byReason.set(reason, [...(byReason.get(reason) ?? []), safeText(pinText(one))]);
  }
  const most = verbosity === "verbose" ? Number.POSITIVE_INFINITY : mostNames;
  return [...byReason].map(([reason, names]) =>
    color.warning(`unknown: ${listed(names, most)}: ${safeText(reason)}`),
  );
}

function nothingKnownLines({ pins }: Audit, { color }: AuditTerminalOptions) {
  return pins
    .filter(({ verdict }) => verdict === "nothing-known")
    .map((one) => color.faint(`nothing known: ${safeText(pinText(one))}`));
}

function databaseLines({ database }: Audit): readonly string[] {
  if (database === undefined) return [];
  const { source, records, newest } = database;
  const day = newest.slice(0, 10);
  return [
    safeText(
      `held against ${counted(records, "advisory", "advisories")} up to ${day}, from ${source}`,
    ),
  ];
}

function commandLines(affected: readonly AuditedPin[]): readonly string[] {
  const states = affected.map(({ remedy }) => remedy?.state);
  if (!states.includes("update") && !states.includes("held")) return [];
  return [`\`${mendingCommand}\` moves what is affected as far as the Pipfile allows`];
}

function closing(audit: Audit, color: Palette): string {
  const { pins, affected, nothingKnown, unknown, malware, ranks } = auditSummary(audit);
  const noun = pins === 1 ? "release" : "releases";
  const rest = unknown === 0 ? "" : `, unknown: ${unknown} of ${pins}`;
  if (audit.database === undefined && affected === 0)
    return color.warning(`unknown: ${pins} of ${pins} ${noun}; the store holds no advisories`);
  if (affected === 0 && unknown === pins && pins > 0)
    return color.warning(`unknown: ${pins} of ${pins} ${noun}`);
  if (affected === 0) {
    const text = `Nothing known against ${nothingKnown} of ${pins} ${noun}${rest}`;
    return unknown === 0 ? color.good(text) : color.warning(text);
  }
  const parts = [
    ...(malware > 0 ? [`${malware} malware`] : []),
    ...advisoryRanks.flatMap((rank) =>
      ranks[rank] === 0 ? [] : [`${ranks[rank]} ${rankWord(rank)}`],
    ),
  ];
  const verb = affected === 1 ? "is" : "are";
  return color.error(
    `${affected} of ${pins} ${noun} ${verb} affected (${parts.join(", ")})${rest}`,
  );
}

function rankWord(rank: (typeof advisoryRanks)[number]): string {
  return rank === "UNKNOWN" ? "unrated" : rank.toLowerCase();
}
