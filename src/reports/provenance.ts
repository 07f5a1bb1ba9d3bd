import type { AttestationState, ReportedAttestation } from "../model/attestation.ts";
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
    readonly gone?: readonly string[];
    readonly come?: readonly string[];
  }[];
  readonly unknown: readonly {
    readonly release: { readonly name: string; readonly version: string };
    readonly index: string;
  }[];
  readonly checked: number;
  /** Of each file that the lock admits. */
  readonly attestations: readonly ReportedAttestation[];
}

/** What is known of who published a file, in words; the worst first. */
const stateTexts: readonly (readonly [AttestationState, string])[] = [
  ["invalid", "with attestations that do not hold"],
  ["none", "without attestation"],
  ["unknown", "unknown (the index tells of no attestations)"],
  ["unread", "not read (`--online` reads what is attested)"],
  [
    "claimed",
    "claimed by the index (signatures not verified; `--online --trust-root FILE` verifies them)",
  ],
  ["verified", "verified"],
];

/** `thoth provenance-check`: a line a finding, then what is not known, then the verdict. */
export function renderProvenance(
  { findings, unknown, checked, attestations }: ReportedProvenance,
  { color }: ResultOptions,
): string {
  const paint = { ERROR: color.error, WARNING: color.warning, INFO: color.faint };
  const told = findings.map((finding) => {
    const { type, id, justification, source, sources = [], digest, gone, come } = finding;
    const release =
      finding.package_name === undefined
        ? ""
        : `${finding.package_name} ${finding.package_version ?? ""}: `;
    const details = [
      ...(source === undefined ? [] : [`index ${source}`]),
      ...(sources.length === 0 ? [] : [`${placeWords(id)} ${sources.join(", ")}`]),
      ...(digest === undefined ? [] : [`sha256 ${digest.slice(0, 12)}…`]),
      ...hashList("gone", gone),
      ...hashList("come", come),
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
  const attested = attestations.length === 0 ? [] : [attestationLine(attestations)];
  return lines([...told, ...unasked, ...attested, verdict({ findings, checked }, names.size)]);
}

function placeWords(id: string): string {
  return id === "NEW-INDEX" ? "known from" : "found on";
}

function hashList(word: string, hashes: readonly string[] = []): readonly string[] {
  if (hashes.length === 0) return [];
  const shown = hashes.slice(0, 3).map((hash) => `${hash.slice(0, 12)}…`);
  const more = hashes.length > 3 ? ` and ${hashes.length - 3} more` : "";
  return [`${word} ${shown.join(", ")}${more}`];
}

/** Of how many files it is known who published them, and how well. */
function attestationLine(attestations: ReportedProvenance["attestations"]): string {
  const parts = stateTexts.flatMap(([state, words]) => {
    const count = attestations.filter((one) => one.state === state).length;
    return count === 0 ? [] : [`${count} ${words}`];
  });
  return `publishers of ${counted(attestations.length, "file")}: ${parts.join(", ")}`;
}

/** The same as a document. */
export function provenanceJson(answer: ReportedProvenance): string {
  const { findings, unknown, checked, attestations } = answer;
  return jsonDocument({
    schema: "thoth.provenance",
    version: "1.1",
    checked,
    attestations,
    findings,
    unknown: unknown.map(({ release, index }) => ({
      package_name: release.name,
      package_version: release.version,
      source: index,
    })),
  });
}

function verdict(
  { findings, checked }: Pick<ReportedProvenance, "findings" | "checked">,
  unknown: number,
): string {
  const errors = findings.filter(({ type }) => type === "ERROR").length;
  if (errors > 0) return `${counted(errors, "error")} in ${counted(checked, "release")}`;
  if (unknown > 0) return `No error found, but ${unknown} of ${checked} releases are unknown`;
  return `${counted(checked, "release")}: every file is where the lock says`;
}
