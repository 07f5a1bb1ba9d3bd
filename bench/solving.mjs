// Releases proved in an hour, and where the time goes: `node bench/solving.mjs [--n 60] [NAME…]`.
// Real small wheels from the caching index on loopback; every message goes through the queue and
// `thoth investigate`. First all of them are installed and imported, then metadata alone is learnt.
import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { availableParallelism, loadavg } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { measure } from "./lib/run.mjs";
import { standIn } from "./lib/stand-in.mjs";
import { environment, folder, median, options, record, say, table, thoth } from "./lib/world.mjs";

const small = `
  six idna certifi click itsdangerous markupsafe jinja2 werkzeug flask blinker urllib3 requests
  charset-normalizer packaging attrs pluggy iniconfig tomli pyyaml toml wrapt decorator docutils
  pytz tzdata python-dateutil colorama tqdm filelock platformdirs distlib virtualenv zipp
  importlib-metadata typing-extensions more-itertools pyparsing cycler kiwisolver pycparser cffi
  rsa pyasn1 cachetools simplejson ujson orjson msgpack redis sortedcontainers tabulate termcolor
  tenacity backoff httpcore h11 anyio sniffio mdurl markdown-it-py
`.split(/\s+/);

const { values, positionals } = options({ n: { type: "string", default: "60" } });
const names = (positionals.length > 0 ? positionals : small.filter(Boolean)).slice(0, +values.n);
const index = await standIn();

function place() {
  const home = folder("solving");
  const env = { ...environment(), PIP_INDEX_URL: index, INDEX_URL: index };
  const own = { THOTH_STORE: join(home, "store"), THOTH_CACHE: join(home, "cache") };
  mkdirSync(own.THOTH_STORE);
  return { home, env: { ...env, ...own }, store: own.THOTH_STORE, cache: own.THOTH_CACHE };
}

function command(...args) {
  return [process.execPath, thoth, ...args];
}

/** Learns each once, so that the stand-in has every file; gives releases as `{ name, version }`. */
function warmUp(where) {
  const args = ["solve", ...names, "--json"];
  const run = measure(command(...args), { env: where.env, cwd: where.home });
  if (run.stdout === "") throw new Error(run.stderr);
  const { runtime, releases } = JSON.parse(run.stdout);
  const good = releases.filter(({ installed }) => installed?.outcome === "ok");
  say(`${good.length} of ${names.length} install and import on ${runtime}`);
  const pairs = good.map(({ release }) => release.split("=="));
  return { runtime, releases: pairs.map(([name, version]) => ({ name, version })) };
}

function message({ name, version }, solver) {
  return {
    type: "unresolved_package",
    package_name: name,
    package_version: version,
    index_url: index,
    solver,
    filename: null,
  };
}

/** Sends messages and has them handled; seconds, CPU seconds and MB of that. */
function investigated(where, messages) {
  const input = messages.map((one) => JSON.stringify(one)).join("\n");
  const [program, ...args] = command("queue", "send", "-");
  const sent = spawnSync(program, args, { env: where.env, cwd: where.home, input });
  if (sent.status !== 0) throw new Error(sent.stderr.toString());
  const run = measure(command("investigate", "--json", "--quiet"), {
    env: where.env,
    cwd: where.home,
  });
  if (run.exit !== 0) throw new Error(`exit ${run.exit}: ${run.stdout}${run.stderr}`);
  const { exit, wall, cpu, rss } = run;
  return { exit, wall, cpu, rss, handled: JSON.parse(run.stdout).handled };
}

/** Facts of a kind in a store. */
function facts(where, pattern) {
  const files = readdirSync(join(where.store, "packages"), { recursive: true });
  return files
    .filter((file) => pattern.test(basename(file)))
    .flatMap((file) => readFileSync(join(where.store, "packages", file), "utf8").split("\n"))
    .filter((line) => line.startsWith("[")).length;
}

