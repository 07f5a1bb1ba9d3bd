// npm run ci, after its set-up: builds, runs every check and every test, and closes with one line
// `N passed, N failed` in which the build and each check count as one.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const reports = mkdtempSync(join(tmpdir(), "thoth-ci-"));
const root = fileURLToPath(new URL("..", import.meta.url));

function run(script, ...args) {
  const { status } = spawnSync(process.execPath, [script, ...args], {
    cwd: root,
    stdio: ["ignore", "inherit", "inherit"],
  });
  return status === 0;
}

function read(name) {
  try {
    return JSON.parse(readFileSync(join(reports, name), "utf8"));
  } catch {
    return undefined;
  }
}

function build() {
  const built = run("scripts/build.mjs");
  return { passed: Number(built), failed: Number(!built) };
}

function check() {
  run("scripts/check.mjs", "--report", join(reports, "check.json"));
  const report = read("check.json");
  return report === undefined
    ? { passed: 0, failed: 1 }
    : { passed: report.passed, failed: report.failed.length };
}

/** A file that could not be loaded has no failed test, and yet it failed; so has an empty run. */
function test() {
  const fine = run(
    "node_modules/vitest/vitest.mjs",
    "run",
    "--reporter=default",
    "--reporter=json",
    `--outputFile.json=${join(reports, "tests.json")}`,
  );
  const report = read("tests.json");
  if (report === undefined || report.numPassedTests === 0) return { passed: 0, failed: 1 };
  const unloaded = report.testResults.filter(
    ({ status, assertionResults }) =>
      status === "failed" && assertionResults.every((result) => result.status !== "failed"),
  ).length;
  const failed = report.numFailedTests + unloaded;
  return { passed: report.numPassedTests, failed: fine ? failed : Math.max(failed, 1) };
}

const results = [build(), check(), test()];
rmSync(reports, { recursive: true });
const passed = results.reduce((sum, result) => sum + result.passed, 0);
const failed = results.reduce((sum, result) => sum + result.failed, 0);
process.stdout.write(`${passed} passed, ${failed} failed\n`);
process.exitCode = failed > 0 ? 1 : 0;
