import { mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import type { AdviceRun } from "../model/run.ts";
import { openRunStore } from "./run-store.ts";

const day = 24 * 3_600_000;

function run(id: string, some: Partial<AdviceRun> = {}): AdviceRun {
  return {
    id,
    project: "/work/app",
    ...{ runtime: null, python: null, verify: null, dev: true, upgrade: [] },
    purpose: "asked",
    causes: [],
    state: "waiting",
    waitingFor: [],
    further: 0,
    passes: 1,
    startedAt: "2026-11-24T08:00:00.000Z",
    updatedAt: "2026-11-24T08:00:00.000Z",
    ...some,
  };
}

test("a run is what was put last, for every process; the newest comes first", async () => {
  const folder = temporaryFolder();
  const store = openRunStore(folder);
  await store.put(run("a", { startedAt: "2026-11-24T08:00:00.000Z" }));
  await store.put(run("b", { startedAt: "2026-11-24T09:00:00.000Z" }));
  await store.put(run("a", { state: "done", outcome: "locked", lock: "written" }));

  const other = openRunStore(folder);

  expect(other.get("a")).toEqual(run("a", { state: "done", outcome: "locked", lock: "written" }));
  expect(other.all().map(({ id }) => id)).toEqual(["b", "a"]);
  expect(other.waiting().map(({ id }) => id)).toEqual(["b"]);
  expect(other.get("c")).toBeUndefined();
  expect(openRunStore(join(folder, "elsewhere")).all()).toEqual([]);
});

test("a run that another process brought to its end waits no more", async () => {
  const folder = temporaryFolder();
  const store = openRunStore(folder);
  await store.put(run("a"));
  expect(store.waiting()).toHaveLength(1);

  await openRunStore(folder).put(run("a", { state: "done" }));

  expect(store.waiting()).toEqual([]);
});

test("a record that can't be read is a run that failed, not one that never was", () => {
  const folder = temporaryFolder();
  mkdirSync(join(folder, "runs", "a"), { recursive: true });
  writeFileSync(join(folder, "runs", "a", "run.json"), '{"schema": "1.0.0", "run": {"id": "a", ');

  expect(openRunStore(folder).all()).toMatchObject([
    { id: "a", state: "failed", problem: "its `run.json` can't be read" },
  ]);
});

test("an id that names another folder stays inside", () => {
  const store = openRunStore("/work/store");

  expect(store.folder("../../etc")).toMatch(/^\/work\/store\/runs\/etc-\w+$/);
  expect(store.folder("..")).toMatch(/^\/work\/store\/runs\/-\w+$/);
});

test("finished runs go after 30 days, save the last 100; waiting ones never", async () => {
  const folder = temporaryFolder();
  const now = Date.parse("2026-11-24T08:00:00.000Z");
  const store = openRunStore(folder, () => now);
  const at = (ago: number) => new Date(now - ago).toISOString();
  await store.put(run("waiting", { startedAt: at(90 * day), updatedAt: at(90 * day) }));
  for (let number = 0; number < 103; number += 1) {
    const then = at(40 * day - number * 1000);
    const id = `old-${String(number).padStart(3, "0")}`;
    await store.put(run(id, { state: "done", startedAt: then, updatedAt: then }));
    writeFileSync(join(store.folder(id), "report.md"), "x");
  }
  await store.put(run("new", { state: "failed", startedAt: at(day), updatedAt: at(day) }));

  const left = readdirSync(join(folder, "runs")).sort();

  expect(left).toHaveLength(101);
  expect(left.slice(0, 2)).toEqual(["new", "old-004"]);
  expect(left).toContain("waiting");
});
