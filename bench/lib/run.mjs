// Runs a command and measures its whole tree; runs the reference tools.
import { spawn, spawnSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { environment, folder, tool } from "./world.mjs";

const measurer = fileURLToPath(new URL("measure.py", import.meta.url));

/** Exit code, wall and CPU seconds, MB, and what was printed. */
export function measure(command, { env = environment(), cwd, timeout = 900 } = {}) {
  const report = join(folder("report"), "report.json");
  const wrapped = [measurer, report, String(timeout), ...command];
  const run = spawnSync("python3", wrapped, { env, cwd, encoding: "utf8", maxBuffer: 1 << 28 });
  if (!existsSync(report)) throw new Error(`${command.join(" ")}: ${run.stderr}`);
  const facts = JSON.parse(readFileSync(report, "utf8"));
  return { ...facts, stdout: run.stdout, stderr: run.stderr };
}

/** Starts a command without waiting; `finished` gives exit, signal and output. */
export function start(command, { env = environment(), cwd } = {}) {
  const [program, ...args] = command;
  const child = spawn(program, args, {
    env,
    cwd,
    stdio: ["ignore", "pipe", "pipe"],
    detached: true,
  });
  const output = { stdout: "", stderr: "" };
  for (const stream of ["stdout", "stderr"])
    child[stream].setEncoding("utf8").on("data", (text) => {
      output[stream] += text;
    });
  const finished = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("close", (exit, signal) => resolve({ exit, signal, ...output }));
  });
  return { pid: child.pid, finished };
}

/** One lock of a case by a peer: what `peer-lock` prints. Caches and work stay in `home`. */
export function peerLock(testCase, peer, { home, mode = "cold", timeout = 300, index } = {}) {
  const where = ["--cache", join(home, "cache"), "--work", join(home, "work")];
  const rest = ["--mode", mode, "--timeout", String(timeout), ...(index ? ["--index", index] : [])];
  const args = [tool("peer-lock"), testCase.directory, peer, ...where, ...rest];
  const run = spawnSync("python3", args, {
    env: environment(),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  if (run.status !== 0) return { ok: false, peer, mode, error: run.stderr.trim().slice(-600) };
  return JSON.parse(run.stdout);
}

/** The verdict of `check-lock`; its cache is kept over all runs of a script. */
export function checkLock(place, { install = false, pipenv, cache } = {}) {
  const lock = join(place.project, "Pipfile.lock");
  const flags = [...(install ? ["--install"] : []), ...(pipenv ? ["--pipenv", pipenv] : [])];
  const kept = cache === undefined ? [] : ["--cache", cache];
  const args = ["--python", place.case.python, "--json", ...kept, ...flags];
  const command = [tool("check-lock"), join(place.project, "Pipfile"), lock, ...args];
  const run = spawnSync("python3", command, {
    env: environment(place),
    encoding: "utf8",
    maxBuffer: 1 << 28,
  });
  try {
    return JSON.parse(run.stdout);
  } catch {
    return { ok: false, problems: [{ kind: "crash", text: run.stderr.slice(-800) }], warnings: [] };
  }
}
