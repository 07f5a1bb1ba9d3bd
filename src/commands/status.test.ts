import { join } from "node:path";
import { expect, test } from "vitest";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { told } from "../../fixtures/told.ts";
import { gapMessage } from "../investigator/gaps.ts";
import { openLocalQueue } from "../messaging/local-queue.ts";
import type { Message } from "../model/message.ts";
import { indexUrl } from "../model/release.ts";
import type { AdviceRun } from "../model/run.ts";
import { packageName } from "../python/name.ts";
import { openRunStore } from "../store/run-store.ts";

const index = indexUrl("https://index.example/simple");

function releases(name: string): Message {
  return gapMessage({ missing: "releases", name: packageName(name), index, requiredBy: "" });
}

function run(id: string, some: Partial<AdviceRun> = {}): AdviceRun {
  const at = new Date().toISOString();
  return {
    ...{ runtime: null, python: null, verify: null, dev: true, upgrade: [], causes: [] },
    ...{ id, project: "/work/app", purpose: "asked", state: "waiting", waitingFor: [] },
    ...{ further: 0, passes: 1, startedAt: at, updatedAt: at },
    ...some,
  };
}

/** A store with these runs; what they wait for is in the queue, save what is settled. */
async function storeWith(
  project: TestProject,
  runs: readonly AdviceRun[],
  messages: readonly Message[] = [],
): Promise<void> {
  const store = openRunStore(project.store);
  for (const one of runs) await store.put(one);
  const queue = openLocalQueue(join(project.store, "queue"));
  await queue.publish(messages);
  await queue.close();
}

test("runs come with their state, the newest first, and ids as short as they can be", async () => {
  const project = makeProject();
  const locked = { state: "done", outcome: "locked" } as const;
  await storeWith(
    project,
    [
      run("3f2a1b0c-1111", { waitingFor: [releases("web")] }),
      run("3f2a1b0c-2222", { ...locked, lock: "written", startedAt: "2026-11-01T00:00:00.000Z" }),
      run("44444444-0000", {
        ...{ state: "failed", problem: "no Pipfile in `/work/app`" },
        startedAt: "2026-10-01T00:00:00.000Z",
      }),
      run("55555555-0000", { purpose: "watched", startedAt: "2026-09-01T00:00:00.000Z" }),
    ],
    [releases("web"), releases("other")],
  );

  const status = await thoth(project, ["status"]);

  expect(status).toMatchObject({ exitCode: 0, stderr: "" });
  const rows = status.stdout.split("\n").map((row) => row.trim().split(/ {2,}/));
  expect(rows.map((row) => row.slice(0, 3))).toEqual([
    ["RUN", "STATE", "PROJECT"],
    [
      "3f2a1b0c-1",
      "waits for 1 fact, nobody knows how long (how long learn-releases takes was never measured here)",
      "/work/app",
    ],
    ["3f2a1b0c-2", "locked", "/work/app"],
    ["44444444", "failed: no Pipfile in `/work/app`", "/work/app"],
    ["55555555", "due, for `thoth investigate`", "/work/app"],
    ["Queue: 2 messages waiting, 0 in work"],
    [""],
  ]);
});

test("one run tells what it waits for, and where each of that is; it waits: exit 3", async () => {
  const project = makeProject();
  const cause = { package_name: "web", package_version: "1.0", index_url: index };
  await storeWith(
    project,
    [
      run("3f2a1b0c-1111", {
        waitingFor: [releases("web"), releases("core"), releases("base")],
        causes: [{ type: "advisory", ...cause }],
      }),
    ],
    [releases("web"), releases("core")],
  );
  const queue = openLocalQueue(join(project.store, "queue"));
  const [delivery] = await queue.claim(1);
  await queue.bury(delivery?.id ?? "", "the index refused\u001b[2J");
  await queue.close();

  const status = await thoth(project, ["status", "3f2"]);
  const json = await thoth(project, ["status", "3f2", "--json"]);

  expect(status.exitCode).toBe(3);
  expect(told(status.stdout).split("\n").slice(1)).toEqual([
    "  project     /work/app",
    "  runtime     the project's own",
    "  began       less than a minute ago",
    "  advised     1 time",
    "  because of  advisory: web 1.0",
    "dead: releases of web: the index refused",
    "ready: releases of core",
    "settled: releases of base",
    "",
  ]);
  expect(JSON.parse(json.stdout)).toMatchObject({
    schema: "thoth.status",
    run: { id: "3f2a1b0c-1111", waitingFor: 3, estimate: { facts: 1 } },
  });
});

test.each([
  [{ state: "failed", problem: "no Pipfile" } as const, 1],
  [{ state: "done", outcome: "unsatisfiable" } as const, 1],
  [{ state: "done", outcome: "incomplete" } as const, 3],
  [{ state: "done", outcome: "locked", lock: "written" } as const, 0],
])("the exit code of a run with %o is %i", async (some, exitCode) => {
  const project = makeProject();
  await storeWith(project, [run("3f2a1b0c-1111", some)]);

  expect((await thoth(project, ["status", "3f2a1b0c-1111"])).exitCode).toBe(exitCode);
});

test("an id that fits none or several runs is a mistake, with a way out", async () => {
  const project = makeProject();
  await storeWith(project, [run("3f2a-1"), run("3f2a-2")]);

  const none = await thoth(project, ["status", "nope"]);
  const several = await thoth(project, ["status", "3f2a"]);

  expect(none).toMatchObject({
    exitCode: 2,
    stderr:
      "error[THOTH-E0001]: no run is called `nope`\nhelp: `thoth status` lists the runs there are\n",
  });
  expect(several.exitCode).toBe(2);
  expect(several.stderr).toContain("help: name one: 3f2a-");
});
