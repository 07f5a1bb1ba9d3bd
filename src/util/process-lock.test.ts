import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { liveness, ownIdentity } from "./process-identity.ts";
import { acquireLock, acquireLockSync, LockTimeoutError } from "./process-lock.ts";

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-lock-"));
  path = join(folder, "a.lock");
});
afterEach(() => rmSync(folder, { recursive: true }));

const owner = (change: object) =>
  writeFileSync(path, JSON.stringify({ ...ownIdentity(), token: "t", ...change }));

test("one holds the lock at a time, and nothing is left when it is released", async () => {
  const first = await acquireLock(path, { timeoutMs: 0 });
  expect(() => acquireLockSync(path, { timeoutMs: 5 })).toThrow(LockTimeoutError);
  await expect(acquireLock(path, { timeoutMs: 5 })).rejects.toMatchObject({
    holder: `process ${process.pid} on ${ownIdentity().host}`,
  });
  const waiting = acquireLock(path, { timeoutMs: 10_000 });
  first.release();
  (await waiting).release();
  acquireLockSync(join(folder, "new", "folder", "b.lock"), { timeoutMs: 0 }).release();
  expect(readdirSync(folder)).toEqual(["new"]);
});

test("waiting ends when its signal says so", async () => {
  const lock = acquireLockSync(path, { timeoutMs: 0 });
  const controller = new AbortController();
  const waiting = acquireLock(path, { timeoutMs: 10_000, signal: controller.signal });
  controller.abort(new Error("enough"));
  await expect(waiting).rejects.toThrow();
  lock.release();
  expect(readdirSync(folder)).toEqual([]);
});

test.each([
  ["has ended", { pid: spawnSync(process.execPath, ["-e", ""]).pid }],
  ["has ended and its number belongs to another now", { start: "1" }],
  ["ran before the last boot", { boot: "another" }],
])("the lock of a process that %s is taken over at once", (_, change) => {
  owner(change);
  acquireLockSync(path, { timeoutMs: 0 }).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("a zombie is dead: it holds nothing though signals reach it", async () => {
  // The child's child ends at once, and is never waited for.
  const script =
    "import os,sys,time\npid=os.fork()\nif pid==0: os._exit(0)\nprint(pid,flush=True)\ntime.sleep(60)";
  const parent = spawn("python3", ["-c", script], { stdio: ["ignore", "pipe", "ignore"] });
  const [output] = await once(parent.stdout, "data");
  const pid = Number(String(output));
  const stat = () => readFileSync(`/proc/${pid}/stat`, "utf8");
  while (!stat().includes(") Z")) await new Promise((resolve) => setTimeout(resolve, 5));
  const start = stat().split(") ")[1]?.split(" ")[19] ?? "";
  expect(liveness({ ...ownIdentity(), pid, start })).toBe("dead");
  parent.kill("SIGKILL");
  await once(parent, "exit");
});

test("the lock of another machine stands for ten minutes after it was taken", () => {
  owner({ host: "elsewhere.example" });
  expect(() => acquireLockSync(path, { timeoutMs: 0 })).toThrow("on elsewhere.example");
  const old = new Date(Date.now() - 601_000);
  utimesSync(path, old, old);
  acquireLockSync(path, { timeoutMs: 0 }).release();
});

test("a lock that nobody can read is treated like another machine's", () => {
  writeFileSync(path, "garbage");
  expect(() => acquireLockSync(path, { timeoutMs: 0 })).toThrow("is held by another process");
  const old = new Date(Date.now() - 601_000);
  utimesSync(path, old, old);
  acquireLockSync(path, { timeoutMs: 0 }).release();
});

test("who died while taking a lock over is cleared away too", () => {
  owner({ start: "1" });
  writeFileSync(`${path}.steal.t`, JSON.stringify({ ...ownIdentity(), start: "1", token: "s" }));
  acquireLockSync(path, { timeoutMs: 1000 }).release();
  expect(readdirSync(folder)).toEqual([]);
});

test("releasing a lock that has passed to another leaves it alone", () => {
  const lock = acquireLockSync(path, { timeoutMs: 0 });
  owner({ token: "other" });
  lock.release();
  expect(readdirSync(folder)).toEqual(["a.lock"]);
});
