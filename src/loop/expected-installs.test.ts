import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import type { Pin } from "../model/advice.ts";
import type { Gap } from "../model/gap.ts";
import { indexUrl } from "../model/release.ts";
import type { AdviceRun } from "../model/run.ts";
import { runtimeId } from "../model/runtime.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { openRunStore } from "../store/run-store.ts";
import { expectedInstalls } from "./expected-installs.ts";

const index = indexUrl("https://index.example/simple");
const id = runtimeId("linux-glibc236-x86_64-cp311");

function release(name: string) {
  return { name: packageName(name), version: "1.0", index };
}

function releasesOf(name: string): Gap {
  return { missing: "releases", name: packageName(name), index, requiredBy: "" };
}

function installationOf(name: string): Gap {
  return { missing: "installed", release: release(name), runtime: id, requiredBy: "" };
}

function pin(name: string): [PackageName, Pin] {
  const nothing = { extras: [], categories: [], files: [], requiredBy: [] };
  return [packageName(name), { release: release(name), ...nothing }];
}

const ended: AdviceRun = {
  ...{ project: "/work/app", runtime: null, python: null, verify: null, dev: true, upgrade: [] },
  ...{ id: "1", purpose: "asked", causes: [], state: "done", waitingFor: [], further: 0 },
  ...{ passes: 3, size: { lines: 2, pins: 8 } },
  startedAt: "2026-11-24T08:00:00.000Z",
  updatedAt: "2026-11-24T08:00:00.000Z",
};

/** What to expect of a project with these gaps, pins of its lock, pins that are known, and runs. */
async function expected(world: {
  readonly gaps: readonly [Gap, ...Gap[]];
  readonly locked?: readonly string[];
  readonly pinned?: readonly string[];
  readonly tried?: readonly string[];
  readonly runs?: readonly AdviceRun[];
  readonly verify?: "all" | "none";
}): Promise<number> {
  const { gaps, locked = [], pinned = [], tried = [], verify = "all" } = world;
  const runs = openRunStore(temporaryFolder());
  for (const run of world.runs ?? []) await runs.put(run);
  const installed = ({ name }: { readonly name: string }) =>
    tried.includes(name) ? {} : undefined;
  return expectedInstalls({
    services: { runs, store: { installed }, configuration: { verify } },
    project: {
      indexes: [index],
      preferred: new Map(locked.map((name) => [packageName(name), "1.0"])),
    },
    runtime: { id, interpreter: "/usr/bin/python3" },
    advice: {
      ...{ outcome: "incomplete", gaps },
      best: { pins: new Map(pinned.map(pin)), notNewest: new Map(), justifications: [] },
    },
  });
}

test("a package of which nothing is known comes to as many as lines did in earlier runs", async () => {
  const gaps = [releasesOf("web"), releasesOf("core")] as const;

  expect(await expected({ gaps: [...gaps] })).toBe(2);
  expect(await expected({ gaps: [...gaps], runs: [ended] })).toBe(8);
});

test("pins that are known or locked count once each, those that were tried not at all", async () => {
  const world = { locked: ["a", "b", "c"], pinned: ["c", "d"], tried: ["a"] };

  expect(await expected({ ...world, gaps: [releasesOf("b")] })).toBe(3);
});

test("what is new in a Pipfile counts beside its old lock", async () => {
  const world = { locked: ["a", "b"], tried: ["a", "b"], runs: [ended] };

  expect(await expected({ ...world, gaps: [releasesOf("new")] })).toBe(4);
});

test("installations that are asked for now are not expected again", async () => {
  const gaps = [installationOf("a"), installationOf("b")] as const;

  expect(await expected({ gaps: [...gaps], pinned: ["a", "b"], runs: [ended] })).toBe(0);
  expect(await expected({ gaps: [...gaps, releasesOf("c")], pinned: ["a", "b"] })).toBe(1);
});

test("who wants nothing verified waits for no installation", async () => {
  expect(await expected({ gaps: [releasesOf("web")], verify: "none" })).toBe(0);
});
