import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, runEnvironment, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf } from "../../fixtures/told.ts";
import { loadConfiguration } from "../config.ts";
import { dueTriggers } from "../loop/due-runs.ts";
import type { AdviserTrigger, Message } from "../model/message.ts";
import type { AdviceRun } from "../model/run.ts";
import { palette } from "../reports/palette.ts";
import { connect, type Services } from "../wiring.ts";
import type { CommandContext } from "./command.ts";
import { runContinuer } from "./continue-run.ts";

const stack = [
  wheel({ name: "web", version: "1.0", requires: ["core>=1"] }),
  wheel({ name: "core", version: "1.0" }),
];
const pipfile = '[packages]\nweb = "*"\n';

interface World {
  readonly project: TestProject;
  readonly services: Services;
  readonly advise: (...triggers: readonly AdviserTrigger[]) => Promise<void>;
  /** The only run there is. */
  readonly run: () => AdviceRun;
}

/** An investigator's advice lane, in this process, on the store of a project. */
async function world(project: TestProject, index: string): Promise<World> {
  const environment = runEnvironment(project, { index });
  const signal = new AbortController().signal;
  const plain = palette(false);
  const context: CommandContext = {
    ...{ flags: {}, environment, workingDirectory: "/", signal, emit: () => {} },
    ...{ color: { stdout: plain, stderr: plain }, columns: undefined, json: false },
    verbosity: "normal",
  };
  const projectDirectory = project.home;
  const services = await connect(
    await loadConfiguration({ flags: {}, environment, projectDirectory }),
    context,
  );
  onTestFinished(() => services.close());
  const continuer = runContinuer(services, context);
  return {
    project,
    services,
    advise: async (...triggers) => {
      const results = await continuer(triggers);
      expect(results.map(({ ok }) => ok)).toEqual(triggers.map(() => true));
    },
    run: () => {
      const [run, ...others] = services.runs.all();
      if (run === undefined || others.length > 0) throw new Error(`${others.length} more runs`);
      return run;
    },
  };
}

function trigger(project: TestProject, some: Partial<AdviserTrigger> = {}): AdviserTrigger {
  return {
    ...{ type: "adviser_trigger", version: "v7", component_name: "t", service_version: "1" },
    ...{ project: project.directory, re_run_adviser_id: null, runtime: null, dev: true },
    justification: [],
    ...some,
  };
}

/** The trigger by which a due run goes on. */
async function due({ services }: World): Promise<AdviserTrigger> {
  const [message] = await dueTriggers(services);
  if (message?.type !== "adviser_trigger") throw new Error("no run is due");
  return message;
}

async function bury({ services }: World, reason: string): Promise<readonly Message[]> {
  const deliveries = await services.queue().claim(100);
  for (const { id } of deliveries) await services.queue().bury(id, reason);
  return deliveries.map(({ message }) => message);
}

test("a run whose process died is taken up under its id, and waits for what is missing", async () => {
  const project = makeProject({ pipfile });
  const own = await world(project, "http://127.0.0.1:2/simple");

  await own.advise(trigger(project, { re_run_adviser_id: "7f3a" }));

  expect(own.run()).toMatchObject({ id: "7f3a", purpose: "asked", state: "waiting", passes: 1 });
  const [entry] = await own.services.queue().list();
  expect(entry).toMatchObject({ message: { package_name: "web" }, priority: 0 });
});

test("a trigger that comes too early has nothing done", async () => {
  const project = makeProject({ pipfile });
  const own = await world(project, "http://127.0.0.1:2/simple");
  await own.advise(trigger(project, { re_run_adviser_id: "7f3a" }));

  await own.advise(trigger(project, { re_run_adviser_id: "7f3a" }));

  expect(own.run()).toMatchObject({ state: "waiting", passes: 1 });
});

test("facts that could not be learnt end a run, with what they failed on", async () => {
  const project = makeProject({ pipfile });
  const own = await world(project, "http://127.0.0.1:2/simple");
  await own.advise(trigger(project, { re_run_adviser_id: "7f3a" }));
  await bury(own, "the index refused");

  await own.advise(await due(own));

  expect(own.run()).toMatchObject({
    state: "done",
    outcome: "incomplete",
    lock: "not-written",
    problem: "the index refused",
    passes: 2,
  });
  const left = join(own.services.runs.folder("7f3a"), "advice.json");
  expect(JSON.parse(readFileSync(left, "utf8"))).toMatchObject({ outcome: "incomplete" });
  expect(await dueTriggers(own.services)).toEqual([]);
});

