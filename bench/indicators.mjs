// Security indicators held against real archives: newest sdists of 100 popular packages, six
// releases whose bandit numbers are known, and malware by families, 30 % of which are kept back.
//   bench/indicators.mjs [--keep DIR] [--only popular|six|training|held] [--most N] [--peer] [--show]
// Needs INDEX_URL or pip's index, MALWARE_REGISTRY (lib/registry.mjs), and GUARDDOG with --peer.
// What was fetched, the families and the peer's scores stay in --keep. --show lists what training
// rows were missed and each alarm in every other popular one; of what is kept back it shows no more
// than numbers.
import { execFileSync } from "node:child_process";
import { appendFileSync, existsSync, mkdirSync, readFileSync } from "node:fs";
import { join, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { guarddogScore } from "./lib/guarddog.mjs";
import { startScanner } from "./lib/own-scan.mjs";
import { archive, split } from "./lib/registry.mjs";
import { indexUrl, missing, options, record, say, table } from "./lib/world.mjs";

const { values } = options({
  keep: { type: "string", default: "/tmp/thoth-indicators" },
  only: { type: "string" },
  most: { type: "string", default: "10000" },
  peer: { type: "boolean", default: false },
  show: { type: "boolean", default: false },
});
const keep = resolve(values.keep);
mkdirSync(keep, { recursive: true });

const six = ["requests==2.32.3", "flask==3.0.3", "pyyaml==6.0.2", "setuptools==75.1.0"];
six.push("django==5.1.1", "numpy==2.1.1");

function lib(name) {
  return fileURLToPath(new URL(`lib/${name}`, import.meta.url));
}

function fetched(most, names) {
  const args = [lib("popular.py"), indexUrl(), join(keep, "sdists"), String(most), ...names];
  const printed = execFileSync("python3", args, { encoding: "utf8", maxBuffer: 1 << 28 });
  return printed
    .trim()
    .split("\n")
    .map((line) => JSON.parse(line))
    .map((row, at) => ({
      ...row,
      key: row.path.split("/").at(-1),
      file: () => row.path,
      kept: names.length > six.length && at % 2 === 1,
    }));
}

function malware(rows) {
  return rows.map((row) => ({ ...row, key: row.blob, file: () => archive(row) }));
}

const parts = {
  popular: () => fetched(100, readFileSync(lib("popular.txt"), "utf8").trim().split("\n")),
  six: () => fetched(6, six),
  training: () => malware(split(keep).training),
  held: () => malware(split(keep).held),
};

/** The peer's score of each row by its key, learnt once. */
function peerScores(rows) {
  const path = join(keep, "guarddog.jsonl");
  const lines = existsSync(path) ? readFileSync(path, "utf8").trim().split("\n") : [];
  const known = new Map(lines.map((line) => JSON.parse(line)).map((one) => [one.key, one.score]));
  if (values.peer) {
    for (const row of rows.filter(({ key }) => !known.has(key))) {
      const score = guarddogScore(row.file()) ?? null;
      known.set(row.key, score);
      appendFileSync(path, `${JSON.stringify({ key: row.key, score })}\n`);
    }
  }
  return known;
}

const worst = { block: 2, warn: 1 };

/** What a scan comes to: the worst alarm, when the code that raised it runs, and the rules. */
function verdict({ findings = [] }) {
  const level = (finding) => worst[finding.alarm] ?? 0;
  const top = Math.max(0, ...findings.map(level));
  const raised = findings.filter((finding) => top > 0 && level(finding) === top);
  const runs = ["install", "import", "call"].find((when) =>
    raised.some((one) => one.runs === when),
  );
  return { alarm: [undefined, "warn", "block"][top], runs, raised };
}

async function scanned(part, rows) {
  const scanner = await startScanner();
  const results = [];
  for (const row of rows) {
    const archivePath = row.file();
    const filename = archivePath.split("/").at(-1);
    const answer = await scanner.scan({ ...row, file: undefined, archivePath, filename });
    results.push({ row, ...answer, ...verdict(answer) });
    if (values.show && part !== "held" && !row.kept) show(part, results.at(-1));
  }
  scanner.stop();
  return results;
}

function show(part, { row, alarm, raised, trouble, score }) {
  const bad = part === "training" ? alarm !== "block" : alarm !== undefined;
  if (!bad && trouble === undefined) return;
  const places = raised.map(({ rule, path, line, text, runs }) => ({
    rule,
    runs,
    path,
    line,
    text,
  }));
  record({
    part,
    name: row.name,
    version: row.version,
    blob: row.blob,
    alarm,
    trouble,
    score,
    places,
  });
}

function share(part, of) {
  return of.length === 0 ? "" : `${part.length} of ${of.length} (${percent(part, of)})`;
}

function percent(part, of) {
  return `${((100 * part.length) / of.length).toFixed(1)} %`;
}

/** How often a malicious row scores above a popular one; ties count half. */
function areaUnderCurve(bad, good, score) {
  const scored = (rows) => rows.map(score).filter((one) => one !== undefined && one !== null);
  const [high, low] = [scored(bad), scored(good)];
  if (high.length === 0 || low.length === 0) return "";
  let sum = 0;
  for (const one of high) for (const other of low) sum += one > other ? 1 : one === other ? 0.5 : 0;
  return (sum / (high.length * low.length)).toFixed(3);
}

function summary(part, results, peer) {
  const blocked = results.filter(({ alarm }) => alarm === "block");
  const raised = results.filter(({ alarm }) => alarm !== undefined);
  const when = (runs) => blocked.filter((one) => one.runs === runs).length;
  const known = results.filter(({ row }) => peer.get(row.key) !== undefined);
  const above = (least) => known.filter(({ row }) => peer.get(row.key) >= least);
  const cpu = results.reduce((sum, one) => sum + (one.cpu ?? 0), 0);
  return [
    part,
    share(blocked, results),
    `${when("install")}, ${when("import")}, ${when("call")}`,
    share(raised, results),
    results.filter(({ trouble }) => trouble !== undefined).length,
    (cpu / results.length).toFixed(2),
    share(above(5), known),
    share(above(7), known),
  ];
}

function distribution(results) {
  const bins = Array.from({ length: 20 }, () => []);
  for (const { row, score } of results)
    if (score !== undefined) bins[Math.min(19, Math.floor(score * 20))].push(row.name);
  const rows = bins.map((names, at) => [
    `${(at / 20).toFixed(2)} to ${((at + 1) / 20).toFixed(2)}`,
    names.length,
    names.sort().join(", "),
  ]);
  table(
    ["score", "releases", "which"],
    rows.filter(([, count]) => count > 0),
  );
}

function details(results) {
  table(
    ["release", "lines of code", "findings", "density", "score", "alarms", "CPU s", "MB"],
    results.map(({ row, linesOfCode, findings = [], density, score, raised, cpu, rss }) => [
      `${row.name} ${row.version}`,
      linesOfCode,
      findings.length,
      density?.toFixed(1),
      score?.toFixed(3),
      raised.length,
      cpu?.toFixed(2),
      rss?.toFixed(0),
    ]),
  );
}

async function main() {
  const chosen = values.only === undefined ? Object.keys(parts) : [values.only];
  const done = {};
  const rows = [];
  for (const part of chosen) {
    if (parts[part] === undefined) missing(`no part ${part}: ${Object.keys(parts).join(", ")}`);
    say(`${part}: scanning`);
    const these = parts[part]().slice(0, Number(values.most));
    done[part] = await scanned(part, these);
    const peer = peerScores(these);
    rows.push(summary(part, done[part], peer));
    if (part === "popular")
      rows.push(
        summary(
          "of these kept back",
          done[part].filter(({ row }) => row.kept),
          peer,
        ),
      );
    if (part === "popular") distribution(done[part]);
    if (part === "six") details(done[part]);
  }
  table(
    [
      "rows",
      "blocked",
      "install, import, call",
      "alarm",
      "failed",
      "CPU s",
      "peer ≥ 5",
      "peer ≥ 7",
    ],
    rows,
  );
  if (done.held !== undefined && done.popular !== undefined) {
    const peer = peerScores([]);
    const ours = areaUnderCurve(done.held, done.popular, ({ score }) => score);
    const theirs = areaUnderCurve(done.held, done.popular, ({ row }) => peer.get(row.key));
    say(`area under the curve, kept back against popular: ${ours}, the peer ${theirs}`);
  }
}

await main();
