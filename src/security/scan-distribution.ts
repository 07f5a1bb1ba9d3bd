import type { Indicators, ScanFailure, SecurityFact } from "../model/security-fact.ts";
import type { ProcessResult } from "../sandbox/process.ts";
import { ThothError } from "../util/errors.ts";
import { isRecord, parsedJson } from "../util/json.ts";
import { safeText } from "../util/terminal-text.ts";
import { keptFindings, type ScanAnswer, scannerStarted } from "./scan-summary.ts";
import { judgeScan, lastLine, ownScanner, type ScanRun } from "./scanner-process.ts";
import { type Linter, type Opinion, secondOpinion } from "./second-opinion.ts";

/** Of our own checks; a later one finds other things, so what an earlier one saw is seen again. */
export const scannerVersion = "1";

/** One wheel or sdist to scan, downloaded and hash-checked. */
export interface ScanRequest {
  readonly archivePath: string;
  /** Its name in the index. */
  readonly filename: string;
  readonly sha256?: string | undefined;
  readonly name: string;
  readonly version: string;
  /** Whose opinion is wanted besides our own checks. */
  readonly linters: readonly Linter[];
  readonly run: ScanRun;
  /** e.g. "bubblewrap 0.8.0", or "none": for the record. */
  readonly sandbox: string;
  readonly timeoutMs?: number;
  readonly now: number;
  readonly signal?: AbortSignal | undefined;
}

/**
 * Scans one distribution with our own checks, in a process of their own, then with the linters. No
 * code of it is run. What goes wrong with the archive or a scanner is the fact "failed", never an
 * empty result.
 * @throws ThothError where this machine is to blame: no sandbox, a full disk, a process killed.
 */
export async function scanDistribution(request: ScanRequest): Promise<SecurityFact> {
  const own = await ownAnswer(request);
  if (own.state === "failed") return failed(request, own.failure, own.detail);
  const opinions = new Map<string, Opinion>();
  for (const linter of request.linters)
    opinions.set(linter.name, await opinionOf(linter, request, own));
  return scanned(request, own, opinions);
}

const defaultTimeoutMs = 120_000;
const retryAfterMs = 7 * 86_400_000;

type Answer = ScanAnswer | (ScanEndAnswer & { readonly state: "failed" });
type ScanEndAnswer = { readonly failure: ScanFailure; readonly detail: string };

async function ownAnswer(request: ScanRequest): Promise<Answer> {
  const { archivePath, filename, name, version, timeoutMs = defaultTimeoutMs } = request;
  const { command, args, readOnly } = ownScanner();
  const scan = (limitMs: number) =>
    request.run({
      command,
      args: [...args, archivePath, filename, name, version],
      readOnly: [...readOnly, archivePath],
      timeoutMs: limitMs,
      signal: request.signal,
    });
  let run = await scan(timeoutMs);
  // Once more with twice the time: this machine may have been busy
  if (run.timedOut) run = await scan(2 * timeoutMs);
  const end = judgeScan(run, "the scanner");
  return end === undefined ? readAnswer(run) : { state: "failed", ...end };
}

function readAnswer(run: ProcessResult): Answer {
  const [started, text = ""] = run.stdout.split("\n");
  if (started !== scannerStarted && !run.outputTruncated)
    throw new ThothError("tool-missing", "the scanner does not start here", {
      notes: [safeText(lastLine(run.stderr))],
      hint: "see that Node runs in the sandbox; installing Thoth again may help",
    });
  const answer: unknown = run.outputTruncated ? undefined : parsedJson(text);
  if (run.exitCode === 0 && isAnswer(answer)) return answer;
  const ending = run.signal ?? `exit code ${run.exitCode}`;
  const detail = safeText(`the scanner gave no answer: ${ending} ${lastLine(run.stderr)}`).trim();
  return { state: "failed", failure: "tool-failed", detail };
}

