import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tar } from "../../fixtures/tar.ts";
import type { ProcessResult } from "../sandbox/process.ts";
import { parseBanditReport } from "./bandit-report.ts";
import { parseRuffReport } from "./ruff-report.ts";
import { type ScanRequest, scanDistribution } from "./scan-distribution.ts";
import type { ScanAnswer } from "./scan-summary.ts";
import type { ScanCommand, ScanRun } from "./scanner-process.ts";
import type { Linter } from "./second-opinion.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-scan-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const fine = {
  exitCode: 0,
  signal: undefined,
  stdout: "",
  stderr: "",
  timedOut: false,
  stopped: undefined,
  outputTruncated: false,
  durationMs: 1,
} satisfies ProcessResult;

const clean: ScanAnswer = {
  state: "scanned",
  counts: { "SEVERITY.HIGH__CONFIDENCE.HIGH": 0 },
  filesAnalyzed: 2,
  filesFiltered: 0,
  filesWithFindings: 0,
  linesOfCode: 20,
  findings: [],
  findingsLeftOut: 0,
  alarms: [],
  score: 0,
  unreadable: [],
  unreadableLeftOut: 0,
  unseen: 0,
};

const said = (answer: string) => `thoth-scan\n${answer}\n`;

const bandit: Linter = {
  name: "bandit",
  version: "1.9.4",
  command: "bandit",
  args: ["-r"],
  readOnly: ["/opt/b"],
  parse: parseBanditReport,
};

/** Our scanner says `own`; bandit finds fault with each "bad" and can't read a "(". */
function machine(own: Partial<ProcessResult>, linter: Partial<ProcessResult> = {}) {
  const commands: ScanCommand[] = [];
  const run: ScanRun = async (command) => {
    commands.push(command);
    if (command.command !== "bandit")
      return { ...fine, stdout: said(JSON.stringify(clean)), ...own };
    const target = command.args.at(-1) ?? "";
    const files = readdirSync(target).sort();
    const read = async (name: string) => [
      join(target, name),
      await readFile(join(target, name), "utf8"),
    ];
    const texts = await Promise.all(files.map(read));
    const about = (part: string) =>
      texts.flatMap(([filename, text]) => (text?.includes(part) ? [{ filename }] : []));
    const results = about("bad").map(({ filename }) => ({
      filename,
      issue_severity: "HIGH",
      issue_confidence: "LOW",
      issue_text: "it is bad",
      line_number: 1,
      test_id: "B000",
    }));
    const errors = about("(").map(({ filename }) => ({ filename, reason: "syntax error" }));
    const metrics = { _totals: { loc: files.length } };
    const stdout = JSON.stringify({ results, errors, metrics });
    return { ...fine, exitCode: 1, stdout, ...linter };
  };
  return { run, commands };
}

function request(
  files: Readonly<Record<string, string>>,
  run: ScanRun,
  changes: Partial<ScanRequest> = {},
): ScanRequest {
  const filename = changes.filename ?? "a-1.tar.gz";
  const entries = Object.entries(files).map(([path, text]) => [path, strToU8(text)] as const);
  const members = Object.fromEntries(entries);
  const archivePath = join(folder, filename);
  writeFileSync(archivePath, filename.endsWith(".whl") ? zipSync(members) : gzipSync(tar(members)));
  const now = Date.UTC(2026, 0, 1);
  const about = { archivePath, filename, name: "a", version: "1", sandbox: "none", now };
  return { ...about, linters: [], run, ...changes };
}

test("our own checks need nothing but the archive, and no Python", async () => {
  const { run, commands } = machine({});
  const scan = request({ "a-1/a.py": "bad" }, run, { sha256: "ab" });

  const {
    state: _state,
    unreadable: _files,
    unreadableLeftOut: _more,
    unseen: _,
    ...numbers
  } = clean;
  expect(await scanDistribution(scan)).toEqual({
    ...numbers,
    outcome: "scanned",
    filename: "a-1.tar.gz",
    sha256: "ab",
    tools: { "thoth-scan": "1", sandbox: "none" },
    observedAt: "2026-01-01T00:00:00.000Z",
  });
  expect(commands.map(({ command }) => command)).toEqual([process.execPath]);
  expect(commands[0]?.readOnly.at(-1)).toBe(scan.archivePath);
});

test.each([
  ["memory", { stopped: "memory" }, "tool-failed", "the scanner met our limit of memory"],
  [
    "a traceback",
    { exitCode: 1, stdout: said(""), stderr: "at x\nbo\u0007om\n" },
    "tool-failed",
    "the scanner gave no answer: exit code 1 boom",
  ],
  [
    "half an answer",
    { stdout: said('{"state": "scann') },
    "tool-failed",
    "the scanner gave no answer: ",
  ],
  ["another answer", { stdout: said("{}") }, "tool-failed", "the scanner gave no answer: "],
  ["time", { timedOut: true }, "timeout", "the scanner did not end in time"],
])("a scan that ends with %s is a failure for a week", async (_how, end, failure, detail) => {
  const { run, commands } = machine(end);
  const fact = await scanDistribution(request({ "a.py": "bad" }, run, { timeoutMs: 5 }));

  expect(fact).toMatchObject({ outcome: "failed", failure, expires: "2026-01-08T00:00:00.000Z" });
  expect(fact.detail).toContain(detail);
  const limits = failure === "timeout" ? [5, 10] : [5];
  expect(commands.map(({ timeoutMs }) => timeoutMs)).toEqual(limits);
});

