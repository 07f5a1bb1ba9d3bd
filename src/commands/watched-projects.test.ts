import { readdirSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFiles } from "../../fixtures/folder.ts";
import type { TestIndex } from "../../fixtures/index-server.ts";
import { type Distribution, wheel } from "../../fixtures/packages.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf } from "../../fixtures/told.ts";
import { createMessage } from "../messaging/codec.ts";
import { openLocalQueue } from "../messaging/local-queue.ts";
import type { Message } from "../model/message.ts";

const core = (version: string, requires: readonly string[] = []) =>
  wheel({ name: "core", version, requires });
const web = (version: string, ...requires: readonly string[]) =>
  wheel({ name: "web", version, requires });

const sender = { component: "test", serviceVersion: "1" };

interface World {
  readonly project: TestProject;
  readonly index: TestIndex;
  readonly run: (...args: readonly string[]) => ReturnType<typeof thoth>;
}

/** A project that was locked from these files and is watched now; then the world changes. */
async function watchedProject(
  files: readonly Distribution[],
  ...watch: readonly string[]
): Promise<World> {
  const index = await servedIndex(files);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  // What was confirmed a moment ago may have changed since: the tests are faster than people
  const env = { THOTH_FRESHNESS: "0" };
  const run = (...args: readonly string[]) => thoth(project, args, { index: index.url, env });
  expect((await run("advise")).exitCode).toBe(0);
  expect((await run("watch", ".", ...watch)).exitCode).toBe(0);
  return { project, index, run };
}

/** Puts a message into the queue as another program would, and has it handled to its end. */
async function told({ project, run }: World, message: Message): Promise<void> {
  const queue = openLocalQueue(join(project.store, "queue"));
  await queue.publish([message]);
  await queue.close();
  expect(await run("investigate")).toMatchObject({ exitCode: 0 });
}

/** The fields that name a release of the world's index. */
function release({ index }: World, package_name: string, package_version: string) {
  return { package_name, package_version, index_url: index.url };
}

/** What the only run left, by file. */
function left({ project }: World): Record<string, string> {
  const [id, ...others] = readdirSync(join(project.store, "runs"));
  expect(others).toEqual([]);
  return readFiles(join(project.store, "runs", id ?? ""));
}

function pins(lock: string | undefined): readonly string[] | undefined {
  return pinsOf(lock)["default"];
}

test("a version that vanished: the report names it, proposes a lock and touches nothing", async () => {
  const world = await watchedProject([web("1.0", "core"), core("1.0"), core("1.1")]);
  const before = world.project.files();
  world.index.remove(core("1.1").filename);

  await told(world, createMessage("missing_version", sender, release(world, "core", "1.1")));

  const files = left(world);
  expect(files["report.md"]).toContain("# Update Pipfile.lock: core 1.1 → 1.0\n");
  expect(files["report.md"]).toContain(
    "- **Missing version**: core 1.1 is gone from its index; the lock moves from 1.1 to 1.0\n",
  );
  expect(files["report.md"]).toContain("Installed and imported: 2 of 2\n");
  expect(pins(files["Pipfile.lock"])).toEqual(["core==1.0", "web==1.0"]);
  expect(JSON.parse(files["advice.json"] ?? "")).toMatchObject({ outcome: "locked" });
  expect(world.project.files()).toEqual(before);
  const listed = await world.run("watch");
  expect(listed.stdout).toMatch(/: a new lock is proposed\n {2}report: .*\/report\.md\n/);
});

test("with --write the lock is in place when the command of --exec hears of it", async () => {
  const exec = 'cp "$THOTH_REPORT" report.md; cmp "$THOTH_LOCK" Pipfile.lock && echo same';
  const world = await watchedProject(
    [web("1.0", "core"), core("1.0"), core("1.1")],
    ...["--write", "--exec", exec],
  );
  world.index.remove(core("1.1").filename);

  await told(world, createMessage("missing_version", sender, release(world, "core", "1.1")));

  const { "report.md": report, "Pipfile.lock": lock } = world.project.files();
  expect(pins(lock)).toEqual(["core==1.0", "web==1.0"]);
  expect(report).toContain("core 1.1 is gone from its index");
  expect(left(world)["exec.log"]).toBe("same\n");
});

test("killed while the command runs, the next investigator has it run again", async () => {
  const exec = "echo told >> told; test -e died || { touch died; kill -9 $PPID; }";
  const world = await watchedProject(
    [web("1.0", "core"), core("1.0"), core("1.1")],
    ...["--write", "--exec", exec],
  );
  world.index.remove(core("1.1").filename);
  const queue = openLocalQueue(join(world.project.store, "queue"));
  const fields = release(world, "core", "1.1");
  await queue.publish([createMessage("missing_version", sender, fields)]);
  await queue.close();

  const killed = await world.run("investigate");
  const again = await world.run("investigate");

  expect(killed).toMatchObject({ signal: "SIGKILL" });
  expect(again).toMatchObject({ exitCode: 0 });
  const { told: times, "Pipfile.lock": lock } = world.project.files();
  expect(times).toBe("told\ntold\n");
  expect(pins(lock)).toEqual(["core==1.0", "web==1.0"]);
  expect(left(world)["report.md"]).toContain("# Update Pipfile.lock: core 1.1 → 1.0\n");
  expect(JSON.parse(left(world)["run.json"] ?? "").run).toMatchObject({
    state: "done",
    lock: "written",
  });
});

