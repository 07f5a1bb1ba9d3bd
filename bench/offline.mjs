// The same advice again, offline: `node bench/offline.mjs [CASE…]`. Each case is locked cold, then,
// without its lock, again with --offline under strace in a network namespace without any interface:
// the lock must be byte-identical and no internet socket opened.
import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { measure } from "./lib/run.mjs";
import {
  adviseCommand,
  cases,
  environment,
  folder,
  missing,
  options,
  record,
  say,
  table,
  world,
} from "./lib/world.mjs";

/** Calls that open a socket to somewhere, as strace writes them. */
function sockets(log) {
  return readFileSync(log, "utf8")
    .split("\n")
    .filter((line) => /\b(socket|connect)\(/.test(line) && /AF_INET/.test(line));
}

function traced(log) {
  return ["-rn", "strace", "-f", "-e", "trace=network", "-o", log];
}

function again(testCase) {
  say(testCase.name);
  const place = world(testCase);
  const env = environment(place);
  const cold = measure(adviseCommand(place, "--verify", "none"), { env });
  const lock = join(place.project, "Pipfile.lock");
  const before = existsSync(lock) ? readFileSync(lock, "utf8") : undefined;
  rmSync(lock, { force: true });
  const log = join(place.home, "strace.txt");
  const command = adviseCommand(place, "--verify", "none", "--offline");
  const run = measure(["unshare", ...traced(log), ...command], { env });
  const after = existsSync(lock) ? readFileSync(lock, "utf8") : undefined;
  const opened = sockets(log);
  const faults = [
    ...(run.exit === cold.exit ? [] : [`exit ${run.exit}, online ${cold.exit}: ${run.stderr}`]),
    ...(after === before ? [] : ["another lock than online"]),
    ...opened,
  ];
  return {
    case: testCase.name,
    exit: run.exit,
    bytes: after?.length,
    sockets: opened.length,
    faults,
  };
}

const { positionals } = options({});
/** The trace must show a socket where one is opened, or seeing none would mean nothing. */
function tracesSockets() {
  const log = join(folder("control"), "strace.txt");
  const connect = 'require("node:net").connect(9, "127.0.0.1").on("error", () => {})';
  spawnSync("unshare", [...traced(log), process.execPath, "-e", connect]);
  return existsSync(log) && sockets(log).length > 0;
}

if (!tracesSockets())
  missing("strace and unshare with user namespaces are needed (apt-get install strace util-linux)");
const results = cases(positionals).map((testCase) => {
  const result = again(testCase);
  record(result);
  return result;
});
table(
  ["case", "exit", "lock", "internet sockets"],
  results.map(({ case: name, exit, bytes, sockets: count, faults }) => [
    name,
    exit,
    faults.length > 0 ? "DIFFERS" : bytes === undefined ? "none" : `identical, ${bytes} bytes`,
    count,
  ]),
);
process.exitCode = results.some(({ faults }) => faults.length > 0) ? 1 : 0;
