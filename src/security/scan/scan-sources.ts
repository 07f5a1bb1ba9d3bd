import type { Finding } from "../../model/finding.ts";
import type { PackageName } from "../../python/name.ts";
import { type ParsePython, pythonParser } from "../../python-syntax/parser.ts";
import {
  linesOfCode,
  type SourceText,
  sourceText,
  type Trouble,
} from "../../python-syntax/source-text.ts";
import { isPythonSource, splitSources } from "../source-files.ts";
import { worstFirst } from "../worst-first.ts";
import { installCode } from "./install-code.ts";
import type { Runs } from "./machine.ts";
import { raisedForName, raisedTogether } from "./name-alarm.ts";
import { pthCode, pthFinding } from "./pth.ts";
import { readFile } from "./read-file.ts";
import { isBesideThePackage, isProgram, isTest, isWorthParsing } from "./which-files.ts";

/** One distribution to scan; `members` gives each file of its archive to `take`, one by one. */
export interface SourceRequest {
  readonly name: PackageName;
  readonly version: string;
  readonly kind: "sdist" | "wheel";
  readonly members: (take: (path: string, bytes: Buffer) => Promise<void>) => Promise<void>;
  readonly signal?: AbortSignal | undefined;
}

/** What our own checks saw in the Python files of a distribution. */
export interface SourceScan {
  /** One for each rule and line, worst first. */
  readonly findings: readonly Finding[];
  readonly filesAnalyzed: number;
  /** Tests and the like, which nothing installs. */
  readonly filesFiltered: number;
  readonly filesWithFindings: number;
  /** Lines of the analysed files that are neither blank nor a comment. */
  readonly linesOfCode: number;
  /** Files that could not be read whole; what could be read of them was still checked. */
  readonly unreadable: readonly { readonly path: string; readonly reason: string }[];
  /** How many of those are code that an installation or an import runs, past limits of ours. */
  readonly unseen: number;
}

/** Checks the sources of one distribution; no code of it is run. */
export async function scanSources(request: SourceRequest): Promise<SourceScan> {
  const [members, parse] = await Promise.all([collected(request), pythonParser()]);
  const paths = [...members.python.keys()];
  const analysed = new Set(splitSources(paths).analysed);
  const text = (path: string): SourceText | undefined => {
    const bytes = members.python.get(path);
    return bytes === undefined ? undefined : sourceText(bytes);
  };
  const sources = { paths, text: (path: string) => text(path)?.text };
  const sdist = request.kind === "sdist";
  const onInstall = sdist ? installCode(sources, members.pyproject) : new Set<string>();
  const wanted = paths.filter((path) => onInstall.has(path) || !isTest(path));
  const checked = (wanted.length === 0 ? paths : wanted).sort(
    // What an installation runs comes first, for the time may not suffice for all
    (a, b) => Number(onInstall.has(b)) - Number(onInstall.has(a)),
  );
  const start = process.cpuUsage();
  const state: State = { findings: [], unreadable: [], lines: 0, unseen: 0 };
  for (const path of checked) {
    request.signal?.throwIfAborted();
    const source = text(path);
    if (source === undefined) continue;
    const runs = onInstall.has(path) ? "install" : whenImported(path, sdist);
    if (secondsSince(start) > mostSeconds) {
      note({ path, runs }, { reason: "no time was left for it", ours: true }, state);
      continue;
    }
    readOne({ path, source, runs, lint: analysed.has(path) }, parse, state);
  }
  state.findings.push(...pthFindings(members.pth, parse), ...programFindings(members, sdist));
  const findings = raisedForName(request.name, state.findings).sort(worstFirst);
  return {
    findings,
    filesAnalyzed: checked.length,
    filesFiltered: paths.length - checked.length,
    filesWithFindings: new Set(findings.map(({ path }) => path)).size,
    linesOfCode: state.lines,
    unreadable: state.unreadable,
    unseen: state.unseen,
  };
}

/** Processor time for one archive; what is left then was not read, and is told. */
const mostSeconds = 60;

function secondsSince(start: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(start);
  return (user + system) / 1e6;
}

interface Members {
  readonly python: Map<string, Buffer>;
  readonly pth: Map<string, string>;
  readonly programs: string[];
  pyproject: string;
}

async function collected(request: SourceRequest): Promise<Members> {
  const members: Members = { python: new Map(), pth: new Map(), programs: [], pyproject: "" };
  await request.members(async (path, bytes) => {
    // A path that stands twice in an archive: the last one wins when it is installed
    if (isPythonSource(path)) members.python.set(path, bytes);
    else if (/\.pth$/i.test(path)) members.pth.set(path, bytes.toString("latin1"));
    else if (/^[^/]*\/?pyproject\.toml$/.test(path)) members.pyproject = bytes.toString("utf8");
    else if (isProgram(path)) members.programs.push(path);
  });
  return members;
}

interface State {
  readonly findings: Finding[];
  readonly unreadable: { path: string; reason: string }[];
  lines: number;
  unseen: number;
}

interface OneFile {
  readonly path: string;
  readonly source: SourceText;
  readonly runs: Runs;
  /** Whether lint of it counts; else only alarms do. */
  readonly lint: boolean;
}

function whenImported(path: string, sdist: boolean): Runs {
  return sdist && isBesideThePackage(path) ? "call" : "import";
}

function readOne({ path, source, runs, lint }: OneFile, parse: ParsePython, state: State): void {
  if (lint) state.lines += linesOfCode(source.text);
  const troubles = source.trouble === undefined ? [] : [source.trouble];
  if (runs === "install" || isWorthParsing(source.text)) {
    const { findings, trouble } = readFile({ path, text: source.text, runs }, parse);
    for (const finding of raisedTogether(findings)) {
      if (lint || finding.alarm !== undefined) state.findings.push(finding);
    }
    if (trouble !== undefined) troubles.push(trouble);
  }
  for (const trouble of troubles) note({ path, runs }, trouble, state);
  if (troubles.length > 0 && runs === "install") {
    state.findings.push(hiddenFromReaders(path, /.{5000}/.test(source.text)));
  }
}

function note({ path, runs }: Pick<OneFile, "path" | "runs">, trouble: Trouble, state: State) {
  state.unreadable.push({ path, reason: trouble.reason });
  if (trouble.ours && runs !== "call") state.unseen += 1;
}

/** Code of the installation that cannot be read: Python would not run it, or we do not see it. */
function hiddenFromReaders(path: string, packed: boolean): Finding {
  return {
    tool: "thoth",
    runs: "install",
    alarm: packed ? "block" : "warn",
    severity: "MEDIUM",
    confidence: "LOW",
    rule: "TH402",
    text: "runs while it is installed and cannot be read whole",
    path,
    line: 1,
  };
}

function pthFindings(files: ReadonlyMap<string, string>, parse: ParsePython): readonly Finding[] {
  return [...files].flatMap(([path, text]) => {
    const code = pthCode(text);
    const own = pthFinding(path, code);
    if (own === undefined) return [];
    return [own, ...readFile({ path, text: code, runs: "install" }, parse).findings];
  });
}

function programFindings({ programs }: Members, sdist: boolean): readonly Finding[] {
  if (!sdist) return [];
  return programs.map((path) => ({
    tool: "thoth",
    runs: "call",
    severity: "LOW",
    confidence: "LOW",
    rule: "TH403",
    text: "a program or a script of a shell among the sources",
    path,
    line: 1,
  }));
}
