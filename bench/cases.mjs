// Times: `node bench/cases.mjs [--n 5] [--pipenv 1] [--timeout 300] [CASE…]`. In each round, one after
// the other: thoth cold (empty store and cache, --verify none) and `uv pip compile` cold, in
// alternating order; pipenv cold in the first rounds; then thoth from knowledge without a lock, the
// same --offline, and the no-op --check twice. Medians of wall seconds (CPU seconds of the tree).
import { rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { measure, peerLock } from "./lib/run.mjs";
import {
  adviseCommand,
  cases,
  environment,
  folder,
  lockedVersions,
  median,
  options,
  record,
  table,
  world,
} from "./lib/world.mjs";

const exits = { locked: 0, unsatisfiable: 1, "manifest-error": 2 };

function kept({ exit, wall, cpu, rss }) {
  return { exit, wall, cpu, rss };
}

function thothCold(place) {
  const run = measure(adviseCommand(place, "--verify", "none"), { env: environment(place) });
  if (run.exit !== exits[place.case.expect])
    throw new Error(`${place.case.name}: exit ${run.exit}: ${run.stderr}`);
  return kept(run);
}

/** What knowledge makes of the same question; nothing where no lock came of it. */
function thothAgain(place) {
  const lock = join(place.project, "Pipfile.lock");
  const env = environment(place);
  const run = (...flags) =>
    kept(measure(adviseCommand(place, "--verify", "none", ...flags), { env }));
  const packages = Object.keys(lockedVersions(lock)).length;
  rmSync(lock);
  const relock = run();
  rmSync(lock);
  const offline = run("--offline");
  return { packages, relock, offline, check: run("--check"), checkAgain: run("--check") };
}

function peer(testCase, name, timeout) {
  const home = folder(name);
  const run = peerLock(testCase, name, { home, timeout });
  rmSync(home, { recursive: true, force: true });
  return {
    ok: run.ok,
    wall: run.seconds,
    cpu: run.cpu_s,
    rss: run.rss_mb,
    error: run.error?.slice(-300),
  };
}

function round(testCase, at, { timeout, peers }) {
  const place = world(testCase);
  const result = { case: testCase.name, round: at, load: loadavg()[0] };
  const jobs = [
    () => {
      result.cold = thothCold(place);
    },
    ...peers.map((name) => () => {
      result[name] = peer(testCase, name, timeout);
    }),
  ];
  for (const job of at % 2 === 0 ? jobs : jobs.toReversed()) job();
  if (testCase.expect === "locked") Object.assign(result, thothAgain(place));
  rmSync(place.home, { recursive: true, force: true });
  return result;
}

function summary(testCase, rounds) {
  const of = (name) => rounds.map((one) => one[name]).filter((run) => run?.wall !== undefined);
  const middle = (name, key) =>
    of(name).length > 0 ? median(of(name).map((run) => run[key])) : undefined;
  const cell = (name) => {
    if (of(name).length === 0) return "-";
    const failed = of(name).some(({ ok }) => ok === false) ? "no: " : "";
    return `${failed}${middle(name, "wall").toFixed(2)} (${middle(name, "cpu").toFixed(2)})`;
  };
  const ratio = (over, under) => {
    if (
      [over, under].some((name) => of(name).length === 0 || of(name).some(({ ok }) => ok === false))
    )
      return "-";
    return (middle(over, "wall") / middle(under, "wall")).toFixed(2);
  };
  return [
    testCase.name,
    rounds[0]?.packages ?? "-",
    ...["cold", "uv-compile"].map(cell),
    ratio("cold", "uv-compile"),
    cell("pipenv"),
    ratio("pipenv", "cold"),
    ...["relock", "offline", "check", "checkAgain"].map(cell),
    Math.round(Math.max(...of("cold").map(({ rss }) => rss))),
    Math.round(middle("uv-compile", "rss") ?? 0) || "-",
  ];
}

/** Peers of a round: one that failed once is not asked again, pipenv only in the first rounds. */
function peersOf(rounds, at, pipenvRounds) {
  const wanted = ["uv-compile", ...(at < pipenvRounds ? ["pipenv"] : [])];
  return wanted.filter((name) => rounds.every((one) => one[name]?.ok !== false));
}

const { values, positionals } = options({
  n: { type: "string", default: "5" },
  pipenv: { type: "string", default: "1" },
  timeout: { type: "string", default: "300" },
});
const timeout = Number(values.timeout);
const bare = Array.from({ length: 5 }, () => measure([process.execPath, "-e", "0"]));
record({
  bareNode: { wall: median(bare.map(({ wall }) => wall)), cpu: median(bare.map(({ cpu }) => cpu)) },
});
const rows = cases(positionals).map((testCase) => {
  const rounds = [];
  for (let at = 0; at < Number(values.n); at++) {
    const peers = peersOf(rounds, at, Number(values.pipenv));
    rounds.push(round(testCase, at, { timeout, peers }));
    record(rounds.at(-1));
  }
  return summary(testCase, rounds);
});
table(
  [
    "case",
    "pins",
    "cold",
    "uv cold",
    "thoth / uv",
    "pipenv cold",
    "pipenv / thoth",
    "from knowledge",
    "offline",
    "first --check",
    "--check",
    "MB",
    "uv MB",
  ],
  rows,
);
