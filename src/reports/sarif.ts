import { createHash } from "node:crypto";
import type { Log, ReportingDescriptor, Result } from "sarif";
import { programVersion } from "../util/program.ts";
import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";

/** What a kind of finding means; its texts may be foreign and are made safe here. */
export interface SarifRule {
  readonly id: string;
  /** One sentence. */
  readonly summary: string;
  readonly description: string;
  /** What to do about it. */
  readonly help: string;
  /** 0 to 10, as CVSS counts; viewers sort by it. */
  readonly severity?: number;
  readonly tags: readonly string[];
}

/** One finding, at one place. */
export interface SarifFinding {
  /** Id of one of the rules. */
  readonly rule: string;
  readonly level: "error" | "warning" | "note";
  readonly message: string;
  /** A path, relative to the project or to the distribution that was looked at. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  /** What tells it from all others of its rule, and stays when lines move. */
  readonly identity: readonly string[];
}

export interface SarifReport {
  /** Each kind of finding that there is. */
  readonly rules: readonly SarifRule[];
  readonly findings: readonly SarifFinding[];
  /** What could not be told, one sentence each; viewers show them beside the findings. */
  readonly notices: readonly string[];
}

const schema = "https://json.schemastore.org/sarif-2.1.0.json";

/**
 * A SARIF 2.1.0 log of one run, as GitHub's code scanning wants it: rules with texts and a
 * severity, relative addresses, fingerprints. No time and no random id: the same report gives the
 * same bytes.
 */
export function sarifDocument({ rules, findings, notices }: SarifReport): string {
  const sorted = [...rules].sort((a, b) => (a.id < b.id ? -1 : a.id > b.id ? 1 : 0));
  const positions = new Map(sorted.map(({ id }, position) => [id, position]));
  const log: Log = {
    $schema: schema,
    version: "2.1.0",
    runs: [
      {
        tool: {
          driver: {
            name: "Thoth",
            semanticVersion: programVersion,
            rules: sorted.map(descriptor),
          },
        },
        columnKind: "unicodeCodePoints",
        invocations: [
          {
            executionSuccessful: true,
            toolExecutionNotifications: notices.map((notice) => ({
              level: "warning",
              message: { text: messageText(notice) },
            })),
          },
        ],
        results: findings.map((finding) => result(finding, positions, sorted)),
      },
    ],
  };
  return jsonDocument(log);
}

function descriptor({
  id,
  summary,
  description,
  help,
  severity,
  tags,
}: SarifRule): ReportingDescriptor {
  return {
    id: safeText(id),
    shortDescription: { text: messageText(summary) },
    fullDescription: { text: messageText(description) },
    help: { text: messageText(help) },
    properties: { tags: [...tags], ...securitySeverity(severity) },
  };
}

function result(
  finding: SarifFinding,
  positions: ReadonlyMap<string, number>,
  rules: readonly SarifRule[],
): Result {
  const { rule, level, message, file, line, identity } = finding;
  const position = positions.get(rule);
  if (position === undefined) throw new Error(`a finding of ${rule}, which is no rule`);
  return {
    ruleId: safeText(rule),
    ruleIndex: position,
    level,
    message: { text: messageText(message) },
    locations: [
      {
        physicalLocation: {
          artifactLocation: { uri: relativeUri(file) },
          region: { startLine: line },
        },
      },
    ],
    partialFingerprints: { primaryLocationLineHash: fingerprint([rule, ...identity]) },
    properties: securitySeverity(rules[position]?.severity),
  };
}

function securitySeverity(severity: number | undefined) {
  return severity === undefined ? {} : { "security-severity": severity.toFixed(1) };
}

/** Sixteen hex digits and which of its kind on the line it is, in CodeQL's form. */
function fingerprint(identity: readonly string[]): string {
  const digest = createHash("sha256").update(identity.join("\0")).digest("hex");
  return `${digest.slice(0, 16)}:1`;
}

/** Text that a viewer takes for a link or a placeholder is escaped (SARIF 2.1.0, 3.11.5 and 3.11.6). */
function messageText(foreign: string): string {
  const text = safeText(foreign)
    .replace(/[\\[\]]/g, "\\$&")
    .replace(/[{}]/g, "$&$&")
    .trim();
  return text === "" ? "(no text)" : text;
}

/** A path within the root, whatever a hostile archive calls its members. */
function relativeUri(path: string): string {
  const segments = path
    .replaceAll("\\", "/")
    .split("/")
    .filter((segment) => !["", ".", ".."].includes(segment));
  return segments.map((segment) => encodeURIComponent(Buffer.from(segment).toString())).join("/");
}
