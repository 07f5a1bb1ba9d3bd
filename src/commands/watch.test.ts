import { rmSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";

const pipfile = '[packages]\ncore = "*"\n';
const how =
  "`thoth investigate --follow --refresh-every 12h` advises anew when something changes under a lock\n";

async function list(project: TestProject): Promise<string> {
  return (await thoth(project, ["watch"])).stdout;
}

test("a project is watched, listed and watched no longer", async () => {
  const project = makeProject({ pipfile });

  const empty = await list(project);
  const added = await thoth(project, ["watch", "."]);
  const listed = await list(project);
  const gone = await thoth(project, ["unwatch", "."]);

  expect(empty).toBe("No project is watched; `thoth watch DIR` adds one\n");
  const settings =
    "for the project's own runtime, all categories, new locks are left with the report";
  expect(added).toMatchObject({
    exitCode: 0,
    stdout: `Watching ${project.directory}: ${settings}\n${how}`,
    stderr: "",
  });
  expect(listed).toBe(`${project.directory}\n  ${settings}\n  nothing has called for advice yet\n`);
  expect(gone.stdout).toBe(`No longer watching ${project.directory}\n`);
  expect(await list(project)).toBe(empty);
});

test("watching again takes the new settings, and says so", async () => {
  const project = makeProject({ pipfile });
  await thoth(project, ["watch", "."]);

  const again = await thoth(project, ["watch", ".", "--no-dev", "--write", "--exec", "make pr"]);

  expect(again.stdout).toBe(
    `Updated ${project.directory}: for the project's own runtime, [packages] only, ` +
      `new locks are written into the project, then \`make pr\` is run\n${how}`,
  );
});

test("as JSON, with what became of it last", async () => {
  const project = makeProject({ pipfile });

  const run = await thoth(project, ["watch", ".", "--exec", "true", "--json"]);

  expect(JSON.parse(run.stdout)).toEqual({
    schema: "thoth.watched",
    version: "1.0",
    projects: [
      {
        directory: project.directory,
        exists: true,
        runtime: null,
        dev: true,
        write: false,
        exec: "true",
        addedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT/),
        lastRun: null,
      },
    ],
  });
});

test("what would stop advice stops watching, and of several projects none is watched", async () => {
  const project = makeProject({
    pipfile,
    files: { "none/readme": "", "bad/Pipfile": "[packages]\ncore = 1\n" },
  });

  const none = await thoth(project, ["watch", ".", "none"]);
  const bad = await thoth(project, ["watch", "bad", "."]);
  const runtime = await thoth(project, ["watch", ".", "--runtime", "mars"]);

  expect(none).toMatchObject({ exitCode: 2, stdout: "" });
  expect(none.stderr).toContain(`in \`${project.directory}/none\``);
  expect(bad).toMatchObject({ exitCode: 2, stdout: "" });
  expect(bad.stderr).toContain("--> bad/Pipfile:2:8");
  expect(runtime).toMatchObject({ exitCode: 2, stdout: "" });
  expect(runtime.stderr).toContain("no runtime is called `mars`");
  expect(await list(project)).toContain("No project is watched");
});

test("a project that is gone is said to be", async () => {
  const project = makeProject({ files: { "app/Pipfile": pipfile } });
  await thoth(project, ["watch", "app"]);
  rmSync(join(project.directory, "app"), { recursive: true });

  const app = join(project.directory, "app");
  expect(await list(project)).toBe(
    `${app}\n  it is gone, or what says what it needs is; \`thoth unwatch ${app}\` forgets it\n`,
  );
  expect((await thoth(project, ["unwatch", "app"])).exitCode).toBe(0);
});

test.each([
  [["unwatch", "."], "is not watched"],
  [["watch", ".", "--exec", " "], "--exec needs a command"],
  [["watch", "--write"], "--write and --exec are for a project"],
])("a mistake is told with a way out: %j", async (args, message) => {
  const run = await thoth(makeProject({ pipfile }), args);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain(message);
  expect(run.stderr).toContain("help: ");
});
