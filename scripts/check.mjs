// npm run check: every check but the tests, two at a time. With --report FILE, the outcome as JSON.
import { spawn } from "node:child_process";
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const checks = [
  {
    name: "lint",
    script: "node_modules/@biomejs/biome/bin/biome",
    args: ["check", "--colors=off"],
  },
  { name: "types", script: "node_modules/typescript-7/bin/tsc", args: ["--noEmit", "-p", "."] },
  { name: "imports", script: "scripts/check-layers.mjs", args: [] },
  { name: "unused code", script: "node_modules/knip/bin/knip.js", args: ["--no-progress"] },
];

function run({ name, script, args }) {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, ...args], {
      cwd: fileURLToPath(new URL("..", import.meta.url)),
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, NO_COLOR: "1" },
    });
    const output = [];
    child.stdout.on("data", (chunk) => output.push(chunk));
    child.stderr.on("data", (chunk) => output.push(chunk));
    child.on("error", reject);
    child.on("close", (exitCode) =>
      resolve({ name, passed: exitCode === 0, output: Buffer.concat(output).toString() }),
    );
  });
}

const waiting = [...checks];
const results = [];
async function work() {
  for (let check = waiting.shift(); check !== undefined; check = waiting.shift()) {
    const result = await run(check);
    results.push(result);
    process.stdout.write(`${result.passed ? "passed" : "FAILED"}  ${result.name}\n`);
    if (!result.passed) process.stdout.write(`${result.output.trimEnd()}\n\n`);
  }
}
await Promise.all([work(), work()]);

const failed = results.filter(({ passed }) => !passed).map(({ name }) => name);
const report = process.argv[process.argv.indexOf("--report") + 1];
if (process.argv.includes("--report")) {
  writeFileSync(report, JSON.stringify({ passed: results.length - failed.length, failed }));
}
if (failed.length > 0) process.stdout.write(`failed: ${failed.join(", ")}\n`);
process.exitCode = failed.length > 0 ? 1 : 0;
