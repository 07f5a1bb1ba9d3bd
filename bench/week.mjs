// A week of an index: `node bench/week.mjs [--packages 200] [--days 7] [--a-day 4] [--seed 1]
// [--runtimes 3.11,3.12] [--no-validators]`. Packages are locked and installed once, then releases
// come, vanish, are built anew, get wheels later or are yanked, and `thoth refresh` and
// `thoth investigate` run several times a day. Counted: requests, solves, and facts bought twice.
// The clock is not faked: every round asks with `--freshness 0`, as if the freshness were over, and
// then once more without it, when nothing may be asked.
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fixtures } from "./lib/fixtures.mjs";
import { LivingIndex, stable } from "./lib/living-index.mjs";
import { start } from "./lib/run.mjs";
import {
  folder,
  lockedVersions,
  options,
  random,
  record,
  say,
  table,
  thoth,
} from "./lib/world.mjs";

const { values } = options({
  packages: { type: "string", default: "200" },
  days: { type: "string", default: "7" },
  "a-day": { type: "string", default: "4" },
  seed: { type: "string", default: "1" },
  runtimes: { type: "string", default: "3.11" },
  "no-validators": { type: "boolean", default: false },
});
const count = Number(values.packages);
const rounds = Number(values.days) * Number(values["a-day"]);
const pythons = values.runtimes.split(",");

const draw = random(Number(values.seed));
const { startIndex, wheel, sdist } = await fixtures();
const index = await startIndex({ validators: !values["no-validators"] });
const living = new LivingIndex(index, {
  ...{ wheel, sdist, draw },
  perDay: Number(values["a-day"]),
});
const { world, contents } = living;

const home = folder("week");
const store = join(home, "store");
const env = {
  ...process.env,
  PIP_INDEX_URL: index.url,
  PIP_CONFIG_FILE: "/dev/null",
  PIP_FIND_LINKS: "",
  HOME: home,
  THOTH_CACHE: join(home, "cache"),
  THOTH_STORE: store,
  NO_COLOR: "1",
};

async function run(...args) {
  const started = performance.now();
  const run = start([process.execPath, thoth, ...args], { env, cwd: home });
  const { exit, stdout, stderr } = await run.finished;
  if (exit !== 0) throw new Error(`thoth ${args.join(" ")}: exit ${exit}\n${stdout}\n${stderr}`);
  return { stdout, stderr, wall: (performance.now() - started) / 1000 };
}

/** Every installed fact of the store: where, what, when. */
function installedFacts() {
  const facts = new Map();
  const packages = join(store, "packages");
  for (const entry of readdirSync(packages, { recursive: true })) {
    const runtime = /installed-(.*)\.json$/.exec(entry)?.[1];
    if (runtime === undefined) continue;
    for (const [version, fact] of JSON.parse(readFileSync(join(packages, entry), "utf8")).facts)
      facts.set(`${entry.split("/").at(-2)} ${version} ${runtime}`, fact);
  }
  return facts;
}

const kinds = {
  page: (path) => path.startsWith("/simple/"),
  metadata: (path) => path.endsWith(".metadata"),
  file: (path) => path.startsWith("/files/"),
};

function requestsByKind(requests) {
  const counts = { page: 0, unmodified: 0, metadata: 0, file: 0 };
  for (const { path, status } of requests) {
    const kind = Object.keys(kinds).find((one) => kinds[one](path));
    if (kind === "page" && status === 304) counts.unmodified += 1;
    counts[kind] += 1;
  }
  return counts;
}

/** Files asked for more often than they had contents. */
function filesTwice(requests) {
  const asked = new Map();
  for (const { path, status } of requests) {
    if (!path.startsWith("/files/") || status >= 400) continue;
    asked.set(path, (asked.get(path) ?? 0) + 1);
  }
  return [...asked].flatMap(([path, times]) => {
    const known = contents.get(path.slice("/files/".length).replace(/\.metadata$/, ""))?.size ?? 0;
    return times > known ? [`${path} ${times} times`] : [];
  });
}

function lockText(directory) {
  const path = join(directory, "Pipfile.lock");
  return existsSync(path) ? path : undefined;
}

say(`${count} packages, ${rounds} rounds, on ${index.url}`);
const names = Array.from({ length: count }, (_, at) => `package-${at}`);
for (const name of names)
  for (let version = 1; version <= 1 + Math.floor(draw() * 4); version += 1)
    living.put(living.made("wheel", name, `${version}.0`));
const project = join(home, "project");
mkdirSync(project);
writeFileSync(
  join(project, "Pipfile"),
  `[packages]\n${names.map((name) => `${name} = "*"\n`).join("")}`,
);
for (const python of pythons) {
  const { wall } = await run("advise", project, "--python", python);
  say(`locked and installed on ${python} in ${wall.toFixed(1)} s`);
}
const start0 = requestsByKind(index.requests());
let before = installedFacts();
const all = [...index.requests()];
index.forgetRequests();

