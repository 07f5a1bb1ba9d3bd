// Investigators that are killed, joined and troubled: `node bench/investigators.mjs
// [crash|share|trouble …] [--kills 300] [--per-round 10] [--messages 1000] [--seed N]
// [--only "index"|"clock"|"disk"|"store"]`.
// crash: kill -9 of investigators, of what their solvers start and of `thoth advise`, at random
// moments; then nothing may be lost, and every effect is there once. share: three on one store, a
// fourth joins, one is killed. trouble: index away, clock set, disk full, store read-only.
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import {
  descendants,
  doneCounts,
  drained,
  investigator,
  kill,
  place,
  run,
  writePipfile,
} from "./lib/crowd.mjs";
import { loopbackIndex, parts } from "./lib/loopback.mjs";
import { measure } from "./lib/run.mjs";
import { troubles } from "./lib/troubles.mjs";
import { folder, options, random, record, say, table, thoth } from "./lib/world.mjs";

const sender = { component: "bench", serviceVersion: "1" };
const cache = folder("cache");

/** What a round asks for: names by what is asked of them. */
function plan(count) {
  const installs = 10;
  const poison = 20;
  const absent = Math.floor(count / 10);
  const notes = Math.floor(count / 5);
  const pages = count - installs - poison - absent - notes;
  const names = (kind, many) => Array.from({ length: many }, (_, at) => `${kind}-${at}`);
  return {
    pages: names("page", pages),
    installs: names("wheel", installs),
    absent: names("absent", absent),
    notes: names("note", notes),
    poison: names("poison", poison),
  };
}

function messagesOf({ createMessage }, wanted, index, runtime) {
  const page = (name) =>
    createMessage("unresolved_package", sender, {
      package_name: name,
      index_url: index,
      package_version: null,
      solver: null,
      filename: null,
    });
  const install = (name) =>
    createMessage("unresolved_package", sender, {
      package_name: name,
      index_url: index,
      package_version: "1.0",
      solver: runtime,
      filename: null,
    });
  const note = (name) =>
    createMessage("missing_package", sender, { package_name: name, index_url: index });
  const foreign = (name) =>
    createMessage("thoth_repo_init", sender, { project_url: `https://${name}/`, job_id: null });
  return [
    ...wanted.pages.map(page),
    ...wanted.installs.flatMap((name) => [page(name), install(name)]),
    ...wanted.absent.map(page),
    ...wanted.notes.map(note),
    ...wanted.poison.map(foreign),
  ];
}

function releasesOf(wanted) {
  const all = [...wanted.pages, ...wanted.installs].map((name) => ({ name, version: "1.0" }));
  const app = [
    { name: "app", version: "1.0", requires: ["app-core", "app-extra>=1"] },
    { name: "app-core", version: "1.0" },
    { name: "app-extra", version: "1.0", requires: ["app-core"] },
  ];
  return [...all, ...app];
}

/** What is wrong at the end of a round, and what was done more than once. */
async function verdict({ made, where, index, wanted, runtime, queue, runs }) {
  const store = made.openJsonStore(where.store);
  const key = index.url;
  const faults = [];
  const miss = (what, names, holds) => {
    const missing = names.filter((name) => !holds(name));
    if (missing.length > 0) faults.push(`${missing.length} ${what}: ${missing.slice(0, 3)}`);
  };
  miss("pages lost", wanted.pages, (name) => store.releases(name, key)?.count === 1);
  miss("absences lost", wanted.absent, (name) => store.releases(name, key)?.absent !== undefined);
  miss("notes lost", wanted.notes, (name) => store.releases(name, key)?.absent !== undefined);
  const proof = (name) => store.installed({ name, version: "1.0", index: key }, runtime);
  for (const name of wanted.installs) {
    const { outcome, failure, detail = "" } = proof(name) ?? { outcome: "lost" };
    if (outcome === "ok") continue;
    faults.push(`${name}: ${outcome} ${failure}: ${detail.slice(0, 300)}`);
  }
  const dead = await queue.deadLetters();
  const good = dead.filter(({ message }) => message.type !== "thoth_repo_init");
  if (dead.length - good.length !== wanted.poison.length)
    faults.push(`${dead.length - good.length} of ${wanted.poison.length} poison messages parked`);
  for (const { message, reason } of good)
    faults.push(`dead: ${JSON.stringify(message)}: ${reason}`);
  const doubles = [...doneCounts(runs).values()].filter((count) => count > 1).length;
  if (doubles > 0) faults.push(`${doubles} messages acknowledged twice`);
  const verify = measure([process.execPath, thoth, "knowledge", "verify"], { env: where.env });
  if (verify.exit !== 0) faults.push(`verify: ${verify.stdout}`);
  const again = [...index.requests.values()].reduce((sum, count) => sum + count - 1, 0);
  await store.close();
  return { faults, again };
}

/** Draws what dies next: an investigator, all of its group, something its solver started, the advice. */
function victimOf(next, crowd) {
  const draw = next();
  const one = crowd.investigators[Math.floor(next() * crowd.investigators.length)];
  if (draw < 0.35) return { what: "investigator", pid: one.pid };
  if (draw < 0.5) return { what: "group", pid: -one.pid };
  if (draw < 0.75 && crowd.advice?.ended() === null)
    return { what: "advise", pid: crowd.advice.pid };
  const below = crowd.investigators.flatMap(({ pid }) => descendants(pid));
  if (below.length === 0) return { what: "investigator", pid: one.pid };
  return { what: "solver", pid: below[Math.floor(next() * below.length)] };
}

