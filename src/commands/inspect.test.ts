import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, startThoth, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { told } from "../../fixtures/told.ts";

const core = wheel({ name: "core", version: "1.0" });
const pipfile = `
[[source]]
name = "own"
url = "\${INDEX_URL}"
verify_ssl = true

[packages]
core = "*"
`;
const files = {
  "bench.py": "import core, json\nprint(json.dumps({'core': core.__version__}))\n",
  "fails.py": "import core\nraise SystemExit('no luck')\n",
};
const wrong = "00000000-0000-4000-8000-000000000000";

/** A project locked to core 1.0, and how Thoth runs in it. */
async function locked() {
  const { url } = await servedIndex([core]);
  const project = makeProject({ pipfile, files });
  const run = (...args: readonly string[]) => thoth(project, args, { index: url });
  await run("advise", "--verify", "none");
  return { project, run, url };
}

function documents({ store }: TestProject): readonly string[] {
  return readdirSync(join(store, "inspections"));
}

/** What the store knows of inspections of core, the newest first. */
function known({ store }: TestProject): readonly unknown[] {
  const file = readdirSync(store, { recursive: true, encoding: "utf8" }).find((path) =>
    path.endsWith("core/performance.json"),
  );
  if (file === undefined) return [];
  return JSON.parse(readFileSync(join(store, file), "utf8")).facts[0][2].inspections;
}

function completed(id: string, force: boolean): string {
  return JSON.stringify({ type: "inspection_completed", inspection_id: id, force_sync: force });
}

test("a script runs in what the lock pins, and what it used is known afterwards", async () => {
  const { project, run } = await locked();

  const inspected = await run("inspect", "--script", "bench.py", "--repeat", "2");

  expect(inspected.exitCode).toBe(0);
  expect(told(inspected.stdout).split("\n")[0]).toBe("bench.py on RUNTIME, 1 release");
  expect(inspected.stdout).toMatch(/\n1 +0 .*\n2 +0 .*\n2 of 2 runs ended well\n$/);
  expect(inspected.stderr).toContain("its figures are known of each release now\n");
  const [name = ""] = documents(project);
  expect(JSON.parse(readFileSync(join(project.store, "inspections", name), "utf8"))).toMatchObject({
    schema: "thoth.inspection",
    inspection_id: name.replace(".json", ""),
    requirements_locked: {
      current: true,
      pins: [{ name: "core", version: "1.0", filename: core.filename, sha256: core.sha256 }],
    },
    jobs: [
      { exit_code: 0, stdout: { core: "1.0" } },
      { exit_code: 0, stdout: { core: "1.0" } },
    ],
  });
  expect(known(project)).toMatchObject([{ inspection: name.replace(".json", ""), ok: true }]);
  expect((await run("queue", "list")).stdout).toBe("The queue is empty\n");
  expect((await run("knowledge", "verify")).exitCode).toBe(0);
});

test("a script that fails is an answer, and recorded as such", async () => {
  const { project, run } = await locked();

  const inspected = await run("inspect", "--script", "fails.py", "--repeat", "1", "--json");
  const quiet = await run("inspect", "--script", "fails.py", "--repeat", "1", "-q");

  expect(inspected).toMatchObject({ exitCode: 1 });
  expect(JSON.parse(inspected.stdout)).toMatchObject({
    jobs: [{ exit_code: 1, stdout: "", stderr: "no luck" }],
    problem: null,
  });
  expect(quiet).toMatchObject({ exitCode: 1, stdout: "0 of 1 run ended well\n", stderr: "" });
  expect(known(project)).toMatchObject([{ ok: false }, { ok: false }]);
});

