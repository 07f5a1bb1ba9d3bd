import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { told } from "../../fixtures/told.ts";

/** A project locked to `web` and `core` 1.0, with newer releases, of which `web` caps one. */
async function lockedProject() {
  const index = await servedIndex([
    wheel({ name: "core", version: "1.0" }),
    wheel({ name: "web", version: "1.0", requires: ["core<2"] }),
  ]);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  const run = (...args: readonly string[]) =>
    thoth(project, args, { index: index.url, env: { THOTH_FRESHNESS: "0" } });
  expect(await run("advise", "--verify", "none")).toMatchObject({ exitCode: 0 });
  return { index, project, run };
}

test("what is the newest is told in one sentence", async () => {
  const { run } = await lockedProject();

  expect(await run("outdated")).toMatchObject({
    exitCode: 0,
    stdout: "All of 2 packages are the newest\n",
  });
});

test("current, wanted and latest stand beside what blocks; nothing is written", async () => {
  const { index, project, run } = await lockedProject();
  index.add(wheel({ name: "core", version: "2.0" }));
  index.add(wheel({ name: "web", version: "1.1", requires: ["core<2"] }));
  const before = project.files()["Pipfile.lock"];
  const outdated = await run("outdated");

  expect(told(outdated.stdout)).toBe(
    `package  current  wanted  latest  installed  advisories  cool-down until  blocked by
core     1.0      1.0     2.0     unknown    unknown     -                web==1.1 needs core <2
web      1.0      1.1     1.1     unknown    unknown     -                -
1 of 2 packages outdated, 1 more held below the newest release
`,
  );
  expect(outdated.exitCode).toBe(0);
  expect(await run("outdated", "--check")).toMatchObject({ exitCode: 1 });
  expect(project.files()["Pipfile.lock"]).toBe(before);
});

test("JSON and Markdown say the same", async () => {
  const { index, run } = await lockedProject();
  index.add(wheel({ name: "web", version: "1.1", requires: ["core<2"] }));

  expect(JSON.parse((await run("outdated", "--json")).stdout)).toMatchObject({
    schema: "thoth.outdated",
    version: "1.1",
    projects: [
      {
        directory: ".",
        outcome: "locked",
        packages: [
          { name: "core", current: "1.0", wanted: "1.0", latest: "1.0", outdated: false },
          { name: "web", current: "1.0", wanted: "1.1", latest: "1.1", outdated: true },
        ],
      },
    ],
  });
  expect((await run("outdated", "--format", "markdown")).stdout).toContain(
    "| web | 1.0 | 1.1 | 1.1 | unknown | unknown |  |  |\n",
  );
});

test("offline, what nobody knows makes the answer incomplete", async () => {
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  const run = await thoth(project, ["outdated", "--offline"]);

  expect(run).toMatchObject({ exitCode: 3 });
  expect(run.stdout).toContain("missing: releases of web (needed by Pipfile:2)\n");
});

test("a Pipfile that nothing satisfies leaves nothing wanted", async () => {
  const { project, run } = await lockedProject();
  project.write({ Pipfile: '[packages]\nweb = ">9"\n' });
  const outdated = await run("outdated");

  expect(outdated).toMatchObject({ exitCode: 1 });
  expect(outdated.stdout).toContain("No stack satisfies the Pipfile: nothing is wanted\n");
});

test("several projects are compared by what they lock", async () => {
  const { index, project, run } = await lockedProject();
  index.add(wheel({ name: "web", version: "1.1", requires: ["core<2"] }));
  project.write({ "other/Pipfile": '[packages]\nweb = "*"\n' });
  expect(await run("advise", "other", "--verify", "none")).toMatchObject({ exitCode: 0 });
  const outdated = await run("outdated", ".", "other");

  expect(outdated).toMatchObject({ exitCode: 0 });
  expect(outdated.stdout).toContain(
    "1 package locked at different versions:\n  web: 1.1 in other; 1.0 in .\n",
  );
});
