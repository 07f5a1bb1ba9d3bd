// Several investigators on one store: started, killed, counted.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { folder, thoth } from "./world.mjs";

/** A store of its own with a project beside it; the cache is shared, as on one machine. */
export function place({ index, cache, store = join(folder("crowd"), "store") }) {
  const home = folder("home");
  const project = join(home, "project");
  mkdirSync(project);
  const env = {
    PATH: process.env.PATH,
    HOME: home,
    TMPDIR: join(home, "tmp"),
    THOTH_STORE: store,
    THOTH_CACHE: cache,
    PIP_CONFIG_FILE: "/dev/null",
    PIP_INDEX_URL: index,
    INDEX_URL: index,
  };
  mkdirSync(env.TMPDIR);
  return { home, store, project, env, queue: join(store, "queue") };
}

export function writePipfile({ project }, names) {
  const lines = names.map((name) => `${name} = "*"`);
  writeFileSync(join(project, "Pipfile"), `[packages]\n${lines.join("\n")}\n`);
}

/** Starts Thoth in a process group of its own; `events` are those of its log. */
export function run(where, args, { command = [], env = {} } = {}) {
  const [program, ...rest] = [...command, process.execPath, thoth, ...args];
  const child = spawn(program, rest, {
    cwd: where.project,
    env: { ...where.env, ...env },
    detached: true,
    stdio: ["ignore", "ignore", "pipe"],
  });
  const events = [];
  let text = "";
  let tail = "";
  child.stderr.setEncoding("utf8").on("data", (chunk) => {
    const lines = (tail + chunk).split("\n");
    tail = lines.pop();
    for (const line of lines)
      if (line.startsWith("{")) events.push(JSON.parse(line));
      else text += `${line}\n`;
  });
  const finished = new Promise((resolve) => {
    child.on("close", (exit, signal) => resolve({ exit, signal, text: text + tail }));
  });
  return { pid: child.pid, events, finished, ended: () => child.exitCode ?? child.signalCode };
}

export function investigator(where, flags = [], options = {}) {
  const args = ["investigate", "--follow", "--log-format", "json", ...flags];
  return run(where, args, options);
}

export function kill(pid, signal = "SIGKILL") {
  try {
    process.kill(pid, signal);
    return true;
  } catch (cause) {
    if (cause.code !== "ESRCH") throw cause;
    return false;
  }
}

/** Processes below one, e.g. what a solver started. */
export function descendants(pid) {
  const parents = new Map();
  for (const name of readdirSync("/proc").filter((one) => /^\d+$/.test(one))) {
    try {
      const stat = readFileSync(`/proc/${name}/stat`, "utf8");
      const parent = Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[1]);
      parents.set(parent, [...(parents.get(parent) ?? []), Number(name)]);
    } catch {
      // It ended while we looked
    }
  }
  const below = (one) => (parents.get(one) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
}

/** Until nothing waits and nothing is in work; throws if that takes too long. */
export async function drained(queue, { timeoutMs = 180_000 } = {}) {
  const until = Date.now() + timeoutMs;
  for (;;) {
    const stats = await queue.stats();
    if (stats.ready + stats.leased === 0) return stats;
    if (Date.now() > until) throw new Error(`still waiting: ${JSON.stringify(stats)}`);
    await sleep(200);
  }
}

/** How often each message was reported as done, over the logs of several processes. */
export function doneCounts(runs) {
  const counts = new Map();
  for (const { events } of runs)
    for (const { event, outcome, message, subject, task } of events) {
      if (event !== "handled" || outcome !== "done") continue;
      const key = `${message} ${task} ${subject}`;
      counts.set(key, (counts.get(key) ?? 0) + 1);
    }
  return counts;
}
