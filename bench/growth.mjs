// What a search costs: `node bench/growth.mjs [--n 5] [--stores DIR] [CASE…]`. First the large public
// cases from stored knowledge, each advised twice and more in one process; then made-up universes of
// 200 versions a package in four sizes. CPU ms of this process, medians of all but the first run.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { sources } from "./lib/hard-cases.mjs";
import { measure } from "./lib/run.mjs";
import { universe } from "./lib/universe.mjs";
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

const large = ["boto3-checkov", "ds-tensorflow-aws", "django-paperless"];
const sizes = [125, 250, 500, 1000];
const versions = 200;

const { values, positionals } = options({
  n: { type: "string", default: "5" },
  stores: { type: "string" },
});
const rounds = Number(values.n);
const stores = values.stores ?? folder("stores");
const parts = await sources(
  "fixtures/advice.ts",
  "src/adviser/advise.ts",
  "src/loop/manifest.ts",
  "src/loop/project-of.ts",
  "src/python/tags.ts",
  "src/solver/declared-runtime.ts",
  "src/store/json-store.ts",
  "src/store/memory-store.ts",
);

/** A warm-up, then CPU ms of each further run. */
function timed(advise) {
  const runs = Array.from({ length: rounds + 1 }, () => {
    const before = process.cpuUsage();
    const consultation = advise();
    const { user, system } = process.cpuUsage(before);
    return { ms: (user + system) / 1000, consultation };
  });
  const [first, ...rest] = runs;
  const { advice, attempts, searches } = rest.at(-1).consultation;
  const pins = advice.outcome === "locked" ? advice.product.pins.size : advice.outcome;
  return { first: first.ms, ms: median(rest.map(({ ms }) => ms)), pins, attempts, searches };
}

function row(name, run) {
  record({ name, ...run });
  return [name, run.pins, run.attempts, run.searches, run.first.toFixed(1), run.ms.toFixed(1)];
}

/** A public case with a store that knows all it needs; learnt once for each folder of stores. */
function learnt(testCase) {
  const place = { ...world(testCase), store: join(stores, testCase.name) };
  const report = join(stores, `${testCase.name}.json`);
  if (!existsSync(report)) {
    mkdirSync(place.store, { recursive: true });
    const command = adviseCommand(place, "--verify", "none", "--json");
    const run = measure(["sh", "-c", '"$@" > "$0"', report, ...command], {
      env: environment(place),
    });
    if (run.exit !== 0) throw new Error(`${testCase.name}: exit ${run.exit}: ${run.stderr}`);
  }
  return { ...place, told: JSON.parse(readFileSync(report, "utf8")) };
}

function stored(testCase) {
  const place = learnt(testCase);
  const store = parts.openJsonStore(place.store, { readOnly: true });
  const index = store.packages()[0].index;
  const runtime = { ...runtimeOf(testCase), id: place.told.runtime.id };
  const manifest = parts.readManifest(place.project, place.project);
  const names = new Map(manifest.pipfile.sources.map(({ name }) => [name, index]));
  const means = { runtime, upgrade: new Set(), indexes: [index], indexNames: names };
  const { project } = parts.projectOf({ ...manifest, lock: undefined }, means);
  const changes = { runtime, ranks: parts.rankTags(runtime.tags) };
  return row(
    testCase.name,
    timed(() => parts.consult(parts.contextOf(store, project, changes), { verify: false })),
  );
}

function runtimeOf({ name, python }) {
  const operatingSystem = { name: "debian", version: "12" };
  return parts.declaredRuntime(
    { name, operatingSystem, pythonVersion: python, platform: "linux-x86_64" },
    [],
  );
}

function made(size) {
  const { store, demands } = universe(parts, { size, versions, seed: 7 });
  return row(
    `${size} packages x ${versions}`,
    timed(() => parts.consult(parts.contextOf(store, demands), { verify: false })),
  );
}

const wanted = positionals.length > 0 ? positionals : large;
const head = ["universe", "pins", "attempts", "searches", "first run, CPU ms", "CPU ms"];
table(head, [...cases(wanted).map(stored), ...sizes.map(made)]);
