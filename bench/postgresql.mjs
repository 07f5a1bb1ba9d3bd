// Advice from knowledge in PostgreSQL against the JSON store, on the same facts:
// `THOTH_POSTGRESQL_URL=… node bench/postgresql.mjs [--n 7] [CASE…]` (django-paperless, thoth-adviser).
// The database must be empty. A case is learnt once from the index into a folder, `thoth knowledge
// copy` brings it over, then in each round `advise --offline` writes the lock from the folder, from the
// database with what this machine has read of it before, and with nothing read before. Medians of
// wall seconds (CPU seconds); the three locks must be equal byte for byte.
import { readFileSync, rmSync } from "node:fs";
import { loadavg } from "node:os";
import { join } from "node:path";
import { measure } from "./lib/run.mjs";
import {
  adviseCommand,
  cases,
  environment,
  lockedVersions,
  median,
  missing,
  options,
  record,
  table,
  thoth,
  world,
} from "./lib/world.mjs";

const { values, positionals } = options({ n: { type: "string", default: "7" } });
const url = process.env.THOTH_POSTGRESQL_URL;
if (url === undefined) missing("set THOTH_POSTGRESQL_URL to the address of an empty database");

function run(command, env) {
  const result = measure(command, { env });
  if (result.exit !== 0) throw new Error(`${command.join(" ")}: ${result.exit}: ${result.stderr}`);
  return result;
}

function advise(place, knowledge) {
  const lock = join(place.project, "Pipfile.lock");
  rmSync(lock, { force: true });
  rmSync(join(place.store, "answers"), { recursive: true, force: true });
  const env = { ...environment(place), THOTH_KNOWLEDGE: knowledge };
  const { wall, cpu } = run(adviseCommand(place, "--verify", "none", "--offline"), env);
  return { wall, cpu, lock: readFileSync(lock, "utf8") };
}

const rows = [];
for (const [at, testCase] of cases(
  positionals.length > 0 ? positionals : ["django-paperless", "thoth-adviser"],
).entries()) {
  const place = {
    ...world(testCase),
    env: { THOTH_POSTGRESQL_SCHEMA: `bench_${process.pid}_${at}` },
  };
  run(adviseCommand(place, "--verify", "none"), environment(place));
  const copy = [process.execPath, thoth, "knowledge", "copy", "--to", "postgresql"];
  const copied = run([...copy, "--store", place.store], environment(place));
  const times = { json: [], warm: [], cold: [] };
  const forget = () => rmSync(join(place.cache, "postgresql"), { recursive: true, force: true });
  advise(place, "postgresql");
  for (let round = 0; round < Number(values.n); round += 1) {
    times.json.push(advise(place, "json"));
    times.warm.push(advise(place, "postgresql"));
    forget();
    times.cold.push(advise(place, "postgresql"));
  }
  const locks = new Set(Object.values(times).flatMap((all) => all.map(({ lock }) => lock)));
  if (locks.size !== 1) throw new Error(`${testCase.name}: ${locks.size} different locks`);
  const packages = Object.keys(lockedVersions(join(place.project, "Pipfile.lock"))).length;
  const of = (all, what) => median(all.map((one) => one[what]));
  const figures = Object.fromEntries(
    Object.entries(times).map(([name, all]) => [
      name,
      { wall: of(all, "wall"), cpu: of(all, "cpu") },
    ]),
  );
  const load = loadavg()[0];
  record({ case: testCase.name, packages, copy: copied.wall, ...figures, load });
  const cell = ({ wall, cpu }) => `${wall.toFixed(2)} (${cpu.toFixed(2)})`;
  const ratio = (one) => (one.wall / figures.json.wall).toFixed(2);
  rows.push([
    testCase.name,
    packages,
    ...[figures.json, figures.warm, figures.cold].map(cell),
    `${ratio(figures.warm)}, ${ratio(figures.cold)}`,
    load.toFixed(1),
  ]);
}
table(["case", "packages", "JSON", "read before", "nothing read", "ratios", "load"], rows);