/** It is our own program that speaks, so its parts are looked at, not the parts of those. */
function isAnswer(value: unknown): value is ScanAnswer {
  if (!isRecord(value)) return false;
  if (value["state"] === "failed") return typeof value["detail"] === "string";
  const { counts, findings, alarms, unreadable } = value;
  return isRecord(counts) && [findings, alarms, unreadable].every(Array.isArray);
}

async function opinionOf(
  linter: Linter,
  request: ScanRequest,
  { linesOfCode }: Indicators,
): Promise<Opinion> {
  const { archivePath, filename, run, signal, timeoutMs = defaultTimeoutMs } = request;
  const ask = (limitMs: number) =>
    secondOpinion({ archivePath, filename, linter, run, linesOfCode, signal, timeoutMs: limitMs });
  const first = await ask(timeoutMs);
  return !first.ok && first.failure === "timeout" ? ask(2 * timeoutMs) : first;
}

function scanned(
  request: ScanRequest,
  own: Extract<ScanAnswer, { state: "scanned" }>,
  opinions: ReadonlyMap<string, Opinion>,
): SecurityFact {
  const { counts, filesAnalyzed, filesFiltered, filesWithFindings, linesOfCode, score } = own;
  const heard = [...opinions].flatMap(([name, one]) => (one.ok ? [{ name, ...one }] : []));
  const silent = [...opinions.values()].flatMap((one) => (one.ok ? [] : [one.detail]));
  const kept = keptFindings([...own.findings, ...heard.flatMap(({ findings }) => findings)]);
  const details = [
    ...unreadText("", own.unreadable, own.unreadableLeftOut),
    ...heard.flatMap(({ name, unreadable }) => unreadText(` by ${name}`, unreadable, 0)),
    ...silent,
  ];
  return {
    outcome: "scanned",
    ...common(request),
    ...{ counts, filesAnalyzed, filesFiltered, filesWithFindings, linesOfCode, score },
    findings: kept.findings,
    findingsLeftOut: kept.findingsLeftOut + own.findingsLeftOut,
    alarms: own.alarms,
    ...(own.unseen > 0 && { unseen: own.unseen }),
    ...(heard.length > 0 && {
      opinions: Object.fromEntries(heard.map(({ name, indicators }) => [name, indicators])),
    }),
    ...(details.length > 0 && { detail: details.join("\n") }),
    ...(silent.length > 0 && { expires: new Date(request.now + retryAfterMs).toISOString() }),
  };
}

const mostNamed = 5;

function unreadText(by: string, files: readonly string[], leftOut: number): readonly string[] {
  if (files.length === 0) return [];
  const shown = files.slice(0, mostNamed);
  const hidden = files.length - shown.length + leftOut;
  const more = hidden > 0 ? ` and ${hidden} more` : "";
  return [safeText(`not analysed${by}: ${shown.join(", ")}${more}`)];
}

/** What passes may do better another time; a broken archive stays broken. */
const passes: ReadonlySet<ScanFailure> = new Set<ScanFailure>(["timeout", "tool-failed"]);

function failed(request: ScanRequest, failure: ScanFailure, detail: string): SecurityFact {
  const expires = new Date(request.now + retryAfterMs).toISOString();
  return {
    ...noIndicators,
    outcome: "failed",
    failure,
    detail: safeText(detail),
    ...common(request),
    ...(passes.has(failure) && { expires }),
  };
}

/** The numbers of what was not scanned. */
export const noIndicators = {
  counts: {},
  filesAnalyzed: 0,
  filesFiltered: 0,
  filesWithFindings: 0,
  linesOfCode: 0,
  findings: [],
  findingsLeftOut: 0,
  alarms: [],
} as const;

function common({ filename, sha256, linters, sandbox, now }: ScanRequest) {
  const tools = linters.map(({ name, version }) => [name, version] as const);
  return {
    filename,
    ...(sha256 === undefined ? {} : { sha256 }),
    tools: { "thoth-scan": scannerVersion, sandbox, ...Object.fromEntries(tools) },
    observedAt: new Date(now).toISOString(),
  };
}
