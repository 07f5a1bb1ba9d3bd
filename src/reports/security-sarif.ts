import type { Finding, Rank } from "../model/finding.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import { type SarifFinding, type SarifRule, sarifDocument } from "./sarif.ts";
import type { ScannedRelease } from "./security-scan.ts";

/** Scans as SARIF: one result for each finding, at its line of the distribution. */
export function securitySarif(releases: readonly ScannedRelease[]): string {
  const rules = new Map<string, SarifRule>();
  const findings: SarifFinding[] = [];
  const notices: string[] = [];
  for (const { release, facts, problem } of releases) {
    if (problem !== undefined) notices.push(`${release}: ${problem}`);
    for (const fact of facts) {
      notices.push(...noticesOf(release, fact));
      for (const finding of findingsOf(fact)) {
        addRule(rules, finding);
        findings.push(resultOf(release, fact, finding));
      }
    }
  }
  return sarifDocument({ rules: [...rules.values()], findings, notices });
}

/** A rule is as bad as the worst that it found. */
function addRule(rules: Map<string, SarifRule>, finding: Finding): void {
  const id = ruleId(finding);
  const known = rules.get(id);
  if (known === undefined || (known.severity ?? 0) < severityOf(finding))
    rules.set(id, ruleOf(finding));
}

function resultOf(release: string, { filename }: SecurityFact, finding: Finding): SarifFinding {
  const { alarm, text, path, line, runs, severity } = finding;
  return {
    rule: ruleId(finding),
    level: alarm === "block" ? "error" : levelOf[severity],
    message: `${release}: ${text}`,
    file: `${filename}/${path}`,
    line: Math.max(1, line),
    identity: [release, filename, path, runs, text],
  };
}

/** What is kept, and alarms that there was no room for among these. */
function findingsOf({ findings, alarms }: SecurityFact): readonly Finding[] {
  return [...alarms, ...findings.filter(({ alarm }) => alarm === undefined)];
}

function noticesOf(release: string, fact: SecurityFact): readonly string[] {
  const { outcome, filename, detail, findingsLeftOut } = fact;
  const said = detail === undefined ? "" : `: ${detail}`;
  if (outcome === "failed") return [`${release}: ${filename} could not be scanned${said}`];
  return [
    ...(outcome === "scanned" && said !== "" ? [`${release}: ${filename}${said}`] : []),
    ...(findingsLeftOut > 0 ? [`${release}: ${filename}: ${findingsLeftOut} more findings`] : []),
  ];
}

function ruleId({ tool, rule }: Finding): string {
  return tool === "thoth" ? rule : `${tool}/${rule}`;
}

function ruleOf(finding: Finding): SarifRule {
  const { tool, rule, alarm } = finding;
  return {
    id: ruleId(finding),
    summary: `Rule ${rule} of ${tool} found something`,
    description: `A place in a distribution that rule ${rule} of ${tool} points at; the message says what it is.`,
    help:
      alarm === undefined
        ? "Look at the place: it is a habit that may be a weakness, and need not be."
        : "Look at the place before the release is installed: packages that mean harm do this.",
    severity: severityOf(finding),
    tags: ["security"],
  };
}

const levelOf = {
  HIGH: "warning",
  MEDIUM: "warning",
  LOW: "note",
  UNDEFINED: "note",
} as const satisfies Record<Rank, SarifFinding["level"]>;

const severityScore = { HIGH: 7, MEDIUM: 5, LOW: 2, UNDEFINED: 1 } as const;

/** On CVSS's scale, so that viewers sort by it. */
function severityOf({ severity, alarm }: Finding): number {
  if (alarm === "block") return 9.5;
  return alarm === "warn" ? Math.max(7, severityScore[severity]) : severityScore[severity];
}
