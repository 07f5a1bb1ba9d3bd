import { expect, test } from "vitest";
import { findSandbox } from "../sandbox/sandbox.ts";
import { judgeScan, type ScanCommand, type ScanRun, scanRun } from "./scanner-process.ts";

const sandbox = await findSandbox();
const ways: readonly { readonly way: string; readonly run: ScanRun }[] = [
  { way: "without a sandbox", run: scanRun(undefined) },
  ...(sandbox === undefined ? [] : [{ way: "in the sandbox", run: scanRun(sandbox) }]),
];

function program(text: string, changes: Partial<ScanCommand> = {}): ScanCommand {
  const args = ["--max-old-space-size=4000", "-e", text];
  const readOnly = [process.execPath];
  return { command: process.execPath, args, readOnly, timeoutMs: 60_000, ...changes };
}

test.each(ways)(
  "a scanner's output comes back, and none of our environment gets in, $way",
  async ({ run }) => {
    process.env["THOTH_TEST_SECRET"] = "s3cret";
    const end = await run(program("console.log(JSON.stringify(process.env))"));
    delete process.env["THOTH_TEST_SECRET"];

    expect(end).toMatchObject({ exitCode: 0, stderr: "" });
    expect(end.stdout).toContain('"PATH"');
    expect(end.stdout).not.toContain("s3cret");
    expect(judgeScan(end, "it")).toBeUndefined();
  },
);

test.each(ways)("a scanner that takes too much memory is ended, $way", async ({ run }) => {
  const hoard = "const kept = []; for (;;) kept.push(Buffer.alloc(50_000_000, 1));";
  const end = await run(program(hoard));

  expect(end.exitCode).not.toBe(0);
  expect(end.timedOut).toBe(false);
});

test("a machine that has no threads left is to blame, not what is scanned", () => {
  const stderr = "node: ../src/node.cc:1: Assertion `(0) == (uv_thread_create(&t, f))' failed.\n";
  const said = { exitCode: 134, signal: undefined, stdout: "", stderr };
  const end = { ...said, timedOut: false, outputTruncated: false, durationMs: 1 };

  expect(() => judgeScan({ ...end, stopped: undefined }, "it")).toThrow(
    expect.objectContaining({ code: "machine-busy" }),
  );
});

test.each(ways)("a scanner that does not end is ended, $way", async ({ run }) => {
  const end = await run(program("for (;;);", { timeoutMs: 1000 }));

  expect(judgeScan(end, "it")).toEqual({ failure: "timeout", detail: "it did not end in time" });
});

test.runIf(sandbox !== undefined)(
  "in the sandbox there is no network and nothing to write to",
  async () => {
    const probe = `
    const { networkInterfaces } = require("node:os");
    const { writeFileSync, existsSync } = require("node:fs");
    const names = Object.values(networkInterfaces()).flat().filter((one) => !one.internal);
    let written = "written";
    try { writeFileSync("/x", ""); } catch (error) { written = error.code; }
    console.log(names.length, written, existsSync("/root"), existsSync("/work"));
  `;
    const end = await scanRun(sandbox)(program(probe));

    expect(end.stdout).toMatch(/^0 (EROFS|EACCES) false false\n$/);
  },
);