async function killAtRandom(where, { next, kills, start }) {
  const crowd = { investigators: [start(), start()], advice: undefined };
  const runs = [...crowd.investigators];
  const killed = { investigator: 0, group: 0, advise: 0, solver: 0 };
  for (let count = 0; count < kills; ) {
    if (crowd.advice === undefined || crowd.advice.ended() !== null)
      crowd.advice = run(where, ["advise", "--verify", "none"]);
    await sleep(50 + next() * 900);
    const { what, pid } = victimOf(next, crowd);
    if (!kill(pid)) continue;
    killed[what] += 1;
    count += 1;
    await sleep(20);
    crowd.investigators = crowd.investigators.map((one) => {
      if (one.ended() === null) return one;
      const fresh = start();
      runs.push(fresh);
      return fresh;
    });
  }
  return { crowd, runs, killed };
}

async function end(crowd) {
  for (const one of crowd) kill(one.pid, "SIGTERM");
  return Promise.all(crowd.map(({ finished }) => finished));
}

async function crashRound(made, { next, kills, count, runtime }) {
  const wanted = plan(count);
  const index = await loopbackIndex(made, releasesOf(wanted));
  const where = place({ index: index.url, cache });
  writePipfile(where, ["app"]);
  const queue = made.openLocalQueue(where.queue);
  await queue.publish(messagesOf(made, wanted, index.url, runtime));
  const startedAt = Date.now();
  const start = () => investigator(where);
  const { crowd, runs, killed } = await killAtRandom(where, { next, kills, start });
  await crowd.advice.finished;
  await drained(queue);
  await end(crowd.investigators);
  const checked = measure([process.execPath, thoth, "advise", where.project, "--verify", "none"], {
    env: where.env,
  });
  const left = await verdict({ made, where, index, wanted, runtime, queue, runs });
  if (checked.exit !== 0) left.faults.push(`the lock is wrong: ${checked.stderr}`);
  await queue.close();
  await index.goAway();
  return { killed, ...left, requests: index.requests.size, seconds: seconds(startedAt) };
}

function seconds(since) {
  return Math.round((Date.now() - since) / 100) / 10;
}

async function crash(made, { kills, perRound, count, seed, runtime }) {
  const next = random(seed);
  const rounds = [];
  for (let left = kills; left > 0; left -= perRound) {
    const most = Math.min(perRound, left);
    const result = await crashRound(made, { next, kills: most, count, runtime });
    record({ round: rounds.length + 1, ...result });
    rounds.push(result);
  }
  const sum = (pick) => rounds.reduce((total, round) => total + pick(round), 0);
  table(
    [
      "rounds",
      "messages each",
      "killed: investigator",
      "with group",
      "solver",
      "advise",
      "faults",
      "requests",
      "asked again",
    ],
    [
      [
        rounds.length,
        count,
        ...["investigator", "group", "solver", "advise"].map((what) =>
          sum((one) => one.killed[what]),
        ),
        sum(({ faults }) => faults.length),
        sum(({ requests }) => requests),
        sum(({ again }) => again),
      ],
    ],
  );
  return rounds.every(({ faults }) => faults.length === 0);
}

function doneBy({ events }) {
  return events.filter(({ outcome }) => outcome === "done").length;
}

async function share(made, { count, runtime }) {
  const wanted = plan(count);
  const index = await loopbackIndex(made, releasesOf(wanted));
  const where = place({ index: index.url, cache });
  const queue = made.openLocalQueue(where.queue);
  const start = () => investigator(where, ["--jobs", "index=50,notes=20,install=1"]);
  const crowd = [start(), start(), start()];
  await sleep(1500);
  const startedAt = Date.now();
  await queue.publish(messagesOf(made, wanted, index.url, runtime));
  await sleep(700);
  const fourth = start();
  // In the middle of its work: it has done some, and holds more
  while (doneBy(crowd[0]) < count / 20) await sleep(50);
  kill(-crowd[0].pid);
  await drained(queue);
  const took = seconds(startedAt);
  await end([...crowd.slice(1), fourth]);
  const runs = [...crowd, fourth];
  const { faults, again } = await verdict({ made, where, index, wanted, runtime, queue, runs });
  const done = runs.map(doneBy);
  await queue.close();
  await index.goAway();
  record({ share: count, took, done, faults, again });
  table(
    [
      "messages",
      "done by each (the first was killed, the last joined)",
      "seconds",
      "faults",
      "asked again",
    ],
    [[count, done.join(", "), took, faults.length, again]],
  );
  return faults.length === 0;
}

const { values, positionals } = options({
  kills: { type: "string", default: "300" },
  "per-round": { type: "string", default: "10" },
  messages: { type: "string", default: "1000" },
  seed: { type: "string", default: "1" },
  only: { type: "string" },
});
const made = await parts();
const runtimes = JSON.parse(
  measure([process.execPath, thoth, "runtimes", "--json"], {
    env: { ...process.env, THOTH_CACHE: cache },
  }).stdout,
);
const common = {
  kills: Number(values.kills),
  perRound: Number(values["per-round"]),
  count: Number(values.messages),
  seed: Number(values.seed),
  runtime: runtimes.runtimes[0].id,
  cache,
  only: values.only,
};
const tasks = {
  crash,
  share,
  trouble: troubles({ plan, messagesOf, releasesOf, verdict, end, seconds }),
};
const asked = positionals.length > 0 ? positionals : Object.keys(tasks);
let good = true;
for (const name of asked) {
  say(`${name}, scratch in ${join(cache, "..")}`);
  good = (await tasks[name](made, common)) && good;
}
process.exit(good ? 0 : 1);
