// kill -9 at random moments: `node bench/crash.mjs [--n 200] [--case NAME] [--verify none|all]
// [--seed N] [--index-cache DIR] [--port N]`. A cold advise is killed (every other time with its
// children), then: project whole, no process left, store whole; run again: same lock, queue drained.
import { mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { measure, start } from "./lib/run.mjs";
import { standIn } from "./lib/stand-in.mjs";
import {
  adviseCommand,
  cases,
  environment,
  folder,
  median,
  options,
  random,
  record,
  say,
  table,
  thoth,
  world,
} from "./lib/world.mjs";

/** Processes whose command line names the world's folder. */
function processesOf(place) {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .filter((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8").includes(place.home);
      } catch {
        return false; // it ended while we looked
      }
    });
}

async function leftRunning(place) {
  for (let round = 0; round < 40; round++) {
    if (processesOf(place).length === 0) return [];
    await sleep(50);
  }
  return processesOf(place).map((pid) => readFileSync(`/proc/${pid}/cmdline`, "utf8"));
}

function knowledge(place, ...args) {
  const command = [process.execPath, thoth, "knowledge", ...args, "--store", place.store];
  return measure(command, { env: environment(place) });
}

function files(directory) {
  return readdirSync(directory, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
}

function lockOf(place) {
  return files(place.project).includes(join(place.project, "Pipfile.lock"))
    ? readFileSync(join(place.project, "Pipfile.lock"), "utf8")
    : undefined;
}

/** What the killed run left in the project that should not be there. */
function projectFaults(place, reference) {
  const lock = lockOf(place);
  const known = new Set(["Pipfile", "Pipfile.lock"].map((name) => join(place.project, name)));
  const strange = files(place.project).filter((file) => !known.has(file));
  return [
    ...(lock !== undefined && lock !== reference ? ["the lock is half-written or another"] : []),
    ...strange.map((file) => `left in the project: ${file}`),
  ];
}

function againFaults(place, flags, reference) {
  const before = knowledge(place, "verify");
  const again = measure(adviseCommand(place, ...flags), { env: environment(place) });
  const after = knowledge(place, "verify");
  const stats = knowledge(place, "stats", "--json");
  const figures = stats.exit === 0 ? JSON.parse(stats.stdout).figures : {};
  const faults = [
    ...(before.exit === 0 ? [] : [`verify after the kill: ${before.stdout}${before.stderr}`]),
    ...(again.exit === 0 ? [] : [`second run: exit ${again.exit}: ${again.stderr.slice(-600)}`]),
    ...(lockOf(place) === reference ? [] : ["the second run's lock is another"]),
    ...(after.exit === 0 ? [] : [`verify at the end: ${after.stdout}${after.stderr}`]),
    ...(stats.exit === 0 ? [] : [`stats: ${stats.stderr}`]),
    ...(figures["dead letters"] ? [`dead letters: ${figures["dead letters"]}`] : []),
  ];
  return {
    faults,
    wall: again.wall,
    waiting: figures["messages ready"] + figures["messages in work"],
  };
}

/** Temporary files lie in the world, too, where litter and processes are looked for. */
function withTemporaryFolder(place, env) {
  const temporary = join(place.home, "tmp");
  mkdirSync(temporary);
  return { ...place, env: { ...env, TMPDIR: temporary } };
}

async function crash(testCase, { flags, env, reference, delay, group }) {
  const place = withTemporaryFolder(world(testCase), env);
  const run = start(adviseCommand(place, ...flags), { env: environment(place) });
  await Promise.race([sleep(delay), run.finished]);
  try {
    process.kill(group ? -run.pid : run.pid, "SIGKILL");
  } catch (cause) {
    if (cause.code !== "ESRCH") throw cause;
  }
  const { signal } = await run.finished;
  const left = (await leftRunning(place)).map((line) => `still running: ${line.slice(0, 200)}`);
  const half = projectFaults(place, reference);
  const { faults, ...rest } = againFaults(place, flags, reference);
  const litter = files(place.home).filter((file) =>
    /\/tmp\/|\.tmp/.test(file.slice(place.home.length)),
  );
  rmSync(place.home, { recursive: true, force: true });
  return {
    delay,
    group,
    killed: signal === "SIGKILL",
    ...rest,
    litter: litter.length,
    litterSample: litter.slice(0, 3),
    faults: [...left, ...half, ...faults],
  };
}

const { values } = options({
  n: { type: "string", default: "200" },
  case: { type: "string", default: "flask-ghas-reviewer" },
  verify: { type: "string", default: "none" },
  seed: { type: "string", default: "1" },
  port: { type: "string", default: "8941" },
  "index-cache": { type: "string" },
});
const [testCase] = cases([values.case]);
const cache = values["index-cache"] ?? folder("index");
const env = { INDEX_URL: await standIn({ cache, port: Number(values.port) }) };
const flags = ["--verify", values.verify];
let first;
let place;
// The first fills the stand-in; moments are drawn from the shortest, so that most runs are killed.
for (let at = 0; at < 4; at++) {
  place = { ...world(testCase), env };
  const run = measure(adviseCommand(place, ...flags), { env: environment(place) });
  if (run.exit !== 0) throw new Error(run.stderr);
  if (first === undefined || run.wall < first.wall) first = run;
}
const reference = lockOf(place);
const usual = knowledge(place, "stats", "--json").stdout;
say(`without a kill: ${first.wall} s, ${usual.replaceAll(/\s+/g, " ")}`);
const next = random(Number(values.seed));
const results = [];
for (let at = 0; at < Number(values.n); at++) {
  const delay = Math.round(next() * first.wall * 1000);
  const result = await crash(testCase, { flags, env, reference, delay, group: at % 2 === 1 });
  record(result);
  results.push(result);
}
const failed = results.filter(({ faults }) => faults.length > 0);
table(
  [
    "case",
    "runs",
    "killed",
    "with faults",
    "whole run s",
    "second run s (median)",
    "messages left",
    "temporary files left",
  ],
  [
    [
      testCase.name,
      results.length,
      results.filter(({ killed }) => killed).length,
      failed.length,
      first.wall,
      median(results.map(({ wall }) => wall)),
      Math.max(...results.map(({ waiting }) => waiting)),
      Math.max(...results.map(({ litter }) => litter)),
    ],
  ],
);
process.exit(failed.length > 0 ? 1 : 0);