test("an advisory has the lock move on", async () => {
  const world = await watchedProject([web("1.0", "core"), core("1.1")], "--write");
  world.index.add(core("1.2"));

  await told(world, createMessage("cve_provided", sender, release(world, "core", "1.1")));

  expect(left(world)["report.md"]).toContain(
    "- **Advisory**: an advisory applies to core 1.1; the lock moves from 1.1 to 1.2\n",
  );
  expect(pins(world.project.files()["Pipfile.lock"])).toEqual(["core==1.2", "web==1.0"]);
});

test("an advisory on what nothing can replace is told", async () => {
  const world = await watchedProject([web("1.0", "core"), core("1.1")]);

  await told(world, createMessage("cve_provided", sender, release(world, "core", "1.1")));

  expect(left(world)["report.md"]).toContain("# Pipfile.lock stays as it is: nothing newer fits\n");
  expect((await world.run("watch")).stdout).toContain("the lock stays, and is not right\n");
});

test("a package that vanished leaves no stack, and the report says which line asks for it", async () => {
  const world = await watchedProject([web("1.0", "core"), core("1.0")]);
  const before = world.project.files();
  world.index.remove(core("1.0").filename);

  await told(
    world,
    createMessage("missing_package", sender, { package_name: "core", index_url: world.index.url }),
  );

  const files = left(world);
  expect(files["report.md"]).toMatch(/^# No lock: /);
  expect(files["report.md"]).toContain("- **Missing package**: core is gone from its index\n");
  expect(files["report.md"]).toContain('web = "*"');
  expect(files["Pipfile.lock"]).toBeUndefined();
  expect(world.project.files()).toEqual(before);
});

test("files that were replaced give a lock with the new hashes", async () => {
  const world = await watchedProject([web("1.0", "core"), core("1.0")]);
  const [old, come] = [core("1.0"), core("1.0", ["web"])];
  world.index.add(come);

  const hashes = { missing_from_source: [old.sha256], missing_from_database: [come.sha256] };
  const fields = { ...release(world, "core", "1.0"), ...hashes };
  await told(world, createMessage("hash_mismatch", sender, fields));

  const files = left(world);
  expect(files["report.md"]).toContain(
    "- **Changed files**: the index no longer has all files of core 1.0 that it had",
  );
  expect(files["Pipfile.lock"]).toContain(come.sha256);
  expect(files["Pipfile.lock"]).not.toContain(old.sha256);
});

test("a new release is proposed once it was proved", async () => {
  const world = await watchedProject([web("1.0", "core"), core("1.0")]);
  world.index.add(core("2.0"));

  await told(world, createMessage("package_released", sender, release(world, "core", "2.0")));

  const files = left(world);
  expect(files["report.md"]).toContain(
    "- **New release**: core 2.0 is new on its index; the lock moves from 1.0 to 2.0\n",
  );
  expect(pins(files["Pipfile.lock"])).toEqual(["core==2.0", "web==1.0"]);
});

test("what refresh finds out reaches the project: a release is gone, and a newer one is there", async () => {
  const world = await watchedProject([web("1.0", "core"), core("0.9"), core("1.0")], "--write");
  world.index.remove(core("1.0").filename);
  world.index.add(core("1.1"));

  const refreshed = await world.run("refresh");
  const handled = await world.run("investigate");
  const again = await world.run("investigate");

  expect(refreshed).toMatchObject({ exitCode: 0 });
  expect(handled).toMatchObject({ exitCode: 0 });
  expect(pins(world.project.files()["Pipfile.lock"])).toEqual(["core==1.1", "web==1.0"]);
  expect(again.stdout).toContain("Handled 0 messages, 0 waiting");
  const told = readdirSync(join(world.project.store, "runs")).flatMap(
    (id) => readFiles(join(world.project.store, "runs", id))["report.md"] ?? [],
  );
  expect(told).toHaveLength(1);
  expect(told[0]).toContain("core 1.0 is gone from its index; the lock moves from 1.0 to 1.1");
});

test("a new release that the stack has no room for calls for nothing", async () => {
  const world = await watchedProject([web("1.0", "core<2"), core("1.0")]);
  world.index.add(core("2.0"));

  await told(world, createMessage("package_released", sender, release(world, "core", "2.0")));

  expect(readdirSync(world.project.store)).not.toContain("runs");
  expect((await world.run("watch")).stdout).toContain("nothing has called for advice yet");
});

test("what happens to packages that no watched project holds calls for nothing", async () => {
  const world = await watchedProject([web("1.0", "core"), core("1.0")]);

  await told(world, createMessage("cve_provided", sender, release(world, "core", "0.9")));
  await told(
    world,
    createMessage("missing_package", sender, { package_name: "other", index_url: world.index.url }),
  );

  expect(readdirSync(world.project.store)).not.toContain("runs");
});
