// Two at once on one store: `node bench/parallel.mjs [--n 20] [--verify none|all] [CASE CASE]`.
// Each round starts two cold advises together, every other round on the same case; both must be
// right (the locks of runs alone), and the store whole.
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { measure, start } from "./lib/run.mjs";
import { standIn } from "./lib/stand-in.mjs";
import {
  adviseCommand,
  cases,
  environment,
  folder,
  options,
  record,
  table,
  thoth,
  world,
} from "./lib/world.mjs";

function lockOf(place) {
  const path = join(place.project, "Pipfile.lock");
  return existsSync(path) ? readFileSync(path, "utf8") : undefined;
}

function alone(testCase, env, flags) {
  const place = { ...world(testCase), env };
  const run = measure(adviseCommand(place, ...flags), { env: environment(place) });
  if (run.exit !== 0) throw new Error(run.stderr);
  return lockOf(place);
}

async function round(pair, env, flags) {
  const common = { store: join(folder("both"), "store"), cache: join(folder("both"), "cache") };
  const places = pair.map(({ testCase }) => ({ ...world(testCase), ...common, env }));
  const runs = places.map((place) =>
    start(adviseCommand(place, ...flags), { env: environment(place) }),
  );
  const ends = await Promise.all(runs.map(({ finished }) => finished));
  const ask = (...args) =>
    measure([process.execPath, thoth, "knowledge", ...args, "--store", common.store]);
  const verified = ask("verify");
  const { figures } = JSON.parse(ask("stats", "--json").stdout);
  const faults = ends.flatMap(({ exit, stderr }, at) => [
    ...(exit === 0 ? [] : [`exit ${exit}: ${stderr.slice(-600)}`]),
    ...(lockOf(places[at]) === pair[at].reference ? [] : ["another lock than alone"]),
  ]);
  if (verified.exit !== 0) faults.push(`verify: ${verified.stdout}${verified.stderr}`);
  for (const left of ["messages ready", "messages in work", "dead letters"])
    if (figures[left] > 0) faults.push(`${left}: ${figures[left]}`);
  return { cases: pair.map(({ testCase }) => testCase.name), faults };
}

const { values, positionals } = options({
  n: { type: "string", default: "20" },
  verify: { type: "string", default: "none" },
  port: { type: "string", default: "8942" },
  "index-cache": { type: "string" },
});
const names = positionals.length > 0 ? positionals : ["flask-ghas-reviewer", "multisource-torch"];
const flags = ["--verify", values.verify];
const cache = values["index-cache"] ?? folder("index");
const env = { INDEX_URL: await standIn({ cache, port: Number(values.port) }) };
const known = cases(names).map((testCase) => ({
  testCase,
  reference: alone(testCase, env, flags),
}));
const [one, other = one] = known;
const results = [];
for (let at = 0; at < Number(values.n); at++) {
  const result = await round(at % 2 === 0 ? [one, one] : [one, other], env, flags);
  record(result);
  results.push(result);
}
const failed = results.filter(({ faults }) => faults.length > 0);
table(["cases", "rounds", "with faults"], [[names.join(", "), results.length, failed.length]]);
process.exit(failed.length > 0 ? 1 : 0);
