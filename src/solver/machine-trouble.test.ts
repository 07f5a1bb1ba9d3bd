import { execFileSync } from "node:child_process";
import { readFileSync, writeFileSync } from "node:fs";
import { totalmem } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, onTestFinished, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { canMount } from "../../fixtures/namespace.ts";
import { sdist, wheel } from "../../fixtures/packages.ts";
import type { InstalledFact } from "../model/knowledge.ts";
import { descendants } from "../sandbox/process-table.ts";
import { buildWheel } from "./build.ts";
import { killed } from "./import-failure.ts";
import { checkInstalled } from "./install-check.ts";
import { tryTwice, usualLimits } from "./limits.ts";
import { type TestMachine, testMachine } from "./machine.test-helper.ts";
import { heed } from "./run-end.ts";

// What this machine does to a run is no package's fault: nothing is learnt of the package.

let machine: TestMachine;
beforeAll(async () => {
  machine = await testMachine();
});
afterAll(() => machine.remove());

type Check = Parameters<typeof checkInstalled>[0];

async function importing(
  lines: readonly string[],
  more: Partial<Check> = {},
): Promise<InstalledFact | undefined> {
  const files = { "demo.py": `${lines.join("\n")}\n` };
  const pins = [machine.pin(wheel({ name: "demo", version: "1.0", files }))];
  const { cacheDirectory, sandbox, runtime } = machine;
  const check = { runtime, sandbox, pins, context: [], cacheDirectory, ...more };
  return (await checkInstalled(check)).get("demo==1.0");
}

function building({
  files = {},
  ...more
}: Partial<Parameters<typeof buildWheel>[0]> & { readonly files?: Record<string, string> } = {}) {
  const { cacheDirectory, sandbox, runtime } = machine;
  const source = { archive: machine.pin(sdist({ name: "demo", version: "1.0", files })).path };
  return buildWheel({ runtime, sandbox, source, buildWheels: [], cacheDirectory, ...more });
}

const sleepy = ["import time", "time.sleep(3)"];

/** Kills processes below this one as they come up, `most` of them; stops with the test. */
function killing(script: string, most: number): void {
  const seen = new Set<number>();
  const timer = setInterval(() => {
    const own = descendants(process.pid).filter((pid) => commandOf(pid).includes(script));
    // The last one is the child that imports; the one before supervises it
    const victim = own.length > 1 ? own.at(-1) : undefined;
    if (victim === undefined || seen.has(victim) || seen.size >= most) return;
    seen.add(victim);
    process.kill(victim, "SIGKILL");
  }, 20);
  onTestFinished(() => clearInterval(timer));
}

function commandOf(pid: number): string {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, "latin1");
  } catch {
    // It ended meanwhile
    return "";
  }
}

test("an import that somebody killed is tried again", async () => {
  killing("import_check.py", 1);

  expect(await importing(sleepy)).toMatchObject({ outcome: "ok" });
});

test("an import that is killed each time leaves no fact, for the machine may do that", async () => {
  killing("import_check.py", 2);
  const facts: string[] = [];
  const onResult = ({ name }: { readonly name: string }) => facts.push(name);

  await expect(importing(sleepy, { onResult })).rejects.toMatchObject({ code: "killed" });
  expect(facts).toEqual([]);
});

test("a whole check that somebody killed is tried again, each release for itself", async () => {
  killing("install_check.py", 1);

  expect(await importing(sleepy)).toMatchObject({ outcome: "ok" });
});

test("what took too long is given twice the time", async () => {
  expect(await importing(sleepy, { importTimeoutMs: 2000 })).toMatchObject({ outcome: "ok" });
});

test("what needs more memory than a first try has gets more", async () => {
  const bytes = Math.floor(usualLimits().memoryBytes * 1.3);
  // Asked for, but not touched: that costs the machine nothing
  const lines = ["import mmap", `x = mmap.mmap(-1, ${bytes}, flags=mmap.MAP_PRIVATE)`];

  expect(await importing(lines)).toMatchObject({ outcome: "ok" });
});

test("no try gets more memory than all its processes together may use of this machine", async () => {
  const given: number[] = [];
  await tryTwice(
    async ({ memoryBytes }) => given.push(memoryBytes),
    () => true,
  );

  expect(given).toHaveLength(2);
  expect(Math.max(...given)).toBeLessThan(totalmem() / 2);
});

test("what is stopped by the user leaves no fact", async () => {
  const { signal } = { signal: AbortSignal.abort(new Error("stopped")) };
  const facts: string[] = [];
  const onResult = ({ name }: { readonly name: string }) => facts.push(name);

  await expect(importing(sleepy, { signal, onResult })).rejects.toThrow("stopped");
  expect(facts).toEqual([]);
});

test("a sandbox that does not start says nothing of a release, nor of a build", async () => {
  const bubblewrap = join(temporaryFolder(), "bwrap");
  writeFileSync(bubblewrap, "#!/bin/sh\necho 'bwrap: no permissions' >&2\nexit 1\n", {
    mode: 0o755,
  });
  const sandbox = { ...machine.sandbox, bubblewrap };
  const refused = { code: "no-sandbox", notes: ["bwrap: no permissions"] };

  await expect(importing(sleepy, { sandbox })).rejects.toMatchObject(refused);
  await expect(building({ sandbox })).rejects.toMatchObject(refused);
});

test.runIf(canMount)("a disk that is full is the machine's trouble", async () => {
  const folder = temporaryFolder();
  execFileSync("mount", ["-t", "tmpfs", "-o", "size=4m", "tmpfs", folder]);
  onTestFinished(() => void execFileSync("umount", ["-l", folder]));
  // On disk, as where memory is short
  const sandbox = { ...machine.sandbox, sizedMemory: false };
  const files = { "demo/data.py": `x = "${"x".repeat(8_000_000)}"\n` };
  const pins = [machine.pin(wheel({ name: "demo", version: "1.0", files }))];
  const full = { code: "disk-full", hint: expect.stringContaining("THOTH_CACHE") };

  await expect(importing([], { sandbox, pins, cacheDirectory: folder })).rejects.toMatchObject(
    full,
  );
  // More than fits: a build that is over before anybody looks at the disk is no trouble
  await expect(building({ sandbox, files, cacheDirectory: folder })).rejects.toMatchObject(full);
});

test("a kill of the system is the machine's, unless nothing else used its memory", () => {
  const run = { systemKilled: true, diskFull: false };
  const limits = { memoryBytes: 2 ** 30, patience: 2, last: true };

  expect(() => heed(killed, run, { ...limits, idle: false })).toThrow(/want of memory/);
  expect(heed(killed, run, { ...limits, idle: true })).toMatchObject({
    failure: "out-of-memory",
    detail: expect.stringContaining("though nothing else used any"),
  });
});

test("a disk that was full is told from an environment in memory that was", () => {
  const found = { failure: "out-of-memory", detail: "[Errno 28] No space left on device" } as const;
  const limits = { ...usualLimits(), last: true };

  expect(() => heed(found, { systemKilled: false, diskFull: true }, limits)).toThrow(/no space/);
  expect(heed(found, { systemKilled: false, diskFull: false }, limits)).toMatchObject({
    failure: "out-of-memory",
  });
});