test("figures that are left to the investigator are taken in once, however often asked", async () => {
  const { project, run, url } = await locked();
  await run("queue", "pause", "inspection_completed");

  const inspected = await run("inspect", "--script", "bench.py", "--repeat", "1");
  const before = known(project);
  await run("queue", "resume", "inspection_completed");
  const first = await run("investigate");
  const id = documents(project)[0]?.replace(".json", "") ?? "";
  for (const force of [false, true]) {
    const stdin = completed(id, force);
    await thoth(project, ["queue", "send", "-"], { index: url, stdin });
    expect((await run("investigate")).exitCode).toBe(0);
  }

  expect(inspected.exitCode).toBe(0);
  expect(inspected.stderr).toContain("its figures wait for `thoth investigate`\n");
  expect(before).toEqual([]);
  expect(first.stdout).toMatch(/^Handled 1 message, 0 waiting/);
  expect(known(project)).toMatchObject([{ inspection: id, ok: true }]);
});

test("an inspection that was killed does no harm, whether its message was sent or not", async () => {
  const { project, run, url } = await locked();
  const args = ["inspect", "--script", "bench.py", "--repeat", "1"];
  const killed = startThoth(project, args, { index: url });
  await killed.seen("inspecting");
  killed.kill("SIGKILL");
  await killed.finished;
  // As if it was killed between document and message
  const { stdout } = await run("inspect", "--script", "bench.py", "--repeat", "1", "--json");
  const folder = join(project.home, "other", "inspections");
  mkdirSync(folder, { recursive: true });
  const { inspection_id } = JSON.parse(stdout);
  writeFileSync(join(folder, `${inspection_id}.json`), stdout);
  const other = { ...project, store: join(project.home, "other") };

  const investigated = await run("investigate");
  const unsent = await thoth(other, ["investigate"], { index: url });

  expect(investigated.exitCode).toBe(0);
  expect(known(project).length).toBeGreaterThan(0);
  expect(unsent).toMatchObject({ exitCode: 0 });
  expect(unsent.stdout).toMatch(/^Handled 0 messages, 0 waiting/);
  expect(known(other)).toEqual([]);
});

test.each([
  ["../../etc/passwd", "its id is no UUID"],
  [wrong, "its document is not in this store"],
])("a message about %s is given up with its reason", async (id, reason) => {
  const { project, run, url } = await locked();
  await thoth(project, ["queue", "send", "-"], { index: url, stdin: completed(id, true) });

  const { stdout } = await run("investigate");

  expect(stdout).toContain(`inspection ${id}: ${reason}`);
  expect(stdout).toContain("1 given up");
});

test("without a lock nothing can be inspected, and a lock of another Pipfile is told", async () => {
  const { project, run } = await locked();
  project.write({ Pipfile: pipfile.replace('core = "*"', 'core = ">=1"') });

  const stale = await run("inspect", "--script", "bench.py", "--repeat", "1");
  const none = await thoth(makeProject({ pipfile, files }), ["inspect", "--script", "bench.py"]);

  expect(stale.exitCode).toBe(0);
  expect(stale.stderr).toContain("warning: the lock was made of another Pipfile");
  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain("make one first: `thoth advise`");
});

test("a file whose hash the lock does not hold is never installed", async () => {
  const { project, run } = await locked();
  const lock = project.files()["Pipfile.lock"] ?? "";
  const changed = lock.replace(/sha256:[0-9a-f]{64}/, `sha256:${"0".repeat(64)}`);
  project.write({ "Pipfile.lock": changed });

  const inspected = await run("inspect", "--script", "bench.py");

  expect(inspected.exitCode).toBe(4);
  expect(inspected.stderr).toContain("core==1.0 for this runtime has a hash that the lock holds");
  expect(inspected.stdout).toBe("");
});

test("a script that is not there, is a folder, or too many runs are usage errors", async () => {
  const project = makeProject({ pipfile, files });
  const run = (...args: readonly string[]) => thoth(project, ["inspect", ...args]);

  const runs = [
    await run("--script", "absent.py"),
    await run("--script", "."),
    await run("--script", "bench.py", "--repeat", "101"),
    await run(),
  ];

  expect(runs.map(({ exitCode }) => exitCode)).toEqual([2, 2, 2, 2]);
  expect(runs[0]?.stderr).toContain("the script `absent.py` is not there");
});
