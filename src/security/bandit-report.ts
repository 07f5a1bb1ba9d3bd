import type { Finding, Rank } from "../model/finding.ts";
import { parsedJson } from "../util/json.ts";
import type { LintReport } from "./second-opinion.ts";

/** Reads the output of `bandit -f json`; undefined where it is not that. */
export function parseBanditReport(text: string): LintReport | undefined {
  const report = parsedJson(text);
  const totals = member(member(report, "metrics"), "_totals");
  const linesOfCode = member(totals, "loc");
  const findings = list(member(report, "results"))?.map(finding);
  const errors = list(member(report, "errors"))?.map((error) => ({
    path: String(member(error, "filename")),
    reason: String(member(error, "reason")),
  }));
  if (typeof linesOfCode !== "number" || errors === undefined || findings === undefined) {
    return undefined;
  }
  const read = findings.filter((one) => one !== undefined);
  return read.length === findings.length ? { findings: read, errors, linesOfCode } : undefined;
}

function finding(result: unknown): Finding | undefined {
  const severity = rank(member(result, "issue_severity"));
  const confidence = rank(member(result, "issue_confidence"));
  const line = member(result, "line_number");
  const path = member(result, "filename");
  if (severity === undefined || confidence === undefined) return undefined;
  if (typeof path !== "string" || typeof line !== "number") return undefined;
  const rule = String(member(result, "test_id"));
  const text = String(member(result, "issue_text"));
  return { tool: "bandit", runs: "call", severity, confidence, rule, text, path, line };
}

const ranks: readonly Rank[] = ["HIGH", "MEDIUM", "LOW", "UNDEFINED"];

function rank(value: unknown): Rank | undefined {
  return ranks.find((known) => known === value);
}

function member(value: unknown, name: string): unknown {
  if (typeof value !== "object" || value === null) return undefined;
  return Object.entries(value).find(([key]) => key === name)?.[1];
}

function list(value: unknown): readonly unknown[] | undefined {
  return Array.isArray(value) ? value : undefined;
}