/** What one environment costs, step by step, by our own script outside the sandbox. */
function steps(where, releases) {
  const files = readdirSync(join(where.cache, "files"), { recursive: true });
  const wheels = files.filter((file) => file.endsWith(".whl"));
  const script = fileURLToPath(new URL("../python/install_check.py", import.meta.url));
  const pip = spawnSync("python3", ["-c", "import pip; print(pip.__path__[0])"]);
  const timed = releases.flatMap(({ name, version }) => {
    const stem = `${name.replaceAll(/[-_.]+/g, "_")}-${version}-`.toLowerCase();
    const own = wheels.find((file) => basename(file).toLowerCase().startsWith(stem));
    if (own === undefined) return [];
    const plan = {
      pip: pip.stdout.toString().trim(),
      environment: join(folder("environment"), "environment"),
      venv: true,
      jobs: 2,
      importSeconds: 60,
      wheels: [{ key: name, name, path: join(where.cache, "files", own), check: true }],
    };
    const args = ["-E", "-s", "-S", "-B", script];
    const run = spawnSync("python3", args, { input: JSON.stringify(plan), encoding: "utf8" });
    const told = run.stdout
      .split("\n")
      .filter(Boolean)
      .map((line) => JSON.parse(line));
    const at = (event) => told.find((one) => one.event === event)?.ms ?? Number.NaN;
    const [ready, installed, done] = ["ready", "all-installed", "done"].map(at);
    return [{ venv: ready, install: installed - ready, import: done - installed }];
  });
  return Object.fromEntries(
    ["venv", "install", "import"].map((key) => [key, median(timed.map((one) => one[key]))]),
  );
}

/** The last ten final versions that have a wheel, as the index lists them. */
async function recent(name) {
  const accept = "application/vnd.pypi.simple.v1+json";
  const { files } = await (await fetch(`${index}/${name}/`, { headers: { accept } })).json();
  const wheels = files.flatMap(
    ({ filename }) => /^[^-]+-([\d.]+)-.*\.whl$/.exec(filename)?.[1] ?? [],
  );
  return [...new Set(wheels)].slice(-10).map((version) => ({ name, version }));
}

function asMetadata(release) {
  return message(release, null);
}

function perHour(count, seconds) {
  return Math.round((3600 * count) / seconds);
}

const warm = place();
const { runtime, releases } = warmUp(warm);
const wanted = releases.map((release) => message(release, runtime));

const cold = place();
const installs = investigated(cold, wanted);
const proved = facts(cold, /^installed-/);

// The same with every file at hand: what is missing then is what fetching cost
const fetched = place();
cpSync(cold.cache, fetched.cache, { recursive: true });
const again = investigated(fetched, wanted);
const each = steps(cold, releases);

const many = [];
for (const { name } of releases) many.push(...(await recent(name)).map(asMetadata));
investigated(place(), many);
const known = place();
const metadata = investigated(known, many);
const read = facts(known, /^metadata\.json$/);

record({ installs, again, each, metadata, proved, read, load: loadavg()[0] });
const row = (what, count, { wall, cpu, rss }) => [
  what,
  count,
  wall.toFixed(1),
  cpu.toFixed(1),
  perHour(count, wall),
  24 * perHour(count, wall),
  Math.round(rss),
];
table(
  ["what", "releases", "s", "CPU s", "an hour", "a day", "MB"],
  [
    row("installed and imported, nothing at hand", proved, installs),
    row("the same, files at hand", proved, again),
    row("metadata alone", read, metadata),
  ],
);
const cores = availableParallelism();
const share = (1000 * cores * again.wall) / proved;
const own = each.venv + each.install + each.import;
table(
  ["step of one release", "ms of a core"],
  [
    ["fetching", Math.round((1000 * cores * (installs.wall - again.wall)) / proved)],
    ["environment (venv)", Math.round(each.venv)],
    ["installing (pip)", Math.round(each.install)],
    ["importing", Math.round(each.import)],
    ["the rest: sandbox, needs of the release, bookkeeping", Math.round(share - own)],
  ],
);
// The stand-in would keep this process alive
process.exit(0);
