// Effort on cases that other tools find hard: `node bench/hard-cases.mjs [--learn|--record|--uv] [CASE…]`
// replays each offline from fixtures/hard-cases. `--learn` asks the index of the case's day for what
// the search needs and stores that; `--record` writes down the effort that tests allow from then on;
// `--uv` compares with `uv pip compile` (UV names the program) on the same index.
import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import { datedIndex } from "./lib/dated-index.mjs";
import { caseOf, home, learn, named, pack, sources } from "./lib/hard-cases.mjs";
import { start } from "./lib/run.mjs";
import { environment, folder, options, record, say, table } from "./lib/world.mjs";

const { values, positionals } = options({
  learn: { type: "boolean", default: false },
  record: { type: "boolean", default: false },
  uv: { type: "boolean", default: false },
});
const parts = await sources(
  "fixtures/hard-cases.ts",
  "src/python/file-choice.ts",
  "src/python/tags.ts",
  "src/store/json-store.ts",
);

async function learnCase(name) {
  const place = { store: join(folder(name), "store"), cache: folder("cache") };
  mkdirSync(place.store);
  const run = await learn(name, place);
  if (run.exit !== 0 && run.exit !== 1) throw new Error(`${name}: exit ${run.exit}: ${run.stderr}`);
  const told = JSON.parse(run.stdout);
  const facts = pack(parts, place.store, parts.runtimeOf(name), told.runtime.id);
  const packed = gzipSync(JSON.stringify(facts), { level: 9 });
  writeFileSync(join(home, name, "knowledge.json.gz"), packed);
  say(
    `${name}: ${told.outcome}, ${Object.keys(facts.packages).length} packages, ${packed.length} B`,
  );
}

function replayed(name) {
  const before = process.cpuUsage();
  const { advice, attempts, searches } = parts.replay(name);
  const { user, system } = process.cpuUsage(before);
  const pins = advice.outcome === "locked" ? advice.product.pins : new Map();
  return { advice, pins, attempts, searches, cpu: (user + system) / 1000 };
}

function writeRecord(runs) {
  const path = join(home, "recorded.json");
  const known = JSON.parse(readFileSync(path, "utf8"));
  for (const [name, { advice, pins, attempts, searches }] of runs) {
    const { outcome } = advice;
    if (outcome === "incomplete") throw new Error(`${name} is incomplete: --learn ${name} first`);
    known[name] = { outcome, pins: pins.size, attempts, searches };
  }
  const sorted = Object.fromEntries(Object.entries(known).sort());
  writeFileSync(path, `${JSON.stringify(sorted, undefined, 2)}\n`);
}

/** Versions that uv chooses on the day of the case, by name; undefined: it found no stack. */
async function ofUv(name) {
  const { python, day } = caseOf(name);
  const { project } = parts.hardCase(name);
  const lines = project.requirements.map(({ spelling, extras, specifier }) => {
    return `${spelling}${extras.length === 0 ? "" : `[${extras}]`}${specifier}`;
  });
  const index = await datedIndex(day);
  const place = folder("uv");
  const list = join(place, "requirements.in");
  writeFileSync(list, `${lines.join("\n")}\n`);
  const how = ["--python-version", python, "--default-index", index.url, "--no-header", "-q"];
  const args = ["pip", "compile", list, ...how, "--no-annotate", "--cache-dir", place];
  const { finished } = start([process.env.UV ?? "uv", ...args], { env: environment() });
  const { exit, stdout, stderr } = await finished;
  index.close();
  if (exit !== 0) return { error: stderr.trim().split("\n").slice(-3).join(" ").slice(0, 300) };
  const pins = stdout.split("\n").filter((line) => line.includes("=="));
  return { pins: new Map(pins.map((line) => line.trim().split("=="))) };
}

async function against(name, { pins, advice }) {
  const uv = await ofUv(name);
  if (uv.pins === undefined) return [name, advice.outcome, `none: ${uv.error}`];
  const ours = new Map([...pins].map(([key, { release }]) => [key, release.version]));
  const names = [...new Set([...ours.keys(), ...uv.pins.keys()])].sort();
  const differing = names.filter((one) => ours.get(one) !== uv.pins.get(one));
  const shown = differing.map(
    (one) => `${one} ${ours.get(one) ?? "-"} / ${uv.pins.get(one) ?? "-"}`,
  );
  return [name, `${ours.size} / ${uv.pins.size}`, shown.join(", ") || "the same"];
}

const names = named(positionals);
if (values.learn) for (const name of names) await learnCase(name);
const runs = names.map((name) => [name, replayed(name)]);
if (values.record) writeRecord(runs);
if (values.uv) {
  const rows = [];
  for (const [name, run] of runs) rows.push(await against(name, run));
  table(["case", "packages, ours / uv", "versions that differ, ours / uv"], rows);
} else {
  const rows = runs.map(([name, { advice, pins, attempts, searches, cpu }]) => {
    const told = { outcome: advice.outcome, pins: pins.size, attempts, searches };
    record({ name, ...told, cpu });
    return [name, caseOf(name).peers, ...Object.values(told), cpu.toFixed(0)];
  });
  table(["case", "for others", "outcome", "pins", "attempts", "searches", "CPU ms"], rows);
}
