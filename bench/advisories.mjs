// What advisories cost and whether they are right, on the database and the expected results of
// SHARED_DIR. Imports it into a new store, matches every case by strata, and measures a match of 20 releases beside a bare Node. Build first.
import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { shared } from "./lib/world.mjs";

const rounds = Number(process.env.ROUNDS ?? 15);
const program = join(import.meta.dirname, "..", "dist", "bin", "thoth.js");

const twenty =
  `requests==2.31.0 urllib3==1.26.5 jinja2==3.1.3 flask==2.2.0 django==4.2 numpy==1.21.0
  pillow==9.0.0 cryptography==3.4 pyyaml==5.3 aiohttp==3.8.0 werkzeug==2.0.0 certifi==2022.5.18
  idna==3.3 click==8.0 markupsafe==2.0 setuptools==60.0 wheel==0.37 lxml==4.6.0 sqlalchemy==1.3
  twisted==21.0`.split(/\s+/);

function print(text) {
  process.stdout.write(`${text}\n`);
}

/** Runs Node on `args`; CPU and memory as the system counts them. */
function measured(args, { root, input }) {
  const script = `import json, resource, subprocess, sys, time
started = time.time()
run = subprocess.run(sys.argv[1:], stdin=sys.stdin, capture_output=True, text=True)
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps({"code": run.returncode, "out": run.stdout, "err": run.stderr,
  "wall": time.time() - started, "cpu": used.ru_utime + used.ru_stime, "rss": used.ru_maxrss // 1024}))`;
  const { stdout, stderr } = spawnSync("python3", ["-c", script, process.execPath, ...args], {
    encoding: "utf8",
    maxBuffer: 1e9,
    input: input ?? "",
    env: { PATH: process.env.PATH, HOME: root, THOTH_STORE: join(root, "store") },
  });
  if (stdout === "") throw new Error(stderr);
  return JSON.parse(stdout);
}

function least(args, options) {
  const runs = Array.from({ length: rounds }, () => measured(args, options));
  return Math.round(Math.min(...runs.map(({ cpu }) => cpu)) * 1000);
}

function compare(cases, root) {
  const input = cases.map(({ name, version }) => `${name}==${version}\n`).join("");
  const { out, err } = measured([program, "advisories", "match", "-", "--json"], { root, input });
  if (out === "") throw new Error(err);
  const { releases } = JSON.parse(out);
  const strata = new Map();
  for (const [at, { name, version, stratum, ids }] of cases.entries()) {
    const equal = [...ids].sort().join() === [...releases[at].ids].sort().join();
    const counts = strata.get(stratum) ?? { cases: 0, equal: 0 };
    strata.set(stratum, { cases: counts.cases + 1, equal: counts.equal + Number(equal) });
    if (!equal) print(`differs: ${name} ${version}: ${releases[at].ids} in place of ${ids}`);
  }
  for (const [stratum, { cases: all, equal }] of strata) print(`${stratum}: ${equal} of ${all}`);
  const equal = [...strata.values()].reduce((sum, one) => sum + one.equal, 0);
  print(`all: ${equal} of ${cases.length}`);
  if (equal !== cases.length) process.exitCode = 1;
}

const root = mkdtempSync(join(tmpdir(), "thoth-bench-"));
try {
  const from = join(shared, "data", "osv-pypi.zip");
  for (const which of ["first", "again"]) {
    const run = measured([program, "advisories", "update", "--from", from], { root });
    const { wall, cpu, rss } = run;
    print(
      `${which} import: ${wall.toFixed(2)} s, ${cpu.toFixed(2)} s CPU, ${rss} MB: ${run.out.trim()}`,
    );
  }
  compare(JSON.parse(readFileSync(join(shared, "vulns", "cases.json"), "utf8")).cases, root);
  const bare = least(["-e", "0"], { root });
  const match = least([program, "advisories", "match", ...twenty], { root });
  const version = least([program, "--version"], { root });
  print(
    `match of 20: ${match} ms CPU, ${match - bare} over a bare Node (\`--version\`: ${version - bare})`,
  );
} finally {
  rmSync(root, { recursive: true });
}
