// Warming held against its promise: a real case is warmed, then, in a network namespace without any
// interface, `thoth advise --offline` answers random changes of its Pipfile within its ranges; each
// answer must equal the one that a store of its own learns online from the same index.
//   bench/warm.mjs [--changes 50] [--seed 1] [--latest N] [--store DIR (warmed before)] CASE…
import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { measure } from "./lib/run.mjs";
import { standIn } from "./lib/stand-in.mjs";
import {
  adviseCommand,
  cases,
  environment,
  median,
  options,
  random,
  record,
  say,
  table,
  thoth,
  world,
} from "./lib/world.mjs";

const { values, positionals } = options({
  changes: { type: "string", default: "50" },
  seed: { type: "string", default: "1" },
  latest: { type: "string" },
  store: { type: "string" },
});

/** The lines of a Pipfile's package tables that ask an index for something. */
function requirementLines(text) {
  let section = "";
  return text.split("\n").flatMap((line, at) => {
    section = /^\[([^[\]]+)\]/.exec(line)?.[1] ?? section;
    if (!/packages$|^typing/.test(section) || /\b(git|path|file)\s*=/.test(line)) return [];
    const name = /^\s*"?([A-Za-z0-9._-]+)"?\s*=/.exec(line)?.[1];
    if (name === undefined) return [];
    const value = line.slice(line.indexOf("=") + 1);
    const written = value.trim().startsWith("{")
      ? (/version\s*=\s*["']([^"']*)["']/.exec(value)?.[1] ?? "*")
      : (/["']([^"']*)["']/.exec(value)?.[1] ?? "*");
    return [{ at, line, name, written, specifier: spelled(written) }];
  });
}

function spelled(written) {
  if (written.trim() === "*") return "";
  return /^\d/.test(written.trim()) ? `==${written.trim()}` : written;
}

/** The final versions of each package within what its line asks for, oldest first. */
function versionsWithin(lines, place, env) {
  const known = lines.map(({ name, specifier }) => {
    const command = [thoth, "knowledge", "show", name, "--json", "--store", place.store];
    const shown = spawnSync(process.execPath, command, {
      env,
      encoding: "utf8",
      maxBuffer: 1 << 28,
    });
    const { indexes = [] } = shown.status === 0 ? JSON.parse(shown.stdout) : {};
    return {
      specifier,
      versions: indexes.flatMap(({ releases }) => releases.map((one) => one.version)),
    };
  });
  const script = `import json, sys
from pip._vendor.packaging.specifiers import SpecifierSet
from pip._vendor.packaging.version import Version
print(json.dumps([sorted((v for v in one["versions"] if not Version(v).is_prerelease and Version(v) in SpecifierSet(one["specifier"])), key=Version) for one in json.load(sys.stdin)]))`;
  const out = execFileSync("python3", ["-c", script], {
    input: JSON.stringify(known),
    maxBuffer: 1 << 28,
  });
  return JSON.parse(out);
}

/** One to three lines of the Pipfile, each narrowed, pinned, stripped of its extras or removed. */
function change(text, lines, versions, draw) {
  const rows = text.split("\n");
  const told = [];
  for (let left = 1 + Math.floor(draw() * 3); left > 0; left -= 1) {
    const one = Math.floor(draw() * lines.length);
    const line = lines[one];
    const within = versions[one];
    const version = within[Math.floor(draw() * within.length)];
    const ways = [
      () => "",
      ...(line.line.includes("extras")
        ? [() => line.line.replace(/extras\s*=\s*\[[^\]]*\]\s*,?\s*/, "")]
        : []),
    ];
    if (version !== undefined) {
      for (const operator of ["==", "<=", ">=", "!="]) {
        ways.push(() => narrowed(line, `${operator}${version}`));
      }
      if (version !== within[0]) ways.push(() => narrowed(line, `<${version}`));
    }
    rows[line.at] = ways[Math.floor(draw() * ways.length)]();
    told.push(rows[line.at] === "" ? `without ${line.name}` : rows[line.at]);
  }
  return { text: rows.join("\n"), told };
}

function narrowed({ line, name, specifier, written }, more) {
  const wanted = specifier === "" ? more : `${specifier},${more}`;
  const value = line.slice(line.indexOf("=") + 1);
  if (!value.trim().startsWith("{")) return `${name} = "${wanted}"`;
  if (!/version\s*=/.test(value)) return line.replace(/\}\s*$/, `, version = "${wanted}"}`);
  return line.replace(`"${written}"`, `"${wanted}"`).replace(`'${written}'`, `"${wanted}"`);
}

