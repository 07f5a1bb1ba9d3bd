import { expect, test } from "vitest";
import { loopBench } from "../../fixtures/loop-bench.ts";
import { wheel } from "../../fixtures/packages.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { gapMessage } from "../investigator/gaps.ts";
import { indexUrl, type Release } from "../model/release.ts";
import type { AdviceRun } from "../model/run.ts";
import { packageName } from "../python/name.ts";
import type { Bench } from "./bench.ts";
import { stackmates } from "./stackmates.ts";

function runThatWaitsFor({ runtime }: Bench, releases: readonly Release[]): AdviceRun {
  const requiredBy = "Pipfile:2";
  return {
    id: "6f1c4f0e-7a54-4a63-9a3e-3a8a4c0c9b11",
    ...{ project: "/work/shop", runtime: null, python: null, verify: null, dev: true, upgrade: [] },
    ...{ purpose: "asked", causes: [], state: "waiting", further: 0, passes: 1 },
    waitingFor: releases.map((release) =>
      gapMessage({ missing: "installed", release, runtime: runtime.id, requiredBy }),
    ),
    startedAt: "2026-11-24T00:00:00Z",
    updatedAt: "2026-11-24T00:00:00Z",
  };
}

test("what one run waits for is tried out together with what it needs, all else apart", async () => {
  const index = await servedIndex([
    wheel({ name: "web", version: "1.0", requires: ["core"] }),
    wheel({ name: "core", version: "1.0" }),
    wheel({ name: "core", version: "2.0" }),
    wheel({ name: "cli", version: "1.0" }),
    wheel({ name: "stranger", version: "1.0" }),
  ]);
  const bench = await loopBench(index.url);
  const release = (name: string) => ({
    name: packageName(name),
    version: "1.0",
    index: indexUrl(index.url),
  });
  const [web, cli, stranger] = [release("web"), release("cli"), release("stranger")];

  expect(await stackmates(bench, [web, stranger, cli])).toEqual([]);
  await bench.services.runs.put(runThatWaitsFor(bench, [web, cli]));
  const groups = await stackmates(bench, [web, stranger, cli]);

  expect(groups.map(({ wanted }) => wanted)).toEqual([[web, cli]]);
  const context = groups.flatMap((group) =>
    group.context.map(({ name, version }) => [name, version]),
  );
  expect(context.sort()).toEqual([
    ["cli", "1.0"],
    ["core", "2.0"],
    ["web", "1.0"],
  ]);
});

test("releases that exclude each other are no stack, whoever waits for them", async () => {
  const index = await servedIndex([
    wheel({ name: "web", version: "1.0", requires: ["core<2"] }),
    wheel({ name: "cli", version: "1.0", requires: ["core>=2"] }),
    wheel({ name: "core", version: "1.0" }),
    wheel({ name: "core", version: "2.0" }),
  ]);
  const bench = await loopBench(index.url);
  const wanted = ["web", "cli"].map((name) => ({
    name: packageName(name),
    version: "1.0",
    index: indexUrl(index.url),
  }));
  await bench.services.runs.put(runThatWaitsFor(bench, wanted));

  expect(await stackmates(bench, wanted)).toEqual([]);
});
