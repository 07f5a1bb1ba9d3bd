import type { Finding } from "../model/finding.ts";
import type { Indicators } from "../model/security-fact.ts";
import { safeText } from "../util/terminal-text.ts";
import { worstFirst } from "./worst-first.ts";

/** What of all findings is kept. */
export interface KeptFindings {
  readonly findings: readonly Finding[];
  readonly findingsLeftOut: number;
  readonly alarms: readonly Finding[];
}

/** What our own checks say of one archive: what the scanner's process prints. */
export type ScanAnswer =
  | (Indicators &
      KeptFindings & {
        readonly state: "scanned";
        readonly score: number;
        /** Files that could not be read whole, those named that came first. */
        readonly unreadable: readonly string[];
        readonly unreadableLeftOut: number;
        /** How many of them hide code that an installation or an import runs. */
        readonly unseen: number;
      })
  | {
      readonly state: "failed";
      readonly failure: "bad-archive" | "too-large";
      readonly detail: string;
    };

/** What the scanner's process prints first. */
export const scannerStarted = "thoth-scan";

const mostFindings = 200;
/** More than any person reads; whether anything blocks is told before. */
const mostAlarms = 1000;
const mostLetters = 300;

/** The worst findings first, no more than are worth keeping, their texts made safe. */
export function keptFindings(all: readonly Finding[]): KeptFindings {
  const sorted = [...all].sort(worstFirst);
  const findings = sorted.slice(0, mostFindings).map(safeFinding);
  const alarms = sorted.filter(({ alarm }) => alarm !== undefined).slice(0, mostAlarms);
  return {
    findings,
    findingsLeftOut: sorted.length - findings.length,
    alarms: alarms.map(safeFinding),
  };
}

function safeFinding(finding: Finding): Finding {
  const { text, path } = finding;
  return { ...finding, text: shortened(safeText(text)), path: shortened(safeText(path)) };
}

function shortened(text: string): string {
  return text.length > mostLetters ? `${text.slice(0, mostLetters)}…` : text;
}