const sum = { page: 0, unmodified: 0, metadata: 0, file: 0 };
const twice = { solves: [], pages: [], fresh: 0, investigatedPages: 0, again: 0 };
const walls = { refresh: [], investigate: [] };
let solves = 0;
let reasked = 0;
let messages = 0;
for (let round = 1; round <= rounds; round += 1) {
  living.round();
  const refreshed = await run("refresh", "--freshness", "0", "--max", "100000", "--json");
  const answer = JSON.parse(refreshed.stdout);
  walls.refresh.push(refreshed.wall);
  const pages = index.requests().filter(({ path }) => kinds.page(path));
  const doubtful = new Set(
    answer.changes
      .filter(({ vanished, files }) => vanished.length + files.flatMap((f) => f.gone).length > 0)
      .map(({ name }) => `/simple/${name}/`),
  );
  reasked += doubtful.size;
  for (const path of new Set(pages.map((one) => one.path))) {
    const times = pages.filter((one) => one.path === path).length;
    if (times > (doubtful.has(path) ? 2 : 1)) twice.pages.push(`${path} ${times} times`);
  }
  const asked = index.requests().length;
  await run("refresh");
  twice.fresh += index.requests().length - asked;
  const investigated = await run("investigate", "--json");
  walls.investigate.push(investigated.wall);
  const report = JSON.parse(investigated.stdout);
  messages += report.handled;
  if (report.dead.length > 0 || report.waiting > 0) throw new Error(investigated.stdout);
  twice.investigatedPages += index
    .requests()
    .slice(asked)
    .filter(({ path }) => kinds.page(path)).length;
  for (const [kind, number] of Object.entries(requestsByKind(index.requests())))
    sum[kind] += number;
  const left = JSON.parse((await run("refresh", "--dry-run", "--json")).stdout).queued;
  twice.again += Object.values(left).reduce((total, one) => total + one, 0);
  all.push(...index.requests());
  index.forgetRequests();
  const facts = installedFacts();
  for (const [what, fact] of facts) {
    const known = before.get(what);
    if (known?.observedAt === fact.observedAt) continue;
    solves += 1;
    if (known !== undefined && known.sha256 === fact.sha256) twice.solves.push(what);
  }
  before = facts;
  record({
    round,
    ...living.tally,
    solves,
    messages,
    refresh: refreshed.wall,
    investigate: investigated.wall,
  });
}

// What is known at the end is what the index says: every package that is there is locked to its newest
const present = [...world].filter(([, versions]) => stable(versions).length > 0);
writeFileSync(
  join(project, "Pipfile"),
  `[packages]\n${present.map(([name]) => `${name} = "*"\n`).join("")}`,
);
await run("advise", project, "--offline", "--upgrade", "--python", pythons[0]);
const locked = lockedVersions(lockText(project));
const wrong = present.filter(([name, versions]) => locked[name] !== stable(versions).at(-1));
const files = filesTwice(all);
const mean = (list) => (list.reduce((total, one) => total + one, 0) / list.length).toFixed(2);

table(
  ["measure", "value"],
  [
    [
      "what happened",
      Object.entries(living.tally)
        .map(([what, number]) => `${number} ${what}`)
        .join(", "),
    ],
    [
      "requests to lock and install",
      `${start0.page} pages, ${start0.metadata} metadata, ${start0.file} files`,
    ],
    [
      "pages asked for in the week",
      `${sum.page}, of these ${sum.unmodified} answered 304, ${reasked} asked again in doubt`,
    ],
    ["metadata and files in the week", `${sum.metadata} and ${sum.file}`],
    ["messages handled", messages],
    ["releases solved", solves],
    ["solved twice without another file", twice.solves.length],
    ["files fetched more often than they changed", files.length],
    ["pages asked for twice in a refresh without doubt", twice.pages.length],
    ["pages asked for within the freshness", twice.fresh],
    ["releases that would be queued again after they were handled", twice.again],
    ["pages asked for by the investigator", twice.investigatedPages],
    ["packages not locked to the index's newest at the end", wrong.length],
    [
      "seconds a refresh, an investigation (mean)",
      `${mean(walls.refresh)}, ${mean(walls.investigate)}`,
    ],
  ],
);
for (const text of [...twice.solves, ...files, ...twice.pages].slice(0, 20)) say(text);
for (const [name] of wrong.slice(0, 20)) say(`${name}: ${locked[name]}`);
await index.close();
process.exit(
  twice.solves.length +
    files.length +
    twice.pages.length +
    twice.fresh +
    twice.again +
    wrong.length,
);
