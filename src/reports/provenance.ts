import { safeText } from "../util/terminal-text.ts";
import { jsonDocument } from "./json-document.ts";
import type { ResultOptions } from "./results.ts";
import { counted, lines } from "./wording.ts";

/** What a provenance check found, as far as people are told. */
export interface ReportedProvenance {
  readonly findings: readonly {
    readonly type: "ERROR" | "WARNING" | "INFO";
    readonly id: string;
    readonly justification: string;
    readonly package_name?: string;
    readonly package_version?: string;
    readonly source?: string;
    readonly sources?: readonly string[];
    readonly digest?: string;
  }[];
  readonly unknown: readonly {
    readonly release: { readonly name: string; readonly version: string };
    readonly index: string;
  }[];
  readonly checked: number;
}

/** `thoth provenance-check`: a line a finding, then what is not known, then the verdict. */
export function renderProvenance(
  { findings, unknown, checked }: ReportedProvenance,
  { color }: ResultOptions,
): string {
  const paint = { ERROR: color.error, WARNING: color.warning, INFO: color.faint };
  const told = findings.map((finding) => {
    const { type, id, justification, source, sources = [], digest } = finding;
    const release =
      finding.package_name === undefined
        ? ""
        : `${finding.package_name} ${finding.package_version ?? ""}: `;
    const details = [
      ...(source === undefined ? [] : [`index ${source}`]),
      ...(sources.length === 0 ? [] : [`found on ${sources.join(", ")}`]),
      ...(digest === undefined ? [] : [`sha256 ${digest.slice(0, 12)}…`]),
    ].join(", ");
    const text = safeText(`${release}${justification}${details === "" ? "" : ` (${details})`}`);
    return `${paint[type](`${type.toLowerCase()} ${id}`)} ${text}`;
  });
  const names = new Set(unknown.map(({ release }) => release.name));
  const unasked =
    names.size === 0
      ? []
      : [
          `unknown: ${safeText([...names].slice(0, 10).join(", "))}${names.size > 10 ? `, and ${names.size - 10} more` : ""}: the store has no list of all indexes; \`--online\` asks them`,
        ];
  return lines([...told, ...unasked, verdict({ findings, unknown, checked }, names.size)]);
}

/** The same as a document. */
export function provenanceJson({ findings, unknown, checked }: ReportedProvenance): string {
  return jsonDocument({
    schema: "thoth.provenance",
    version: "1.0",
    checked,
    findings,
    unknown: unknown.map(({ release, index }) => ({
      package_name: release.name,
      package_version: release.version,
      source: index,
    })),
  });
}

function verdict({ findings, checked }: ReportedProvenance, unknown: number): string {
  const errors = findings.filter(({ type }) => type === "ERROR").length;
  if (errors > 0) return `${counted(errors, "error")} in ${counted(checked, "release")}`;
  if (unknown > 0) return `No error found, but ${unknown} of ${checked} releases are unknown`;
  return `${counted(checked, "release")}: every file is where the lock says`;
}
