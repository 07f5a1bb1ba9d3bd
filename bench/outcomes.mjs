// What comes of each public case: `node bench/outcomes.mjs [--store DIR] [CASE…]`. All share one store
// and one cache (kept where --store names a folder). Locks are judged by check-lock; what is no lock
// shows its message. Passes and visits are counted afterwards from that knowledge, each fact hidden
// until advice asks for it, so that they depend neither on the network nor on what ran ahead.
import { mkdirSync } from "node:fs";
import { join } from "node:path";
import { sources } from "./lib/hard-cases.mjs";
import { checkLock, measure } from "./lib/run.mjs";
import {
  adviseCommand,
  cases,
  environment,
  folder,
  options,
  record,
  say,
  table,
  world,
} from "./lib/world.mjs";

const { values, positionals } = options({ store: { type: "string" } });
const shared = values.store ?? folder("outcomes");
const parts = await sources(
  "fixtures/advice.ts",
  "src/adviser/advise.ts",
  "src/adviser/knowledge-view.ts",
  "src/loop/manifest.ts",
  "src/loop/project-of.ts",
  "src/model/gap.ts",
  "src/python/tags.ts",
  "src/solver/declared-runtime.ts",
  "src/store/json-store.ts",
);
const expected = { locked: 0, unsatisfiable: 1, "manifest-error": 2 };
const mostPasses = 500;

/** Knowledge of which only that is seen which was asked for. */
class Veiled extends parts.KnowledgeView {
  asked = new Set();

  releases(name, index) {
    return this.#shown({ missing: "releases", name, index }, () => super.releases(name, index));
  }

  metadata(release, filename, runtime) {
    const gap = { missing: "metadata", release, filename };
    return this.#shown(gap, () => super.metadata(release, filename, runtime));
  }

  source(key) {
    return this.#shown({ missing: "source", key }, () => super.source(key));
  }

  #shown(gap, fact) {
    return this.asked.has(parts.gapKey(gap)) ? fact() : undefined;
  }
}

/** Passes until nothing is missing, with the decisions and searches of them all. */
function effort(place, { id }) {
  const store = parts.openJsonStore(place.store, { readOnly: true });
  const { name, python } = place.case;
  const system = { operatingSystem: { name: "debian", version: "12" }, platform: "linux-x86_64" };
  const declared = parts.declaredRuntime({ name, ...system, pythonVersion: python }, []);
  const runtime = { ...declared, id };
  const index = store.packages()[0].index;
  const manifest = parts.readManifest(place.project, place.project);
  const indexNames = new Map(manifest.pipfile.sources.map((source) => [source.name, index]));
  const means = { runtime, upgrade: new Set(), indexes: [index], indexNames };
  const { project } = parts.projectOf({ ...manifest, lock: undefined }, means);
  const knowledge = new Veiled(store);
  const context = parts.contextOf(knowledge, project, {
    runtime,
    ranks: parts.rankTags(runtime.tags),
  });
  const sum = { passes: 0, attempts: 0, searches: 0 };
  for (;;) {
    const { advice, attempts, searches } = parts.consult(context, { verify: false });
    sum.passes += 1;
    sum.attempts += attempts;
    sum.searches += searches;
    const gaps = advice.outcome === "incomplete" ? advice.gaps : (advice.open ?? []);
    const fresh = gaps.map(parts.gapKey).filter((key) => !knowledge.asked.has(key));
    if (fresh.length === 0 || sum.passes === mostPasses)
      return { ...sum, last: { outcome: advice.outcome, attempts, searches } };
    for (const key of fresh) knowledge.asked.add(key);
  }
}

/** The outcome in a few words, with what is wrong about it. */
function verdict(place, run, told) {
  const { name, expect } = place.case;
  const faults = run.exit === expected[expect] ? [] : [`exit ${run.exit}, meant to be ${expect}`];
  if (told?.outcome === "locked") {
    const { ok, problems = [] } = checkLock(place, { cache: join(shared, "check-lock") });
    if (!ok) faults.push(...problems.map(({ kind, text }) => `${kind}: ${text}`));
    return { outcome: ok ? "solved, check-lock agrees" : "locked, check-lock objects", faults };
  }
  if (told?.outcome === "unsatisfiable") {
    const { message, lines, fixes } = told.conflict;
    const where = lines.map(({ line }) => line).join(", ");
    const outcome = `proved unsatisfiable: ${message} (lines ${where}); fixes: ${fixes.join("; ") || "none"}`;
    return { outcome, faults };
  }
  if (told?.outcome === undefined) {
    const [first = ""] = run.stderr.split("\n");
    return { outcome: `refused: ${told?.error?.message ?? first}`, faults };
  }
  return { outcome: `${told.outcome} in ${name}`, faults };
}

function outcomeOf(testCase) {
  say(testCase.name);
  const place = { ...world(testCase), store: join(shared, "store"), cache: join(shared, "cache") };
  mkdirSync(place.store, { recursive: true });
  const run = measure(adviseCommand(place, "--verify", "none", "--json"), {
    env: environment(place),
  });
  const told = run.stdout === "" ? undefined : JSON.parse(run.stdout);
  const { outcome, faults } = verdict(place, run, told);
  const { pins } = told?.counts ?? {};
  const cost = told?.outcome === undefined ? undefined : effort(place, told.runtime);
  const { name } = testCase;
  record({ name, exit: run.exit, outcome, faults, pins, ...cost, wall: run.wall, cpu: run.cpu });
  if (faults.length > 0) process.exitCode = 1;
  const visits = cost === undefined ? [] : [cost.passes, cost.attempts, cost.searches];
  return [name, [outcome, ...faults].join("; "), pins || "", ...visits];
}

const head = ["case", "outcome", "packages", "passes", "visits, all passes", "searches"];
table(head, cases(positionals).map(outcomeOf));
