import { expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { done, type Task, type TaskResult } from "../model/task.ts";
import { packageName } from "../python/name.ts";
import type { Runners } from "./engine.ts";
import { localEngine } from "./local-engine.ts";

const index = indexUrl("https://index.example/simple");
const learn = (name: string): Task => ({ kind: "learn-releases", name: packageName(name), index });
const scan = (name: string): Task => ({
  kind: "si-scan",
  release: { name: packageName(name), version: "1.0", index },
});

const unwanted = async (): Promise<readonly TaskResult[]> => {
  throw new Error("nobody asked for it");
};

/** Runners that refuse, save those given. */
function runners(some: Partial<Runners>): Runners {
  return {
    "learn-releases": unwanted,
    "learn-metadata": unwanted,
    "learn-source": unwanted,
    install: unwanted,
    "si-scan": unwanted,
    "note-vanished": unwanted,
    "note-absent": unwanted,
    "note-source-distribution": unwanted,
    "consider-release": unwanted,
    advise: unwanted,
    "check-provenance": unwanted,
    "solve-everywhere": unwanted,
    "note-hashes": unwanted,
    "warn-projects": unwanted,
    revsolve: unwanted,
    "take-inspection": unwanted,
    ...some,
  };
}

test("tasks of one kind run as one batch, and results come in the order of the tasks", async () => {
  const batches: string[][] = [];
  const engine = localEngine(
    runners({
      "learn-releases": async (tasks) => {
        batches.push(tasks.map(({ name }) => name));
        return tasks.map(({ name }): TaskResult => ({ ok: false, reason: name, cause: name }));
      },
      "si-scan": async (tasks) => tasks.map(() => done),
    }),
  );

  const results = await engine.run([learn("a"), scan("s"), learn("b")]);

  expect(batches).toEqual([["a", "b"]]);
  expect(results).toEqual([
    { ok: false, reason: "a", cause: "a" },
    done,
    { ok: false, reason: "b", cause: "b" },
  ]);
});

test("a runner that throws fails its own tasks alone", async () => {
  const engine = localEngine(runners({ "si-scan": async (tasks) => tasks.map(() => done) }));

  const results = await engine.run([learn("a"), scan("s")]);

  expect(results[0]).toMatchObject({ ok: false, reason: "nobody asked for it" });
  expect(results[1]).toEqual(done);
});

test("a task without an answer is a failure, never a success", async () => {
  const engine = localEngine(runners({ "si-scan": async () => [] }));

  const [result] = await engine.run([scan("s")]);

  expect(result).toMatchObject({ ok: false, reason: "the runner of si-scan gave no answer" });
});

test("who measures is told of each batch, and how many of its tasks succeeded", async () => {
  const batches: [string, number][] = [];
  const engine = localEngine(
    runners({ "si-scan": async () => [done, { ok: false, reason: "no", cause: "no" }] }),
    (kind) => (succeeded) => batches.push([kind, succeeded]),
  );

  await engine.run([scan("a"), scan("b"), learn("c")]);

  expect(batches.sort()).toEqual([
    ["learn-releases", 0],
    ["si-scan", 1],
  ]);
});
