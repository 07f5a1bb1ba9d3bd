// Is the advice right, and as new as uv's? `node bench/quality.mjs [--install] [--pipenv PATH]
// [--no-peer] [--store DIR] [CASE…]`: each case from an empty store, its outcome against meta.json,
// its lock by check-lock, its pins against `uv pip compile`.
import { spawnSync } from "node:child_process";
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { checkLock, measure, peerLock } from "./lib/run.mjs";
import {
  adviseCommand,
  cases,
  environment,
  folder,
  lockedVersions,
  options,
  record,
  say,
  table,
  world,
} from "./lib/world.mjs";

const exits = { locked: 0, unsatisfiable: 1, "manifest-error": 2 };

/** Stacks of gigabytes are checked without being installed. */
const tooBig = new Set(["multisource-torch", "ds-tensorflow-aws"]);

const compare = `
import json, sys
from packaging.version import Version
pairs = json.load(sys.stdin)
def word(a, b):
    if a.startswith("@") or b.startswith("@"):
        return "same" if a[0] == b[0] else "other"
    a, b = Version(a), Version(b)
    return "older" if a < b else "newer" if a > b else "same"
print(json.dumps([word(a, b) for a, b in pairs]))
`;

/** Our pins against the peer's: lists of "name ours theirs". */
function difference(ours, theirs) {
  const common = Object.keys(ours).filter((name) => theirs[name] !== undefined);
  const pairs = common.map((name) => [ours[name], theirs[name]]);
  const run = spawnSync("python3", ["-c", compare], {
    input: JSON.stringify(pairs),
    encoding: "utf8",
  });
  if (run.status !== 0) throw new Error(run.stderr);
  const words = JSON.parse(run.stdout);
  const named = (word) =>
    common
      .filter((_, at) => words[at] === word)
      .map((name) => `${name} ${ours[name]} (${theirs[name]})`);
  return {
    common: common.length,
    older: [...named("older"), ...named("other")],
    newer: named("newer"),
    missing: Object.keys(theirs).filter((name) => ours[name] === undefined),
    extra: Object.keys(ours).filter((name) => theirs[name] === undefined),
  };
}

/** The pip inside pipenv 2026 refuses targets below Python 3.10, before it has read the lock. */
function withoutImpossible(check, python) {
  if (Number(python.split(".")[1]) >= 10 || check["pipenv-sync"] !== false) return check;
  const problems = check.problems.filter(({ kind }) => kind !== "pipenv-sync");
  return { ...check, ok: problems.length === 0, problems, "pipenv-sync": "cannot" };
}

function judge(testCase, { install, pipenv, peer, cache }) {
  say(testCase.name);
  const place = world(testCase);
  const run = measure(adviseCommand(place, "--verify", "none"), { env: environment(place) });
  const result = {
    case: testCase.name,
    expect: testCase.expect,
    exit: run.exit,
    expected: run.exit === exits[testCase.expect],
    wall: run.wall,
  };
  if (!result.expected) return { ...result, said: `${run.stdout}${run.stderr}`.slice(-2000) };
  if (testCase.expect !== "locked") return { ...result, said: run.stderr || run.stdout };
  const ours = lockedVersions(join(place.project, "Pipfile.lock"));
  const checked = checkLock(place, {
    install: install && !tooBig.has(testCase.name),
    pipenv,
    cache,
  });
  const check = withoutImpossible(checked, testCase.python);
  const theirs = peer ? peerLock(testCase, "uv-compile", { home: folder("peer") }) : undefined;
  return {
    ...result,
    packages: Object.keys(ours).length,
    check,
    ...(theirs?.ok ? difference(ours, theirs.versions) : { peerFailed: theirs?.error }),
  };
}

const verdicts = { true: "ok", false: "FAILED", undefined: "-" };

function row(result) {
  const { check } = result;
  const count = (list) => list?.length ?? "-";
  const kinds =
    check === undefined ? "-" : check.ok ? "ok" : check.problems.map(({ kind }) => kind);
  const also = (kind) => verdicts[check?.[kind]] ?? check[kind];
  return [
    result.case,
    `${result.expect}${result.expected ? "" : ` WRONG (exit ${result.exit})`}`,
    result.packages,
    ...["older", "newer", "missing", "extra"].map((kind) => count(result[kind])),
    kinds,
    ...["install", "check", "pipenv-verify", "pipenv-sync"].map(also),
  ];
}

const { values, positionals } = options({
  install: { type: "boolean", default: false },
  pipenv: { type: "string" },
  "no-peer": { type: "boolean", default: false },
  cache: { type: "string" },
});
const cache = values.cache ?? folder("check-cache");
mkdirSync(cache, { recursive: true });
const results = cases(positionals).map((testCase) => {
  const result = judge(testCase, { ...values, peer: !values["no-peer"], cache });
  record(result);
  return result;
});
table(
  [
    "case",
    "outcome",
    "pins",
    "older",
    "newer",
    "missing",
    "extra",
    "check-lock",
    "pip",
    "pip check",
    "verify",
    "sync",
  ],
  results.map(row),
);
const bad = results.filter(
  ({ expected, check, older = [] }) => !expected || check?.ok === false || older.length > 0,
);
process.exitCode = bad.length > 0 ? 1 : 0;
