import { expect, test } from "vitest";
import { ThothError } from "../util/errors.ts";
import { runProcess } from "./process.ts";
import { processTable } from "./process-table.ts";

const shell = (script: string, more: Partial<Parameters<typeof runProcess>[0]> = {}) =>
  runProcess({
    command: "/bin/sh",
    args: ["-c", script],
    env: { PATH: "/usr/bin:/bin" },
    timeoutMs: 20_000,
    ...more,
  });

function isAlive(pid: number): boolean {
  expect(pid).toBeGreaterThan(1);
  return processTable().some((entry) => entry.pid === pid && !entry.zombie);
}

test("output, exit code and standard input arrive", async () => {
  const result = await shell("read line; echo out $line; echo err >&2; exit 3", { stdin: "in\n" });

  expect(result).toMatchObject({
    exitCode: 3,
    signal: undefined,
    stdout: "out in\n",
    stderr: "err\n",
    timedOut: false,
    stopped: undefined,
    outputTruncated: false,
  });
});

test("no variable of ours reaches the process", async () => {
  process.env["THOTH_TEST_SECRET"] = "hunter2";

  const { stdout } = await shell("env", { env: { GIVEN: "1", PATH: "/usr/bin:/bin" } });

  expect(stdout).toContain("GIVEN=1");
  expect(stdout).not.toContain("hunter2");
});

test("a deadline ends the grandchildren too, even where they ignore TERM", async () => {
  const result = await shell("trap '' TERM; (trap '' TERM; sleep 60) & echo $!; wait", {
    timeoutMs: 300,
  });

  expect(result.timedOut).toBe(true);
  expect(result.exitCode).toBeUndefined();
  expect(isAlive(Number(result.stdout))).toBe(false);
}, 20_000);

test("a grandchild that is left behind neither survives nor holds us up", async () => {
  const result = await shell("sleep 60 & echo $!");

  expect(result).toMatchObject({ exitCode: 0, timedOut: false });
  expect(isAlive(Number(result.stdout))).toBe(false);
});

test("an aborted signal ends the group and is thrown", async () => {
  const controller = new AbortController();
  let pid = 0;
  const run = shell("sleep 60 & echo $!; wait", {
    signal: controller.signal,
    onStdout: (text) => {
      pid = Number(text);
      controller.abort(new Error("enough"));
    },
  });

  await expect(run).rejects.toThrow("enough");
  expect(isAlive(pid)).toBe(false);
});

test("the guard's word ends the process and is reported", async () => {
  const result = await shell("sleep 60", { guard: () => "memory" });

  expect(result).toMatchObject({ stopped: "memory", signal: "SIGKILL", timedOut: false });
});

test("only the end of very long output is kept", async () => {
  const result = await shell("i=0; while [ $i -lt 3000 ]; do echo line$i; i=$((i+1)); done", {
    maxOutputBytes: 1000,
  });

  expect(result.outputTruncated).toBe(true);
  expect(result.stdout).toHaveLength(1000);
  expect(result.stdout.endsWith("line2999\n")).toBe(true);
});

test("a missing command is something the user can mend", async () => {
  const run = runProcess({ command: "/nonexistent/tool", args: [], env: {}, timeoutMs: 1000 });

  await expect(run).rejects.toBeInstanceOf(ThothError);
  await expect(run).rejects.toMatchObject({ code: "tool-missing" });
});
