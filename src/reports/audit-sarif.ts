import type { AdvisoryMatch, AdvisoryRank } from "../model/advisory.ts";
import type { Audit, AuditedPin } from "../model/audit.ts";
import { pinText, remedyText, severityText } from "./audit-wording.ts";
import { type SarifFinding, type SarifRule, sarifDocument } from "./sarif.ts";
import { listed } from "./wording.ts";

const unknownRule: SarifRule = {
  id: "THOTH-UNKNOWN",
  summary: "Nobody knows whether this release is affected",
  description: "No database of advisories can speak of this release, so that it may be affected.",
  help: "Pin a release of an index where there is one, or look at the source yourself.",
  tags: ["security"],
};

/** Scores for those that give none, so that a viewer sorts them with their rank. */
const scoreOfRank: Readonly<Partial<Record<AdvisoryRank, number>>> = {
  CRITICAL: 9.5,
  HIGH: 8,
  MEDIUM: 5.5,
  LOW: 2,
};

/**
 * An audit as SARIF: one result for each advisory against a release, at the line of the Pipfile that
 * leads to it, else at the line of the lock; one for each release of which nothing is known.
 */
export function auditSarif(audit: Audit): string {
  const rules = new Map<string, SarifRule>();
  const findings: SarifFinding[] = [];
  for (const one of audit.pins) {
    for (const { advisory, sha256 } of one.findings) {
      if (!rules.has(advisory.id)) rules.set(advisory.id, ruleOf(advisory));
      const file = sha256 === undefined ? "" : ` (its file sha256:${sha256})`;
      const identity = [one.pin.name, sha256 ?? ""];
      const message = `${pinText(one)}${file}: ${severityText({ advisory })}: ${advisory.summary}. ${wayText(one)}`;
      findings.push({
        ...placeOf(one, audit),
        rule: advisory.id,
        level: levelOf(advisory),
        message,
        identity,
      });
    }
    if (one.verdict === "unknown" && audit.database !== undefined) {
      rules.set(unknownRule.id, unknownRule);
      const message = `${pinText(one)}: unknown, ${one.reason ?? ""}`;
      const rule = { rule: unknownRule.id, level: "note" } as const;
      findings.push({ ...placeOf(one, audit), ...rule, message, identity: [one.pin.name] });
    }
  }
  return sarifDocument({ rules: [...rules.values()], findings, notices: noticesOf(audit) });
}

function noticesOf({ database, notes, pins }: Audit): readonly string[] {
  if (database !== undefined) return notes;
  return [...notes, `The store holds no advisories: unknown are ${pins.length} of ${pins.length}`];
}

function placeOf({ pin, path }: AuditedPin, { file, pipfile, kind }: Audit) {
  return path !== undefined && pipfile !== undefined && kind === "lock"
    ? { file: pipfile, line: path.line }
    : { file, line: pin.line };
}

function wayText({ path, remedy, pin }: AuditedPin): string {
  const way =
    path === undefined
      ? "Which line of the Pipfile leads to it is unknown."
      : `It comes from ${path.where}: ${path.names.join(" -> ")}.`;
  return remedy === undefined ? way : `${way} ${remedyText(pin.name, remedy)}`;
}

function ruleOf(advisory: AdvisoryMatch): SarifRule {
  const { id, aliases, summary, fixed, kind, severity } = advisory;
  const score = severity.score ?? scoreOfRank[severity.rank];
  const names = aliases.length === 0 ? id : `${id}, also known as ${listed(aliases)}`;
  const mended = fixed.length === 0 ? "It names no fix." : `It names as fixed: ${listed(fixed)}.`;
  return {
    id,
    summary: summary === "" ? `Advisory ${id}` : summary,
    description: `${names}: ${summary}`,
    help: `${mended} \`thoth audit\` names the least change for a lock.`,
    ...(kind === "malware" ? { severity: 10 } : score === undefined ? {} : { severity: score }),
    tags: ["security", kind === "malware" ? "malware" : "vulnerability"],
  };
}

/** What is not rated may be bad: it is no note. */
function levelOf({ kind, severity }: AdvisoryMatch): SarifFinding["level"] {
  if (kind === "malware" || severity.rank === "CRITICAL" || severity.rank === "HIGH")
    return "error";
  return severity.rank === "LOW" || severity.rank === "NONE" ? "note" : "warning";
}