function locked(place, command, env) {
  const lock = join(place.project, "Pipfile.lock");
  rmSync(lock, { force: true });
  const { exit, wall, stderr, stdout } = measure(command, { env });
  return {
    exit,
    wall,
    stderr,
    stdout,
    lock: existsSync(lock) ? readFileSync(lock, "utf8") : undefined,
  };
}

function compared(place, { text, told }, env, online) {
  writeFileSync(join(place.project, "Pipfile"), text);
  const without = adviseCommand(place, "--verify", "none", "--offline");
  const offline = locked(place, ["unshare", "-rn", ...without], env);
  const with_ = locked(place, adviseCommand({ ...place, store: online }, "--verify", "none"), env);
  const same = offline.exit === with_.exit && offline.lock === with_.lock;
  const kind = same ? "equal" : offline.exit === 3 ? "incomplete" : "different";
  const missing = offline.stdout
    .split("\n")
    .filter((line) => line.startsWith("missing:"))
    .slice(0, 3);
  return { kind, told, exit: with_.exit, offlineExit: offline.exit, wall: offline.wall, missing };
}

function size(folder) {
  return Number(execFileSync("du", ["-sb", folder], { encoding: "utf8" }).split("\t")[0]) / 1e6;
}

function warmed(place, env) {
  if (values.store !== undefined) return { wall: 0, requests: 0, bytes: 0 };
  const latest = values.latest === undefined ? [] : ["--latest", values.latest];
  const flags = ["--store", place.store, "--python", place.case.python, "--json", ...latest];
  const run = measure([process.execPath, thoth, "warm", place.project, ...flags], {
    env,
    timeout: 3600,
  });
  if (run.exit !== 0) throw new Error(`warm ended with ${run.exit}: ${run.stderr}${run.stdout}`);
  const { coverage, meta } = JSON.parse(run.stdout);
  const { packages, known, leftOut } = coverage[0];
  return { wall: run.wall, mb: run.rss, ...meta.traffic, packages, known, leftOut };
}

function promise(testCase, index) {
  const fresh = world(testCase);
  const place = { ...fresh, store: values.store ?? fresh.store };
  const env = { ...environment(place), INDEX_URL: index };
  say(`${testCase.name}: warming`);
  const cost = warmed(place, env);
  const pipfile = readFileSync(join(place.project, "Pipfile"), "utf8");
  const lines = requirementLines(pipfile);
  const versions = versionsWithin(lines, place, env);
  const draw = random(Number(values.seed));
  const answers = [];
  for (let left = Number(values.changes); left > 0; left -= 1) {
    const answer = compared(
      place,
      change(pipfile, lines, versions, draw),
      env,
      join(place.home, "online"),
    );
    if (answer.kind !== "equal") say(JSON.stringify(answer));
    answers.push(answer);
  }
  const count = (kind) => answers.filter((one) => one.kind === kind).length;
  const result = {
    case: testCase.name,
    ...cost,
    storeMb: size(place.store),
    equal: count("equal"),
    incomplete: count("incomplete"),
    different: count("different"),
    locked: answers.filter(({ exit }) => exit === 0).length,
    offlineSeconds: median(answers.map(({ wall }) => wall)),
  };
  record(result);
  return result;
}

const index = await standIn({ port: 8950 + (Number(values.seed) % 50) });
const results = cases(positionals.length > 0 ? positionals : ["flask-ghas-reviewer"]).map((one) =>
  promise(one, index),
);
table(
  [
    "case",
    "warm s",
    "requests",
    "MB",
    "store MB",
    "packages",
    "releases",
    "equal",
    "incomplete",
    "different",
    "offline s",
  ],
  results.map((one) => [
    one.case,
    one.wall.toFixed(1),
    one.requests,
    (one.bytes / 1e6).toFixed(1),
    one.storeMb.toFixed(1),
    one.packages,
    one.known,
    `${one.equal} of ${values.changes} (${one.locked} locks)`,
    one.incomplete,
    one.different,
    one.offlineSeconds.toFixed(2),
  ]),
);
process.exitCode = results.some(({ equal }) => equal < Number(values.changes)) ? 1 : 0;
