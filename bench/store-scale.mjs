// What the size of a store costs: `node bench/store-scale.mjs [--sizes 1000,10000,100000] [--runs 9]`
// builds synthetic stores (BENCH_TMP, some 17 kB and 4 files a package), and in each has a project
// of 50 packages advised from knowledge, 10 packages changed, and everything counted and read.
import { execFileSync, spawnSync } from "node:child_process";
import { mkdirSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { measure } from "./lib/run.mjs";
import { folder, options, record, say, table, thoth } from "./lib/world.mjs";

const self = fileURLToPath(import.meta.url);
const index = "https://index.example/simple";
const runtime = "linux-glibc236-x86_64-cp311";
const observedAt = "2026-01-01T00:00:00.000Z";
const stack = 50;

async function main() {
  const { values } = options({
    sizes: { type: "string", default: "1000,10000,100000" },
    runs: { type: "string", default: "9" },
  });
  const modules = folder("modules");
  await bundle(modules);
  const places = values.sizes.split(",").map((size) => place(Number(size), modules));
  const advised = advise(places, Number(values.runs));
  advised.forEach(record);
  const rows = places.map((one, at) => {
    const row = { ...advised[at], ...atSize(one, modules) };
    record(row);
    return row;
  });
  table(["", ...places.map(({ packages }) => packages)], columnsOf(rows));
}

async function bundle(outdir) {
  await build({
    entryPoints: { store: "src/store/json-store.ts" },
    bundle: true,
    splitting: true,
    format: "esm",
    platform: "node",
    target: "node20",
    outdir,
    outExtension: { ".js": ".mjs" },
  });
}

function place(packages, modules) {
  say(`building ${packages} packages`);
  const home = folder("scale");
  const project = join(home, "project");
  mkdirSync(project);
  const lines = Array.from({ length: 8 }, (_, at) => `${packageName(at)} = "*"`);
  const source = `[[source]]\nname = "index"\nurl = "${index}"\nverify_ssl = true\n`;
  writeFileSync(join(project, "Pipfile"), `${source}\n[packages]\n${lines.join("\n")}\n`);
  const { wall } = child("fill", modules, join(home, "store"), packages);
  return { packages, home, project, store: join(home, "store"), built: wall };
}

function atSize({ packages, home, store, built }, modules) {
  say(`${packages} packages`);
  const archive = join(home, "knowledge.tar.gz");
  const other = join(home, "other");
  return {
    packages,
    "flush of 10, ms": bestOf(5, () => child("change", modules, store, packages).wall),
    "packages(), ms": bestOf(3, () => child("list", modules, store, packages).wall),
    ...command("show", "--store", store, packageName(7)),
    ...command("stats", "--store", store),
    ...command("verify", "--store", store),
    ...command("export", "--store", store, "-o", archive),
    ...command("import", "--store", other, archive),
    "build, s": Math.round(built / 100) / 10,
    "archive, MB": Math.round(statSync(archive).size / 1e6),
    ...space(store),
  };
}

/** Turn by turn through all sizes, so that what else the machine does meets them alike. */
function advise(places, runs) {
  const run = ({ home, project, store }, ...more) => {
    const flags = ["--offline", "--verify", "none", "--python", "3.11", "--store", store];
    const facts = measure([process.execPath, thoth, "advise", project, ...flags, ...more], {
      env: { ...process.env, THOTH_CACHE: join(home, "cache"), CI: "1" },
    });
    if (facts.exit !== 0) throw new Error(facts.stderr);
    return facts;
  };
  const turns = (...more) => {
    const rounds = Array.from({ length: runs }, () => places.map((one) => run(one, ...more)));
    return places.map((_, at) => rounds.map((round) => round[at]));
  };
  turns("--dry-run");
  const searched = turns("--dry-run");
  turns();
  const again = turns();
  return places.map((_, at) => ({
    ...figures("advise", searched[at]),
    ...figures("again", again[at]),
  }));
}

function figures(name, facts) {
  const least = (key) => Math.min(...facts.map((one) => one[key]));
  return {
    [`${name}, ms (least of ${facts.length})`]: Math.round(least("wall") * 1000),
    [`${name}, CPU ms`]: Math.round(least("cpu") * 1000),
    [`${name}, MB`]: Math.max(...facts.map(({ rss }) => Math.round(rss))),
  };
}

function command(name, ...args) {
  const line = [process.execPath, thoth, "knowledge", name, ...args];
  const { wall, cpu, rss, exit, stderr } = measure(line);
  if (exit !== 0) throw new Error(stderr);
  return {
    [`${name}, s`]: Math.round(wall * 100) / 100,
    [`${name}, CPU s`]: Math.round(cpu * 100) / 100,
    [`${name}, MB`]: Math.round(rss),
  };
}

function space(store) {
  const kilobytes = (...flags) =>
    Number(execFileSync("du", ["-s", ...flags, store], { encoding: "utf8" }).split("\t")[0]);
  const inodes = Number(
    spawnSync("du", ["-s", "--inodes", store]).stdout.toString().split("\t")[0],
  );
  return {
    inodes,
    "text, MB": Math.round(kilobytes("-k", "--apparent-size") / 1024),
    "disk, MB": Math.round(kilobytes("-k") / 1024),
  };
}

function bestOf(runs, action) {
  return Math.round(Math.min(...Array.from({ length: runs }, action)) * 10) / 10;
}

function columnsOf(rows) {
  const names = Object.keys(rows[0] ?? {}).filter((name) => name !== "packages");
  return names.map((name) => [name, ...rows.map((row) => row[name])]);
}

function child(mode, ...args) {
  const command = [self, "--child", mode, ...args.map(String)];
  const output = execFileSync(process.execPath, command, { encoding: "utf8" });
  return JSON.parse(output);
}

/** Names as they are met: every eighth begins with "py", the others with any two letters. */
function packageName(at) {
  const letters = "abcdefghijklmnopqrstuvwxyz";
  const start =
    at % 8 === 0 ? "py" : (letters[(at * 7) % 26] ?? "a") + (letters[(at * 11 + 3) % 26] ?? "a");
  return `${start}-package-${at}`;
}

function filesOf(name, version, seed) {
  const hex = (seed * 2654435761).toString(16).padStart(12, "0").repeat(6).slice(0, 64);
  const plain = name.replaceAll("-", "_");
  const names = [`${plain}-${version}-py3-none-any.whl`, `${plain}-${version}.tar.gz`];
  return names.map((filename, at) => ({
    filename,
    requiresPython: ">=3.8",
    sha256: at === 0 ? hex : [...hex].reverse().join(""),
    size: 10_000 + seed,
    uploadedAt: "2024-04-07T19:26:08.123456Z",
    url: `https://files.example/packages/${hex.slice(0, 2)}/${hex.slice(2, 4)}/${hex.slice(4)}/${filename}`,
  }));
}

function pageOf(at, checkedAt = Date.parse(observedAt)) {
  const name = packageName(at);
  const count = at % 40 === 0 ? 200 : 4 + (at % 14);
  const releases = Array.from({ length: count }, (_, position) => {
    const version = `1.${count - position}.0`;
    return { version, files: filesOf(name, version, at * 211 + position) };
  });
  return { name, index, checkedAt, validators: { etag: `"${at}"` }, releases };
}

/** The first fifty are a stack: each needs up to three later ones of it. */
function requirementsOf(at) {
  return [at * 2 + 8, at * 2 + 9, at + 11]
    .filter((other) => at < stack && other < stack)
    .map((other) => `${packageName(other)}>=1.1`);
}

function put(store, at) {
  const page = pageOf(at);
  store.putPage(page);
  for (const { version, files } of page.releases.slice(0, 3)) {
    const release = { name: page.name, version, index };
    const requires = requirementsOf(at);
    const fact = { state: "known", requires, requiresPython: ">=3.8", extras: ["test"] };
    store.putMetadata(release, files[0].filename, { ...fact, via: "metadata-file", observedAt });
  }
  const newest = { name: page.name, version: page.releases[0].version, index };
  const seen = { outcome: "ok", modules: [page.name], tools: { pip: "23.2.1" } };
  store.putInstalled(newest, runtime, { ...seen, durationMs: 900, observedAt });
}

const children = {
  fill: async (store, packages) => {
    for (let at = 0; at < packages; at += 1) {
      put(store, at);
      if (at % 500 === 499) await store.flush();
    }
    await store.flush();
  },
  change: async (store, packages) => {
    for (let at = 0; at < 10; at += 1) {
      const position = Math.floor((packages / 10) * at) + stack;
      store.putPage(pageOf(Math.min(position, packages - 1), Date.now()));
      const release = { name: packageName(position), version: "1.1.0", index };
      const fact = { outcome: "ok", modules: [], tools: {}, durationMs: 1 };
      store.putInstalled(release, runtime, { ...fact, observedAt: new Date().toISOString() });
    }
    await store.flush();
  },
  list: async (store) => store.packages().length,
};

async function runChild(mode, modules, folderOfStore, packages) {
  const { openJsonStore } = await import(join(modules, "store.mjs"));
  const store = openJsonStore(folderOfStore);
  const start = performance.now();
  await children[mode](store, Number(packages));
  const wall = performance.now() - start;
  await store.close();
  process.stdout.write(JSON.stringify({ wall }));
}

const [, , first, ...rest] = process.argv;
if (first === "--child") await runChild(...rest);
else await main();
