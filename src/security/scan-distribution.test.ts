import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { strToU8, zipSync } from "fflate";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { tar } from "../../fixtures/tar.ts";
import { type ProcessResult, runProcess } from "../sandbox/process.ts";
import { findSandbox } from "../sandbox/sandbox.ts";
import { ThothError } from "../util/errors.ts";
import type { Bandit } from "./bandit-tool.ts";
import { findBandit } from "./bandit-tool.ts";
import { sandboxedScan } from "./sandboxed-scan.ts";
import { type ScanRequest, type ScanRun, scanDistribution } from "./scan-distribution.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-scan-test-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

const bandit: Bandit = {
  command: "python3",
  args: ["-m", "bandit"],
  version: "1.9.4",
  readOnly: [],
};
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

/** A bandit that finds a HIGH/LOW problem in each file that has "bad" in it and no tree in "(". */
const scripted: ScanRun = async ({ args }) => {
  const target = args.at(-1) ?? "";
  const files = readdirSync(target)
    .sort()
    .map((name) => join(target, name));
  const texts = await Promise.all(files.map((file) => readFile(file, "utf8")));
  const results = files
    .filter((_file, at) => texts[at]?.includes("bad"))
    .map((filename) => ({
      filename,
      issue_severity: "HIGH",
      issue_confidence: "LOW",
      issue_text: "it is bad",
      line_number: 1,
      test_id: "B000",
    }));
  const errors = files
    .filter((_file, at) => texts[at]?.includes("("))
    .map((filename) => ({ filename, reason: "syntax error" }));
  const metrics = { _totals: { loc: files.length } };
  return { ...fine, exitCode: 1, stdout: JSON.stringify({ results, errors, metrics }) };
};

function request(
  files: Readonly<Record<string, string>>,
  changes: Partial<ScanRequest> = {},
): ScanRequest {
  const filename = changes.filename ?? "a-1.tar.gz";
  const entries = Object.entries(files).map(([path, text]) => [path, strToU8(text)] as const);
  const members = Object.fromEntries(entries);
  const archivePath = join(folder, filename);
  writeFileSync(archivePath, filename.endsWith(".whl") ? zipSync(members) : gzipSync(tar(members)));
  return { archivePath, filename, bandit, run: scripted, environment: {}, ...changes };
}

test("findings are counted by severity and confidence, tests are left out", async () => {
  const scan = request({
    "a-1/a/bad.py": "bad",
    "a-1/a/good.py": "good",
    "a-1/setup.py": "bad",
    "a-1/tests/test_a.py": "bad",
    "a-1/a/data.txt": "bad",
  });

  expect(await scanDistribution({ ...scan, sha256: "ab" })).toEqual({
    fact: {
      outcome: "scanned",
      filename: "a-1.tar.gz",
      sha256: "ab",
      tools: { bandit: "1.9.4" },
      counts: {
        "SEVERITY.HIGH__CONFIDENCE.HIGH": 0,
        "SEVERITY.HIGH__CONFIDENCE.MEDIUM": 0,
        "SEVERITY.HIGH__CONFIDENCE.LOW": 2,
        "SEVERITY.HIGH__CONFIDENCE.UNDEFINED": 0,
        "SEVERITY.MEDIUM__CONFIDENCE.HIGH": 0,
        "SEVERITY.MEDIUM__CONFIDENCE.MEDIUM": 0,
        "SEVERITY.MEDIUM__CONFIDENCE.LOW": 0,
        "SEVERITY.MEDIUM__CONFIDENCE.UNDEFINED": 0,
        "SEVERITY.LOW__CONFIDENCE.HIGH": 0,
        "SEVERITY.LOW__CONFIDENCE.MEDIUM": 0,
        "SEVERITY.LOW__CONFIDENCE.LOW": 0,
        "SEVERITY.LOW__CONFIDENCE.UNDEFINED": 0,
      },
      filesAnalyzed: 3,
      filesFiltered: 1,
      linesOfCode: 3,
      observedAt: expect.stringMatching(/^\d{4}-.*Z$/),
    },
    findings: ["a-1/a/bad.py", "a-1/setup.py"].map((path) => ({
      severity: "HIGH",
      confidence: "LOW",
      rule: "B000",
      text: "it is bad",
      path,
      line: 1,
    })),
  });
});