test.each([
  ["that is gone", undefined, /^no Pipfile, /],
  ["whose Pipfile is broken", "[packages\n", /./],
])("a project %s fails its run, and its trigger is done with", async (_what, text, problem) => {
  const project = makeProject({ pipfile });
  if (text === undefined) rmSync(project.directory, { recursive: true });
  else project.write({ Pipfile: text });
  const own = await world(project, "http://127.0.0.1:2/simple");

  await own.advise(trigger(project, { re_run_adviser_id: "7f3a" }));

  expect(own.run()).toMatchObject({ state: "failed", problem: expect.stringMatching(problem) });
});

test("killed between lock and record, a run ends the same when it is taken up again", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise"], { index: index.url });
  const lock = project.files()["Pipfile.lock"];
  const own = await world(project, index.url);
  rmSync(join(project.directory, "Pipfile.lock"));
  await own.advise(trigger(project, { re_run_adviser_id: "7f3a" }));
  expect(own.run()).toMatchObject({ state: "done", lock: "written" });

  await own.services.runs.put({ ...own.run(), state: "waiting" });
  await own.advise(trigger(project, { re_run_adviser_id: "7f3a" }));

  expect(own.run()).toMatchObject({ state: "done", outcome: "locked", lock: "unchanged" });
  expect(project.files()["Pipfile.lock"]).toBe(lock);
});

test("a run that is done stays so, whatever triggers come for it", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise"], { index: index.url });
  const own = await world(project, index.url);
  await own.advise(trigger(project, { re_run_adviser_id: "7f3a" }));
  const before = own.run();
  rmSync(join(project.directory, "Pipfile.lock"));

  await own.advise(trigger(project, { re_run_adviser_id: "7f3a" }));

  expect(own.run()).toEqual(before);
  expect(Object.keys(project.files())).toEqual(["Pipfile"]);
});

test("what an event names may move; the project itself is left alone", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise"], { index: index.url });
  index.add(wheel({ name: "core", version: "1.1" }));
  index.add(wheel({ name: "web", version: "1.1", requires: ["core>=1"] }));
  const other = makeProject({ pipfile });
  const environment = { THOTH_STORE: project.store, THOTH_FRESHNESS: "0" };
  await thoth(other, ["advise"], { index: index.url, env: environment });
  const lock = project.files()["Pipfile.lock"];
  const own = await world(project, index.url);

  const cause = { package_name: "core", package_version: "1.0", index_url: index.url };
  const justification = [{ type: "advisory" as const, ...cause }];
  await own.advise(trigger(project, { justification }));

  const { id, ...run } = own.run();
  expect(run).toMatchObject({ state: "done", purpose: "watched", lock: "dry-run" });
  const proposed = readFileSync(join(own.services.runs.folder(id), "Pipfile.lock"), "utf8");
  expect(pinsOf(proposed)["default"]).toEqual(["core==1.1", "web==1.0"]);
  expect(project.files()["Pipfile.lock"]).toBe(lock);
});

test("a run that ends in a conflict offers the changes that would end it", async () => {
  const index = await servedIndex([
    wheel({ name: "web", version: "1.0", requires: ["core<2"] }),
    wheel({ name: "core", version: "1.0" }),
    wheel({ name: "core", version: "2.0" }),
  ]);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\ncore = ">=2"\n' });
  const asked = await thoth(project, ["advise", "--no-wait", "--json"], { index: index.url });
  const { id } = JSON.parse(asked.stdout).meta.run;

  await thoth(project, ["investigate"], { index: index.url });

  const own = await world(project, index.url);
  const left = readFileSync(join(own.services.runs.folder(id), "advice.json"), "utf8");
  expect(JSON.parse(left)).toMatchObject({
    outcome: "unsatisfiable",
    conflict: {
      fixes: ['core = "~=1.0" (Pipfile:3) resolves: core 1.0, web 1.0'],
      remedies: [
        {
          edits: [{ kind: "requirement", name: "core", before: ">=2", after: "~=1.0" }],
          downgrades: 1,
        },
      ],
    },
  });
});

test("a run learns the licences that a policy asks for, and takes what it allows only", async () => {
  const licensed = (version: string, license: string, ...requires: readonly string[]) =>
    wheel({ name: "web", version, requires, headers: [`License-Expression: ${license}`] });
  const core = wheel({ name: "core", version: "1.0", headers: ["License-Expression: MIT"] });
  const index = await servedIndex([licensed("1.0", "MIT", "core"), core]);
  const policy = '[policy.licenses]\nallow = ["MIT"]\n';
  const project = makeProject({ pipfile, files: { "thoth.toml": policy } });
  const asked = await thoth(project, ["advise", "--no-wait", "--json"], { index: index.url });
  const { id } = JSON.parse(asked.stdout).meta.run;

  await thoth(project, ["investigate"], { index: index.url });

  const own = await world(project, index.url);
  const left = readFileSync(join(own.services.runs.folder(id), "advice.json"), "utf8");
  expect(JSON.parse(left)).toMatchObject({ outcome: "locked" });
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["core==1.0", "web==1.0"]);
});
