import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "../model/finding.ts";
import type { SecurityFact } from "../model/knowledge.ts";
import type { ProcessOptions, ProcessResult } from "../sandbox/process.ts";
import { safeText } from "../util/terminal-text.ts";
import { type ArchiveLimits, ArchiveRefused, defaultLimits } from "./archive-limits.ts";
import { readMembers } from "./archive-members.ts";
import { type BanditReport, parseBanditReport } from "./bandit-report.ts";
import type { Bandit } from "./bandit-tool.ts";
import { indicatorCounts } from "./indicator-counts.ts";
import { isPythonSource, splitSources } from "./source-files.ts";

/** Runs the scanner, best in a sandbox: of the machine it needs `readOnly`, and no network. */
export type ScanRun = (
  options: ProcessOptions & { readonly readOnly: readonly string[] },
) => Promise<ProcessResult>;

/** One wheel or sdist to scan, downloaded and hash-checked. */
export interface ScanRequest {
  readonly archivePath: string;
  /** Its name in the index. */
  readonly filename: string;
  readonly sha256?: string;
  readonly bandit: Bandit;
  readonly run: ScanRun;
  readonly environment: Readonly<Record<string, string>>;
  readonly timeoutMs?: number;
  readonly limits?: ArchiveLimits;
  readonly signal?: AbortSignal | undefined;
}

/** The fact to keep, and the findings behind its numbers, worst first. */
export interface ScanResult {
  readonly fact: SecurityFact;
  readonly findings: readonly Finding[];
}

/** Why a scan failed; the first word of the fact's `detail`. */
export type ScanFailure = "bad-archive" | "too-large" | "timeout" | "tool-failed";

/**
 * Scans the Python files of a distribution with bandit. No code of it is run and nothing is
 * unpacked under a name that it chose: files are numbered, so that neither a path, a `.bandit` file
 * nor a folder that bandit leaves out can hide anything. What goes wrong with the archive or the
 * scanner is the fact "failed"; never an empty result.
 */
export async function scanDistribution(request: ScanRequest): Promise<ScanResult> {
  const folder = await mkdtemp(join(tmpdir(), "thoth-scan-"));
  try {
    const sources = await unpackSources(request, folder);
    const report =
      sources.analysed.length === 0 ? emptyReport : await runBandit(request, folder, sources.paths);
    if ("failure" in report) return failed(request, report.failure, report.detail);
    return scanned(request, sources, report);
  } catch (error) {
    if (error instanceof ArchiveRefused) return failed(request, error.reason, error.message);
    throw error;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const defaultTimeoutMs = 300_000;
const mostOutput = 64_000_000;
const mostNamed = 5;
const emptyReport: BanditReport = { findings: [], errors: [], linesOfCode: 0 };

interface Sources {
  readonly analysed: readonly string[];
  readonly filtered: readonly string[];
  /** Path in the archive by the file that holds it. */
  readonly paths: ReadonlyMap<string, string>;
}

async function unpackSources(request: ScanRequest, folder: string): Promise<Sources> {
  const written = new Map<string, string>();
  await readMembers({
    archivePath: request.archivePath,
    filename: request.filename,
    limits: request.limits ?? defaultLimits,
    signal: request.signal,
    wants: isPythonSource,
    take: async (path, bytes) => {
      // A path that stands twice in an archive: the last one wins when it is installed.
      const file = written.get(path) ?? join(folder, `${written.size}.py`);
      written.set(path, file);
      await writeFile(file, bytes);
    },
  });
  const { analysed, filtered } = splitSources([...written.keys()]);
  const paths = new Map<string, string>();
  for (const path of filtered) await rm(written.get(path) ?? folder, { recursive: true });
  for (const path of analysed) paths.set(written.get(path) ?? "", path);
  return { analysed, filtered, paths };
}

interface Failed {
  readonly failure: ScanFailure;
  readonly detail: string;
}

async function runBandit(
  request: ScanRequest,
  folder: string,
  paths: ReadonlyMap<string, string>,
): Promise<BanditReport | Failed> {
  const { bandit, environment, signal, timeoutMs = defaultTimeoutMs } = request;
  const result = await request.run({
    command: bandit.command,
    args: [...bandit.args, "-r", "-q", "-f", "json", "-n", "1", folder],
    cwd: "/",
    env: { ...environment, PYTHONDONTWRITEBYTECODE: "1", PYTHONUTF8: "1" },
    readOnly: [...bandit.readOnly, folder],
    timeoutMs,
    maxOutputBytes: mostOutput,
    signal,
  });
  if (result.timedOut) return { failure: "timeout", detail: `bandit took over ${timeoutMs} ms` };
  if (result.stopped !== undefined) {
    return { failure: "tool-failed", detail: `bandit met our limit of ${result.stopped}` };
  }
  // 0: nothing found, 1: something found
  const report = [0, 1].includes(result.exitCode ?? -1)
    ? parseBanditReport(result.stdout)
    : undefined;
  if (report === undefined || result.outputTruncated) {
    const ending = result.signal ?? `exit code ${result.exitCode}`;
    const last = result.stderr.trim().split("\n").at(-1) ?? "";
    return { failure: "tool-failed", detail: safeText(`bandit gave no report: ${ending} ${last}`) };
  }
  return named(report, paths);
}

function named(report: BanditReport, paths: ReadonlyMap<string, string>): BanditReport {
  const original = <T extends { readonly path: string }>(item: T): T => ({
    ...item,
    path: paths.get(item.path) ?? item.path,
  });
  return {
    ...report,
    findings: report.findings.map(original),
    errors: report.errors.map(original),
  };
}

function scanned(request: ScanRequest, sources: Sources, report: BanditReport): ScanResult {
  const { errors } = report;
  const shown = errors.slice(0, mostNamed).map(({ path, reason }) => `${path}: ${reason}`);
  const more = errors.length > mostNamed ? ` and ${errors.length - mostNamed} more` : "";
  const detail =
    errors.length === 0 ? {} : { detail: safeText(`not analysed: ${shown.join(", ")}${more}`) };
  const fact: SecurityFact = {
    outcome: "scanned",
    ...detail,
    ...common(request),
    counts: indicatorCounts(report.findings),
    filesAnalyzed: sources.analysed.length - errors.length,
    filesFiltered: sources.filtered.length,
    linesOfCode: report.linesOfCode,
  };
  return { fact, findings: [...report.findings].sort(worseFirst) };
}

function failed(request: ScanRequest, failure: ScanFailure, detail: string): ScanResult {
  const fact: SecurityFact = {
    outcome: "failed",
    detail: safeText(`${failure}: ${detail}`),
    ...common(request),
    counts: {},
    filesAnalyzed: 0,
    filesFiltered: 0,
    linesOfCode: 0,
  };
  return { fact, findings: [] };
}

function common({ filename, sha256, bandit }: ScanRequest) {
  return {
    filename,
    ...(sha256 === undefined ? {} : { sha256 }),
    tools: { bandit: bandit.version },
    observedAt: new Date().toISOString(),
  };
}

const weight = { HIGH: 0, MEDIUM: 1, LOW: 2, UNDEFINED: 3 } as const;

function worseFirst(a: Finding, b: Finding): number {
  return (
    weight[a.severity] - weight[b.severity] ||
    weight[a.confidence] - weight[b.confidence] ||
    (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line)
  );
}
