// Every pin installed and imported, against a lock alone: `node bench/verified.mjs [--n 3] [CASE…]`.
// Each round: thoth cold with --verify all, and `pipenv lock` cold, in alternating order.
import { rmSync } from "node:fs";
import { loadavg } from "node:os";
import { measure, peerLock } from "./lib/run.mjs";
import {
  adviseCommand,
  cases,
  environment,
  folder,
  median,
  options,
  record,
  table,
  world,
} from "./lib/world.mjs";

function verified(testCase) {
  const place = world(testCase);
  const run = measure(adviseCommand(place, "--verify", "all"), { env: environment(place) });
  rmSync(place.home, { recursive: true, force: true });
  if (run.exit !== 0) throw new Error(`${testCase.name}: exit ${run.exit}: ${run.stderr}`);
  const said =
    run.stdout.split("\n").find((line) => line.startsWith("installed and imported")) ?? "";
  return { wall: run.wall, cpu: run.cpu, rss: run.rss, said };
}

function pipenvLock(testCase) {
  const home = folder("pipenv");
  const run = peerLock(testCase, "pipenv", { home, timeout: 600 });
  rmSync(home, { recursive: true, force: true });
  if (!run.ok) throw new Error(`${testCase.name}: pipenv: ${run.error}`);
  return { wall: run.seconds, cpu: run.cpu_s, rss: run.rss_mb };
}

function round(testCase, at) {
  const result = { case: testCase.name, round: at, load: loadavg()[0] };
  const jobs = [
    () => {
      result.thoth = verified(testCase);
    },
    () => {
      result.pipenv = pipenvLock(testCase);
    },
  ];
  for (const job of at % 2 === 0 ? jobs : jobs.toReversed()) job();
  record(result);
  return result;
}

function row(testCase, rounds) {
  const middle = (name, key) => median(rounds.map((one) => one[name][key]));
  const cell = (name) => `${middle(name, "wall").toFixed(1)} (${middle(name, "cpu").toFixed(1)})`;
  const ratio = middle("pipenv", "wall") / middle("thoth", "wall");
  const rss = Math.round(Math.max(...rounds.map(({ thoth }) => thoth.rss)));
  const said = rounds[0].thoth.said.replace("installed and imported: ", "");
  return [testCase.name, cell("thoth"), said, cell("pipenv"), ratio.toFixed(2), rss];
}

const { values, positionals } = options({ n: { type: "string", default: "3" } });
const names = positionals.length > 0 ? positionals : ["flask-ghas-reviewer", "git-getgov"];
const rows = cases(names).map((testCase) =>
  row(
    testCase,
    Array.from({ length: Number(values.n) }, (_, at) => round(testCase, at)),
  ),
);
table(
  [
    "case",
    "thoth, all installed: s (CPU)",
    "installed and imported",
    "pipenv lock alone: s (CPU)",
    "pipenv / thoth",
    "MB",
  ],
  rows,
);