describe("a package cannot hide its code", () => {
  test.each([
    ["in a folder that bandit leaves out", { "x.egg/bad.py": "bad", ".git/bad.py": "bad" }],
    [
      "behind a .bandit file",
      { ".bandit": "[bandit]\nskips: B000", "a/bad.py": "bad", "b.py": "bad" },
    ],
    ["by being all tests", { "testpkg/bad.py": "bad", "testpkg/more.py": "bad" }],
    ["behind a long name", { [`${"n".repeat(90)}.py`]: "bad", "m.PY": "bad" }],
  ])("%s", async (_how, files) => {
    const { fact } = await scanDistribution(request(files, { filename: "a-1-py3-none-any.whl" }));

    expect(fact.counts["SEVERITY.HIGH__CONFIDENCE.LOW"]).toBe(2);
  });
});

test("files that could not be analysed are not counted as analysed, and named", async () => {
  const { fact } = await scanDistribution(
    request({ "a-1/\u001B[2Jold.py": "print (", "a-1/b.py": "" }),
  );

  expect(fact).toMatchObject({
    outcome: "scanned",
    filesAnalyzed: 1,
    detail: "not analysed: a-1/old.py: syntax error",
  });
});

test("a distribution without Python code needs no scanner", async () => {
  const run = () => Promise.reject(new Error("must not run"));
  const { fact } = await scanDistribution(request({ "a.so": "ELF" }, { run }));

  expect(fact).toMatchObject({ outcome: "scanned", filesAnalyzed: 0, linesOfCode: 0 });
});

test.each([
  ["time", { timedOut: true }, "timeout: bandit took over 5 ms"],
  ["memory", { stopped: "memory" }, "tool-failed: bandit met our limit of memory"],
  [
    "a traceback",
    { exitCode: 2, stderr: "Trace\nbo\u0007om\n" },
    "tool-failed: bandit gave no report: exit code 2 boom",
  ],
  [
    "a signal",
    { exitCode: undefined, signal: "SIGKILL" },
    "tool-failed: bandit gave no report: SIGKILL",
  ],
  [
    "half a report",
    { stdout: '{"results": []' },
    "tool-failed: bandit gave no report: exit code 0",
  ],
  ["other JSON", { stdout: "[]" }, "tool-failed: bandit gave no report: exit code 0"],
])("a scan that ends with %s is a failure, not a clean result", async (_how, result, detail) => {
  const run = async () => ({ ...fine, ...result });
  const { fact } = await scanDistribution(request({ "a.py": "bad" }, { run, timeoutMs: 5 }));

  expect({ ...fact, detail: fact.detail?.trim() }).toMatchObject({
    outcome: "failed",
    detail,
    counts: {},
  });
});

test("a damaged archive is a failure", async () => {
  const scan = request({ "a.py": "bad" });
  writeFileSync(scan.archivePath, "no archive");

  expect((await scanDistribution(scan)).fact).toMatchObject({
    outcome: "failed",
    detail: expect.stringMatching(/^bad-archive: /),
  });
});

test("nothing is left behind, and the scanner sees only the code", async () => {
  const seen: (readonly string[])[] = [];
  const run: ScanRun = (options) => {
    seen.push(options.readOnly);
    return scripted(options);
  };
  await scanDistribution(
    request({ "a.py": "bad" }, { run, bandit: { ...bandit, readOnly: ["/opt/b"] } }),
  );

  expect(seen).toEqual([["/opt/b", expect.stringContaining("thoth-scan-")]]);
  expect(existsSync(seen[0]?.[1] ?? "/")).toBe(false);
});

const { PATH = "" } = process.env;
const environment = { PATH };
const real = await findBandit({
  run: runProcess,
  environment,
  cacheDirectory: "/nonexistent",
  python: "python3",
  offline: true,
}).catch((error: unknown) => {
  if (error instanceof ThothError && error.code === "tool-missing") return undefined;
  throw error;
});

const sandbox = await findSandbox();
const ways: readonly { readonly way: string; readonly run: ScanRun }[] = [
  { way: "bare", run: runProcess },
  ...(sandbox === undefined ? [] : [{ way: "in the sandbox", run: sandboxedScan(sandbox) }]),
];

test.runIf(real !== undefined).each(ways)("the real bandit agrees, $way", async ({ run }) => {
  if (real === undefined) throw new Error("unreachable");
  const code = 'import subprocess\nassert 1\nsubprocess.call("ls", shell=True)\n';
  const files = { "a-1/a.py": code, "a-1/broken.py": "def (:\n", "a-1/b.egg/c.py": code };
  const scan = request(files, { bandit: real, run, environment });
  const { fact, findings } = await scanDistribution(scan);

  expect(fact).toMatchObject({
    outcome: "scanned",
    filesAnalyzed: 2,
    detail: expect.stringContaining("a-1/broken.py"),
  });
  expect(fact.counts["SEVERITY.LOW__CONFIDENCE.HIGH"]).toBeGreaterThanOrEqual(4);
  expect(findings.map((finding) => finding.path)).toContain("a-1/b.egg/c.py");
});