test("a broken archive stays broken", async () => {
  const answer = { state: "failed", failure: "bad-archive", detail: "no gzip" };
  const { run } = machine({ stdout: said(JSON.stringify(answer)) });
  const fact = await scanDistribution(request({}, run));

  expect(fact).toMatchObject({ outcome: "failed", failure: "bad-archive", detail: "no gzip" });
  expect(fact).not.toHaveProperty("expires");
});

test.each([
  ["a kill by somebody else", { signal: "SIGKILL", exitCode: undefined }, "killed"],
  ["a kill within the sandbox", { exitCode: 137 }, "killed"],
  ["a scanner that won't start", { exitCode: 13, stdout: "", stderr: "no" }, "tool-missing"],
  ["a sandbox that won't start", { exitCode: 1, stderr: "bwrap: no" }, "no-sandbox"],
])("%s says nothing of the package", async (_how, end, code) => {
  const { run } = machine(end);
  await expect(scanDistribution(request({}, run))).rejects.toMatchObject({ code });
});

test("a second opinion has its own counts, and its findings stand beside ours", async () => {
  const { run } = machine({});
  const files = {
    "a-1/a/bad.py": "bad",
    "a-1/setup.py": "bad",
    "a-1/tests/test_a.py": "bad",
    "a-1/\u001B[2Jold.py": "print (",
    "a-1/a/data.txt": "bad",
  };
  const fact = await scanDistribution(request(files, run, { linters: [bandit] }));

  expect(fact.counts["SEVERITY.HIGH__CONFIDENCE.LOW"]).toBeUndefined();
  expect(fact.tools).toEqual({ "thoth-scan": "1", sandbox: "none", bandit: "1.9.4" });
  expect(fact.opinions?.["bandit"]).toMatchObject({
    filesAnalyzed: 2,
    filesFiltered: 1,
    filesWithFindings: 2,
    linesOfCode: 3,
  });
  expect(fact.opinions?.["bandit"]?.counts["SEVERITY.HIGH__CONFIDENCE.LOW"]).toBe(2);
  expect(fact.findings.map(({ tool, path, runs }) => [tool, path, runs])).toEqual([
    ["bandit", "a-1/a/bad.py", "call"],
    ["bandit", "a-1/setup.py", "install"],
  ]);
  expect(fact.detail).toBe("not analysed by bandit: a-1/old.py: syntax error");
});

describe("a package cannot hide its code from a linter", () => {
  test.each([
    ["in a folder that bandit leaves out", { "x.egg/bad.py": "bad", ".git/bad.py": "bad" }],
    [
      "behind a .bandit file",
      { ".bandit": "[bandit]\nskips: B000", "a/bad.py": "bad", "b.py": "bad" },
    ],
    ["by being all tests", { "testpkg/bad.py": "bad", "testpkg/more.py": "bad" }],
    ["behind a long name", { [`${"n".repeat(90)}.py`]: "bad", "m.PY": "bad" }],
  ])("%s", async (_how, files) => {
    const { run, commands } = machine({});
    const changes = { filename: "a-1-py3-none-any.whl", linters: [bandit] };
    const { opinions } = await scanDistribution(request(files, run, changes));

    expect(opinions?.["bandit"]?.counts["SEVERITY.HIGH__CONFIDENCE.LOW"]).toBe(2);
    const unpacked = commands[1]?.readOnly ?? [];
    expect(unpacked).toEqual(["/opt/b", expect.stringContaining("thoth-scan-")]);
    expect(existsSync(unpacked[1] ?? "/")).toBe(false);
  });
});

test("a linter that fails leaves our own checks standing, and is asked again after a week", async () => {
  const { run } = machine({}, { exitCode: 2, stdout: "", stderr: "no module\n" });
  const fact = await scanDistribution(request({ "a.py": "bad" }, run, { linters: [bandit] }));

  expect(fact).toMatchObject({
    outcome: "scanned",
    detail: "bandit gave no report: exit code 2 no module",
    expires: "2026-01-08T00:00:00.000Z",
  });
  expect(fact).not.toHaveProperty("opinions");
});

test("ruff's report is ranked as bandit ranks the same; what it can't parse is no finding", () => {
  const at = { filename: "/x/0.py", location: { row: 3, column: 1 }, message: "shell" };
  const report = [
    { ...at, code: "S602" },
    { ...at, code: "S999" },
    { ...at, code: "invalid-syntax", message: "SyntaxError" },
  ];

  expect(parseRuffReport(JSON.stringify(report))).toEqual({
    findings: [
      expect.objectContaining({ rule: "S602", severity: "HIGH", confidence: "HIGH", line: 3 }),
      expect.objectContaining({ rule: "S999", severity: "UNDEFINED" }),
    ],
    errors: [{ path: "/x/0.py", reason: "SyntaxError" }],
    linesOfCode: undefined,
  });
  expect(parseRuffReport("{}")).toBeUndefined();
});
