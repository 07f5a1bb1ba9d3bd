// What `thoth audit` costs over bare Node: `node bench/audit.mjs [--n 15]` imports the advisories of
// the reference folder into a store, gives it made-up pages of 200 of the packages that they speak of
// (60 releases each, one in three locked to a release that is affected), and audits locks of 20 and
// 200 of them. Prints one JSON line each: least and median CPU milliseconds (user + system), and those
// of Node alone, taken in turns.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { pathToFileURL } from "node:url";
import { buildSync } from "esbuild";
import { strFromU8, unzipSync } from "fflate";
import { measure } from "./lib/run.mjs";
import { environment, folder, options, record, shared, thoth } from "./lib/world.mjs";

const { values } = options({ n: { type: "string", default: "15" } });
const index = "https://index.example/simple";
const database = join(shared, "data", "osv-pypi.zip");
const home = folder("home");
const store = join(home, "store");
const env = {
  ...environment(),
  HOME: home,
  THOTH_STORE: store,
  XDG_CACHE_HOME: join(home, "cache"),
};

const packages = affectedPackages(200);
const imported = measure([process.execPath, thoth, "advisories", "update", "--from", database], {
  env,
});
record({ import_cpu_s: imported.cpu, import_wall_s: imported.wall, mb: imported.rss });
await writePages();
for (const size of [20, 200]) {
  const project = projectOf(packages.slice(0, size));
  for (const format of ["text", "json", "sarif", "cyclonedx"]) record(costs(project, size, format));
}

/** Names with a release that is affected, in an order that has nothing to do with the alphabet. */
function affectedPackages(count) {
  const found = new Map();
  for (const bytes of Object.values(unzipSync(readFileSync(database)))) {
    const { withdrawn, affected = [] } = JSON.parse(strFromU8(bytes));
    for (const { package: named, versions = [] } of withdrawn === undefined ? affected : []) {
      const version = versions.findLast((one) => /^\d+(\.\d+)*$/.test(one));
      if (named.ecosystem !== "PyPI" || version === undefined) continue;
      found.set(named.name.toLowerCase().replaceAll(/[-_.]+/g, "-"), version);
    }
  }
  const mixed = [...found].sort(([a], [b]) => (mixUp(a) < mixUp(b) ? -1 : 1));
  return mixed.slice(0, count).map(([name, version], position) => ({
    name,
    locked: position % 3 === 0 ? version : "9000.59",
  }));
}

function mixUp(name) {
  return [...name].reduce((sum, letter) => (sum * 31 + letter.charCodeAt(0)) % 1_000_003, 7);
}

async function writePages() {
  const outfile = join(home, "store.mjs");
  const contents = 'export { openJsonStore } from "./src/store/json-store.ts";';
  const banner = {
    js: 'import{createRequire}from"node:module";const require=createRequire(import.meta.url);',
  };
  buildSync({
    stdin: { contents, resolveDir: new URL("..", import.meta.url).pathname },
    bundle: true,
    platform: "node",
    format: "esm",
    banner,
    outfile,
    logLevel: "error",
  });
  const { openJsonStore } = await import(pathToFileURL(outfile).href);
  const knowledge = openJsonStore(store);
  for (const [position, { name, locked }] of packages.entries()) {
    const made = Array.from({ length: 60 }, (_, one) => `9000.${59 - one}`);
    const versions = made.includes(locked) ? made : [...made, locked];
    const releases = versions.map((version) => ({ version, files: [file(name, version)] }));
    knowledge.putPage({ name, index, checkedAt: 0, validators: {}, releases });
    const needs = [2 * position + 10, 2 * position + 11].flatMap((at) => packages[at]?.name ?? []);
    knowledge.putMetadata({ name, version: locked, index }, file(name, locked).filename, {
      state: "known",
      requires: needs,
      extras: [],
      via: "metadata-file",
      observedAt: "2026-01-01T00:00:00Z",
    });
  }
  await knowledge.flush();
  await knowledge.close();
}

function file(name, version) {
  const filename = `${name.replaceAll("-", "_")}-${version}-py3-none-any.whl`;
  return { filename, url: `${index}/${filename}`, sha256: "a".repeat(64) };
}

/** The first ten are direct; each needs two that follow. */
function projectOf(chosen) {
  const directory = folder("project");
  const lines = chosen.slice(0, 10).map(({ name }) => `${name} = "*"`);
  const source = `[[source]]\nname = "one"\nurl = "${index}"\nverify_ssl = true\n`;
  writeFileSync(join(directory, "Pipfile"), `${source}\n[packages]\n${lines.join("\n")}\n`);
  const entries = chosen.map(({ name, locked }) => [
    name,
    { hashes: [`sha256:${"a".repeat(64)}`], version: `==${locked}` },
  ]);
  const meta = { requires: { python_version: "3.11" }, sources: [{ name: "one", url: index }] };
  const lock = { _meta: meta, default: Object.fromEntries(entries), develop: {} };
  writeFileSync(join(directory, "Pipfile.lock"), JSON.stringify(lock, undefined, 4));
  return directory;
}

function costs(cwd, size, format) {
  const command = [process.execPath, thoth, "audit", "--format", format, "-o", "report"];
  const first = measure(command, { env, cwd });
  if (first.exit !== 1) throw new Error(`${first.exit}: ${first.stdout}${first.stderr}`);
  const rounds = Array.from({ length: Number(values.n) }, () => ({
    bare: measure([process.execPath, "-e", "0"], { env, cwd }).cpu * 1000,
    own: measure(command, { env, cwd }).cpu * 1000,
  }));
  const bare = rounds.map((one) => one.bare).sort((a, b) => a - b);
  const own = rounds.map((one) => one.own).sort((a, b) => a - b);
  const middle = bare.length >> 1;
  return {
    packages: size,
    format,
    said: first.stdout.trim(),
    over_bare_ms: {
      least: Math.round(own[0] - bare[0]),
      median: Math.round(own[middle] - bare[middle]),
    },
    bare_ms: Math.round(bare[middle]),
  };
}
