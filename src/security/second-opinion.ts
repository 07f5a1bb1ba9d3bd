import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Finding } from "../model/finding.ts";
import type { Indicators } from "../model/security-fact.ts";
import { errorCode } from "../util/atomic-write.ts";
import { ThothError } from "../util/errors.ts";
import { safeText } from "../util/terminal-text.ts";
import { defaultLimits } from "./archive-limits.ts";
import { readMembers } from "./archive-members.ts";
import { indicatorCounts } from "./indicator-counts.ts";
import { judgeScan, lastLine, type ScanEnd, type ScanRun } from "./scanner-process.ts";
import { isPythonSource, splitSources } from "./source-files.ts";

/** What a linter said of the files it was given; paths as on its command line. */
export interface LintReport {
  readonly findings: readonly Finding[];
  /** Files that it could not analyse. */
  readonly errors: readonly { readonly path: string; readonly reason: string }[];
  /** By its own count; undefined where it has none. */
  readonly linesOfCode: number | undefined;
}

/** A linter that works here: `command ...args FOLDER` looks at all Python files of a folder. */
export interface Linter {
  readonly name: "bandit" | "ruff";
  readonly version: string;
  readonly command: string;
  readonly args: readonly string[];
  /** What it needs to read besides the folder. */
  readonly readOnly: readonly string[];
  /** Undefined where that is no report of it. */
  readonly parse: (stdout: string) => LintReport | undefined;
}

export interface OpinionRequest {
  readonly archivePath: string;
  readonly filename: string;
  readonly linter: Linter;
  readonly run: ScanRun;
  readonly timeoutMs: number;
  /** What counts where the linter has no count of its own. */
  readonly linesOfCode: number;
  readonly signal?: AbortSignal | undefined;
}

/** A linter's word on one file. */
export type Opinion =
  | {
      readonly ok: true;
      readonly indicators: Indicators;
      readonly findings: readonly Finding[];
      readonly unreadable: readonly string[];
    }
  | ({ readonly ok: false } & ScanEnd);

/**
 * Has a linter look at the Python files of an archive. Nothing is unpacked under a name that the
 * archive chose: files are numbered, so that neither a path, a configuration file nor a folder that
 * the linter leaves out can hide anything.
 * @throws ArchiveRefused, as `readMembers`.
 */
export async function secondOpinion(request: OpinionRequest): Promise<Opinion> {
  const folder = await mkdtemp(join(tmpdir(), "thoth-scan-"));
  try {
    const sources = await unpackSources(request, folder);
    if (sources.analysed.length === 0) return opinion(request, sources, emptyReport);
    const { linter, timeoutMs, signal } = request;
    const run = await request.run({
      command: linter.command,
      args: [...linter.args, folder],
      readOnly: [...linter.readOnly, folder],
      timeoutMs,
      signal,
    });
    const end = judgeScan(run, linter.name);
    if (end !== undefined) return { ok: false, ...end };
    // 0: nothing found, 1: something found
    const isReport = [0, 1].includes(run.exitCode ?? -1) && !run.outputTruncated;
    const report = isReport ? linter.parse(run.stdout) : undefined;
    if (report !== undefined) return opinion(request, sources, report);
    const ending = run.signal ?? `exit code ${run.exitCode}`;
    const detail = `${linter.name} gave no report: ${ending} ${lastLine(run.stderr)}`;
    return { ok: false, failure: "tool-failed", detail: safeText(detail).trim() };
  } catch (error) {
    if (errorCode(error) !== "ENOSPC") throw error;
    throw new ThothError("disk-full", `no space left in ${tmpdir()} to unpack what is scanned`, {
      hint: "make room, or set TMPDIR to a folder with more of it",
      cause: error,
    });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const emptyReport: LintReport = { findings: [], errors: [], linesOfCode: 0 };

interface Sources {
  readonly analysed: readonly string[];
  readonly filtered: readonly string[];
  /** Path in the archive by the file that holds it. */
  readonly paths: ReadonlyMap<string, string>;
}

async function unpackSources(request: OpinionRequest, folder: string): Promise<Sources> {
  const { archivePath, filename, signal } = request;
  const written = new Map<string, string>();
  await readMembers({
    archivePath,
    filename,
    limits: defaultLimits,
    signal,
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

function opinion(
  { linesOfCode }: OpinionRequest,
  { analysed, filtered, paths }: Sources,
  report: LintReport,
): Opinion {
  const inArchive = (path: string) => paths.get(path) ?? path;
  const findings = report.findings.map((finding): Finding => {
    const path = inArchive(finding.path);
    return { ...finding, path, runs: isInstaller(path) ? "install" : finding.runs };
  });
  return {
    ok: true,
    indicators: {
      counts: indicatorCounts(findings),
      filesAnalyzed: analysed.length - report.errors.length,
      filesFiltered: filtered.length,
      filesWithFindings: new Set(findings.map(({ path }) => path)).size,
      linesOfCode: report.linesOfCode ?? linesOfCode,
    },
    findings,
    unreadable: report.errors.map(({ path, reason }) => `${inArchive(path)}: ${reason}`),
  };
}

/** The setup.py of a source distribution. */
function isInstaller(path: string): boolean {
  return /^[^/]+\/setup\.py$/.test(path);
}
