import { expect, test } from "vitest";
import { engineOn, index, install, ran } from "../../fixtures/argo-engine.ts";
import { ArgoWorld } from "../../fixtures/argo-world.ts";
import { done, type Task, type TaskResult } from "../model/task.ts";
import { packageName } from "../python/name.ts";
import { reportText } from "./task-report.ts";

/** The result of one task whose workflow goes through what was recorded. */
async function resultOf(recorded: string, left = ""): Promise<TaskResult | undefined> {
  const world = await new ArgoWorld().start();
  const engine = await engineOn(world);
  const created = world.created();
  const result = engine.run([install("flask")]);
  world.play(await created, recorded, left);
  return (await result)[0];
}

test("a task becomes a workflow of its template, in the namespace of solvers, and is done when that is", async () => {
  const world = await new ArgoWorld().start();
  const engine = await engineOn(world, undefined, "registry.example/thoth:2");
  const created = world.created();

  const result = engine.run([install("flask")]);
  world.play(await created, "watch-succeeds");

  expect(await result).toEqual([{ ok: true, follow: [] }]);
  const sent = world.requests.find(({ method }) => method === "POST");
  expect(sent?.path).toContain("/namespaces/thoth-solvers/workflows");
  expect(JSON.parse(sent?.body ?? "")).toMatchObject({
    metadata: {
      name: expect.stringMatching(/^install-flask-1-0-/),
      labels: { "app.kubernetes.io/managed-by": "thoth", "thoth/kind": "install" },
    },
    spec: {
      workflowTemplateRef: { name: "thoth-solver" },
      arguments: {
        parameters: [
          { name: "kind", value: "install" },
          { name: "tasks" },
          { name: "image", value: "registry.example/thoth:2" },
        ],
      },
    },
  });
});

test("what only writes down what is known stays in this process, as do lanes that are not named", async () => {
  const world = await new ArgoWorld().start();
  const engine = await engineOn(world);
  ran.length = 0;
  const notes: Task[] = [
    { kind: "note-absent", name: packageName("flask"), index },
    {
      kind: "advise",
      trigger: {
        type: "adviser_trigger",
        component_name: "t",
        service_version: "0",
        version: "v7",
        project: "/p",
        re_run_adviser_id: null,
        runtime: null,
        dev: false,
        justification: [],
      },
    },
  ];

  expect(await engine.run(notes)).toEqual([done, done]);
  expect(ran).toEqual(notes);
  expect(world.requests).toEqual([]);
});

test("exit code 65 is an answer: it can never be learnt, and knowledge says so", async () => {
  expect(await resultOf("watch-exit-65")).toEqual({ ok: true, follow: [] });
});

test("another exit code is tried again, with what the pod left for a reason", async () => {
  const left = reportText({ ends: ["retry"], reason: "the index is away" });

  expect(await resultOf("watch-broken", left)).toMatchObject({
    ok: false,
    reason: "the index is away",
  });
});

test.each([
  ["watch-stop", "was ended by somebody"],
  ["watch-deadline", "was ended by its deadline"],
])("%s is a failure that is tried again", async (recorded, reason) => {
  const result = await resultOf(recorded);

  expect(result).toMatchObject({ ok: false, reason: expect.stringContaining(reason) });
  expect(result).not.toHaveProperty("final");
});

test.each([
  ["watch-missing-argument", "spec.arguments.runtime.value"],
  ["watch-missing-template", "not found"],
  ["watch-bad-semaphore", "semaphore"],
  ["watch-wrong-type", "cannot unmarshall"],
])("%s is an obstacle and no fault of the task", async (recorded, told) => {
  expect(await resultOf(recorded)).toMatchObject({
    ok: false,
    cause: { code: "cluster-refused", message: expect.stringContaining(told) },
  });
});

test("gone is not failed: what ended before it was deleted counts, what ran is run again under a new name", async () => {
  expect(await resultOf("watch-ttl")).toEqual({ ok: true, follow: [] });

  const world = await new ArgoWorld().start();
  const engine = await engineOn(world);
  const first = world.created();
  const result = engine.run([install("flask")]);
  const name = await first;
  const second = world.created();
  world.play(name, "watch-deleted");
  const again = await second;
  world.play(again, "watch-succeeds");

  expect(again).toBe(`${name}-2`);
  expect(await result).toEqual([{ ok: true, follow: [] }]);
});

test("tasks of a kind and runtime share a workflow, and each hears of its own end", async () => {
  const world = await new ArgoWorld().start();
  const engine = await engineOn(world);
  const created = world.created();

  const result = engine.run([install("a"), install("b"), install("c"), install("d")]);
  const name = await created;
  const left = reportText({ ends: ["done", "retry", "unfit", "never"], reason: "no room" });
  world.play(name, "watch-broken", left);

  expect(await result).toMatchObject([
    { ok: true },
    { ok: false, reason: "no room" },
    { ok: false, final: true },
    { ok: true },
  ]);
  expect(world.names).toEqual([name]);
});

test("a group that was killed runs again one by one, so that one task fails no other", async () => {
  const world = await new ArgoWorld().start();
  const engine = await engineOn(world);
  const whole = world.created();
  const result = engine.run([install("a"), install("b")]);
  const group = await whole;
  const alone = [world.created(), world.created()];
  world.play(group, "watch-broken");
  for (const name of await Promise.all(alone))
    world.play(name, name.includes("-a-") ? "watch-broken" : "watch-succeeds");

  expect(await result).toMatchObject([{ ok: false }, { ok: true }]);
});

test("arguments are held against the template before anything is created", async () => {
  const world = await new ArgoWorld().start();
  world.parameters = [{ name: "kind", enum: ["si-scan"] }, { name: "tasks" }, { name: "colour" }];
  const engine = await engineOn(world, undefined, "an-image");

  const [result] = await engine.run([install("flask")]);

  expect(result).toMatchObject({
    ok: false,
    cause: {
      code: "cluster-refused",
      message:
        "the WorkflowTemplate `thoth-solver` does not fit: its `kind` is one of si-scan, not `install`; it takes no `image`; it needs `colour`",
    },
  });
  expect(world.names).toEqual([]);
});

test("what waits for the controller or a semaphore is pending, what runs is not", async () => {
  const world = await new ArgoWorld().start();
  const engine = await engineOn(world);
  const created = world.created();
  const result = engine.run([install("a"), install("b")]);
  const name = await created;
  await expect.poll(() => engine.pending?.()).toBe(2);

  world.play(name, "watch-succeeds");
  await result;

  expect(await engine.pending?.()).toBe(0);
});
