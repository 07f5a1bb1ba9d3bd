import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ProcessOptions, ProcessResult } from "../sandbox/process.ts";
import { ThothError } from "../util/errors.ts";
import { parseBanditReport } from "./bandit-report.ts";
import { findLinter, type LinterSearch } from "./lint-tool.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-bandit-"));
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

/** Interpreters by path: which have bandit; "venv" and "pip install" work as told. */
function machine(having: readonly string[], pip: Partial<ProcessResult> = {}) {
  const commands: string[] = [];
  const withBandit = new Set(having);
  const run = async ({ command, args }: ProcessOptions): Promise<ProcessResult> => {
    const [first, second] = args;
    if (first === "-c") {
      if (command === "/absent") throw new ThothError("tool-missing", "no such command");
      commands.push(`probe ${command}`);
      const stdout = `noise\n${[command, "1.9.4", "/lib", "/lib", "/usr"].join("\0")}\n`;
      return withBandit.has(command) ? { ...fine, stdout } : { ...fine, exitCode: 3 };
    }
    commands.push(`${second} by ${command.replace(/\.\d+\//, "/")}`);
    if (second === "venv") mkdirSync(join(args.at(-1) ?? "", "bin"), { recursive: true });
    if (second === "pip") withBandit.add(join(folder, "tools/bandit/bin/python"));
    return { ...fine, ...(second === "pip" ? pip : {}) };
  };
  return { run, commands };
}

function search(run: LinterSearch["run"], changes: Partial<LinterSearch> = {}): LinterSearch {
  const environment = { PATH: join(folder, "bin") };
  return { run, environment, cacheDirectory: folder, python: "/py", offline: false, ...changes };
}

test("bandit on PATH is run by the Python that its script names", async () => {
  const script = join(folder, "bin", "bandit");
  mkdirSync(join(folder, "bin"));
  writeFileSync(script, "#!/opt/venv/bin/python3\nimport bandit\n", { mode: 0o755 });
  const { run, commands } = machine(["/opt/venv/bin/python3", "/py"]);

  expect(await findLinter("bandit", search(run))).toEqual({
    command: "/opt/venv/bin/python3",
    name: "bandit",
    args: ["-m", "bandit", "-r", "-q", "-f", "json", "-n", "1"],
    parse: parseBanditReport,
    version: "1.9.4",
    readOnly: ["/lib", "/usr"],
  });
  expect(commands).toEqual(["probe /opt/venv/bin/python3"]);
});

test("else the given Python is asked", async () => {
  const { run } = machine(["/py"]);

  expect(await findLinter("bandit", search(run))).toMatchObject({ command: "/py" });
});

test("else it is installed in the cache, whole or not at all", async () => {
  const own = join(folder, "tools/bandit/bin/python");
  const { run, commands } = machine([]);

  expect(await findLinter("bandit", search(run))).toMatchObject({ command: own });
  expect(commands).toEqual([
    "probe /py",
    `probe ${own}`,
    "venv by /py",
    `pip by ${own}`,
    `probe ${own}`,
  ]);
  expect(readdirSync(join(folder, "tools"))).toEqual(["bandit"]);
});

test("a failed installation says why and leaves nothing", async () => {
  const { run } = machine([], { exitCode: 1, stderr: "a\nb\nERROR: no index\n" });

  await expect(findLinter("bandit", search(run))).rejects.toMatchObject({
    code: "tool-missing",
    message: "bandit could not be installed",
    notes: ["a", "b", "ERROR: no index"],
  });
  expect(readdirSync(join(folder, "tools"))).toEqual([]);
});

test("offline nothing is installed", async () => {
  const { run, commands } = machine([]);

  await expect(
    findLinter("bandit", search(run, { offline: true, python: "/absent" })),
  ).rejects.toThrow("bandit is not installed");
  expect(commands).toEqual([`probe ${join(folder, "tools/bandit/bin/python")}`]);
  expect(existsSync(join(folder, "tools"))).toBe(false);
});
