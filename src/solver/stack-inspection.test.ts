import { afterAll, beforeAll, expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { type TestMachine, testMachine } from "./machine.test-helper.ts";
import { inspectStack, type StackInspection } from "./stack-inspection.ts";

let machine: TestMachine;
beforeAll(async () => {
  machine = await testMachine();
});
afterAll(() => machine.remove());

function inspect(lines: readonly string[], more: Partial<StackInspection> = {}) {
  const { runtime, sandbox, cacheDirectory } = machine;
  const pins = [machine.pin(wheel({ name: "demo", version: "1.0" }))];
  const script = { name: "script.py", bytes: Buffer.from(`${lines.join("\n")}\n`) };
  return inspectStack({ runtime, sandbox, cacheDirectory, pins, script, repeat: 1, ...more });
}

test("every run has a process and a folder of its own, and what it used is measured", async () => {
  const told: number[] = [];
  const lines = [
    "import demo, json, os",
    "open('mine', 'x').close()",
    "print(json.dumps({'demo': demo.__version__, 'cwd': os.getcwd(), 'pid': os.getpid()}))",
  ];

  const { jobs, problem, refused } = await inspect(lines, {
    repeat: 2,
    onJob: ({ wall_seconds }) => told.push(wall_seconds),
  });

  expect({ problem, refused }).toEqual({ problem: null, refused: [] });
  expect(jobs).toMatchObject([
    { exit_code: 0, stdout: { demo: "1.0", cwd: "/work/inspection/run-1" } },
    { exit_code: 0, stdout: { demo: "1.0", cwd: "/work/inspection/run-2" } },
  ]);
  expect(told).toEqual(jobs.map(({ wall_seconds }) => wall_seconds));
  for (const { usage } of jobs) {
    expect(usage["ru_maxrss"]).toBeGreaterThan(1000);
    expect(usage["ru_minflt"]).toBeGreaterThan(0);
    expect(usage).toHaveProperty("ru_utime");
    expect(usage).toHaveProperty("ru_nvcsw");
  }
});

test("a run may use all processors, has no network and finds its own programs first", async () => {
  const { jobs } = await inspect([
    "import json, os, socket",
    "names = [name for _, name in socket.if_nameindex()]",
    "path = os.environ['PATH'].split(':')[0]",
    "print(json.dumps({'net': names, 'path': path, 'omp': os.environ.get('OMP_NUM_THREADS')}))",
  ]);

  expect(jobs[0]?.stdout).toEqual({ net: ["lo"], path: "/work/environment/bin", omp: null });
});

test("a run without end is ended, and so is what it started", async () => {
  const { jobs, problem } = await inspect(
    ["import subprocess", "subprocess.Popen(['sleep', '1000'])", "while True: pass"],
    { runMs: 1500 },
  );

  expect(problem).toBeNull();
  expect(jobs).toMatchObject([{ exit_code: null, signal: 9, timed_out: true }]);
});

test("a crash is told by its signal, and the telling end of stderr is kept", async () => {
  const { jobs } = await inspect([
    "import os, signal, sys",
    "sys.stderr.write('x' * 100000 + '\\nlast words\\n')",
    "sys.stderr.flush()",
    "os.kill(os.getpid(), signal.SIGSEGV)",
  ]);

  expect(jobs).toMatchObject([{ exit_code: null, signal: 11, timed_out: false }]);
  expect(jobs[0]?.stderr).toMatch(/x\nlast words$/);
});

test("endless output is cut, not waited for", async () => {
  const { jobs } = await inspect(["for _ in range(100): print('y' * 100000)"]);

  expect(jobs[0]).toMatchObject({ exit_code: 0, stdout_cut: true });
  expect(jobs[0]?.stdout).toHaveLength(65_536);
});

test("nothing is run where pip refuses a wheel, and which one is told", async () => {
  const good = machine.pin(wheel({ name: "good", version: "1.0" }));
  const bad = machine.pin(wheel({ name: "bad", version: "1.0", requiresPython: "<3" }));

  const { jobs, refused } = await inspect(["print(1)"], { pins: [good, bad] });

  expect(jobs).toEqual([]);
  expect(refused).toMatchObject([{ name: "bad", version: "1.0", failure: "requires-python" }]);
});

test("a stack of nothing is one too", async () => {
  const { jobs } = await inspect(["print(1)"], { pins: [] });

  expect(jobs).toMatchObject([{ exit_code: 0, stdout: "1\n" }]);
});
