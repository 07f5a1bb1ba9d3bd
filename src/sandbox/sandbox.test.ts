import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { homedir, tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { processTable } from "./process-table.ts";
import { findSandbox, runSandboxed } from "./sandbox.ts";
import type { Sandbox, SandboxedCommand } from "./sandboxed-command.ts";

let sandbox: Sandbox;
const folder = mkdtempSync(join(tmpdir(), "thoth-sandbox-test-"));

beforeAll(async () => {
  const found = await findSandbox();
  if (found === undefined) throw new Error("these tests need a working bubblewrap");
  sandbox = found;
});
afterAll(() => rmSync(folder, { recursive: true }));

const limits = {
  timeoutMs: 20_000,
  memoryBytes: 512 * 1024 ** 2,
  processes: 40,
  fileBytes: 10_000_000,
};

function run(command: string, args: readonly string[], more: Partial<SandboxedCommand> = {}) {
  return runSandboxed(sandbox, {
    command,
    args,
    interpreterPaths: [],
    readOnly: [],
    writable: [],
    limits,
    ...more,
  });
}
const shell = (script: string, more: Partial<SandboxedCommand> = {}) =>
  run("/bin/sh", ["-c", script], more);
const python = (script: string, more: Partial<SandboxedCommand> = {}) =>
  run("/usr/bin/python3", ["-c", script], more);

test("a command runs, reads what it is shown and writes where it may", async () => {
  writeFileSync(join(folder, "in.txt"), "shown");

  const result = await shell("cat /in/in.txt && echo made > /out/made.txt", {
    readOnly: [{ from: folder, to: "/in" }],
    writable: [{ from: folder, to: "/out" }],
  });

  expect(result).toMatchObject({ exitCode: 0, stdout: "shown", stderr: "" });
  expect(readdirSync(folder)).toContain("made.txt");
});

test("the network is out of reach, this machine's own included", async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  const port = typeof address === "object" && address !== null ? address.port : 0;
  let connections = 0;
  server.on("connection", () => connections++);

  const result = await python(
    `import socket; socket.create_connection(("127.0.0.1", ${port}), timeout=5)`,
  );
  server.close();

  expect(result.exitCode).toBe(1);
  expect(result.stderr).toMatch(/ConnectionRefused|Network is unreachable/);
  expect(connections).toBe(0);
});

test("a secret of the home folder and of the environment can't be read", async () => {
  const secret = mkdtempSync(join(homedir(), ".thoth-test-"));
  writeFileSync(join(secret, "token"), "hunter2");
  process.env["THOTH_TEST_SECRET"] = "hunter2";

  const result = await shell(
    `cat ${secret}/token; env; cat /proc/*/environ; ls -a ${homedir()} "$HOME"; cat /etc/shadow`,
  );
  rmSync(secret, { recursive: true });

  expect(`${result.stdout}${result.stderr}`).not.toContain("hunter2");
  expect(result.stderr).toContain(`${secret}/token: No such file`);
  expect(result.stderr).toContain("/etc/shadow: No such file");
});

test("nothing can be written outside the writable folders", async () => {
  const result = await shell(
    "for place in / /usr /usr/bin /etc /in /dev /var; do touch $place/x && echo wrote $place; done",
    { readOnly: [{ from: folder, to: "/in" }] },
  );

  expect(result.stdout).toBe("");
});

test("processes of the machine are not visible", async () => {
  const result = await shell("echo /proc/[0-9]*");

  expect(result.stdout.trim().split(" ").length).toBeLessThan(5);
});

test("what is left in the background is gone, even in a session of its own", async () => {
  const result = await shell("setsid sleep 4711 & sleep 4711 & wait", {
    limits: { ...limits, timeoutMs: 400 },
  });

  expect(result.timedOut).toBe(true);
  await expect.poll(sleepers).toBe(0);
});

// Bounded, since a real fork bomb takes the whole machine where the limit does not hold.
const spread = [
  "import os, time",
  "for i in range(120):",
  "    try:",
  "        if os.fork() == 0: time.sleep(20); os._exit(0)",
  "    except OSError: print('refused', i); break",
  "time.sleep(3)",
].join("\n");

test("a fork bomb is stopped and leaves nothing behind", async () => {
  const result = await python(spread);

  expect(result.stopped === "processes" || result.stdout.startsWith("refused ")).toBe(true);
  await expect.poll(() => pythonsBelowBubblewrap()).toBe(0);
});

test("the kernel itself limits the processes, for root too, where it can", async () => {
  const [isolation] = sandbox.isolations;
  const result = await python(spread);

  expect(result.stdout.startsWith("refused ")).toBe(isolation?.countsProcesses);
});

test("files that only their owner can read can be shown", async () => {
  const file = join(folder, "private.txt");
  writeFileSync(file, "private", { mode: 0o600 });

  const result = await shell("cat /in", { readOnly: [{ from: file, to: "/in" }] });

  expect(result.stdout).toBe("private");
});

test("one process that asks for 10 GB is refused them", async () => {
  const result = await python("x = bytearray(10 * 1024 ** 3)");

  expect(result.exitCode).toBe(1);
  expect(result.stderr).toContain("MemoryError");
});

test("many processes that together ask for too much are ended", async () => {
  const result = await python(
    [
      "import os, time",
      "for i in range(8):",
      "    if os.fork() == 0: break",
      "x = bytearray(os.urandom(1)) * (150 * 1024 ** 2)",
      "time.sleep(15)",
    ].join("\n"),
  );

  expect(result.stopped).toBe("memory");
});

test.each(["/dev/shm", "/tmp"])("files in memory at %s are bounded", async (place) => {
  const result = await shell(`cat /dev/zero > ${place}/x`, {
    limits: { ...limits, fileBytes: 2 ** 40 },
  });

  expect(result.exitCode).not.toBe(0);
  expect(result.stderr).toContain("No space left");
});

test("address space that is reserved but not used is not counted", async () => {
  const result = await python(
    "import mmap; m = mmap.mmap(-1, 64 * 1024 ** 3, mmap.MAP_PRIVATE | 0x4000, prot=0); print('ok')",
  );

  expect(result.stdout).toBe("ok\n");
});

/** Processes of this machine, however deep, whose command line is `sleep 4711`. */
function sleepers(): number {
  const commands = processTable().map(({ pid }) => {
    try {
      return readFileSync(`/proc/${pid}/cmdline`, "utf8");
    } catch {
      return "";
    }
  });
  return commands.filter((command) => command === "sleep\x004711\0").length;
}

function pythonsBelowBubblewrap(): number {
  const own = processTable().filter((entry) => entry.parent === process.pid && !entry.zombie);
  return own.filter((entry) => entry.group === entry.pid).length;
}
