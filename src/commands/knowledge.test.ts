import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { told } from "../../fixtures/told.ts";

test("knowledge show, stats and verify tell what an advice left", async () => {
  const index = await servedIndex([
    wheel({ name: "core", version: "1.0" }),
    { distribution: wheel({ name: "core", version: "2.0" }), yanked: "broken" },
  ]);
  const project = makeProject({ pipfile: '[packages]\ncore = "*"\n' });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  const show = await thoth(project, ["knowledge", "show", "Core"]);
  const stats = await thoth(project, ["knowledge", "stats", "--json"]);
  const verify = await thoth(project, ["knowledge", "verify"]);

  expect({ ...show, stdout: told(show.stdout) }).toEqual({
    exitCode: 0,
    signal: null,
    stdout: `core on http://INDEX/simple, confirmed less than a minute ago: 2 releases
  2.0  1 file  yanked
  1.0  1 file
`,
    stderr: "",
  });
  expect(JSON.parse(stats.stdout)).toMatchObject({
    schema: "thoth.knowledge-stats",
    figures: { packages: 1, releases: 2, "messages ready": 0, "dead letters": 0 },
  });
  expect(verify).toMatchObject({ exitCode: 0, stdout: "Read the files of 1 package: all whole\n" });
});

test("of what nothing is known show says so, and what to do", async () => {
  const run = await thoth(makeProject(), ["knowledge", "show", "core"]);

  expect(run).toEqual({
    exitCode: 3,
    signal: null,
    stdout: "",
    stderr: "nothing is known of core; `thoth solve core` learns it\n",
  });
});

test("an empty store is whole, and looking into it writes nothing", async () => {
  const project = makeProject();

  const verify = await thoth(project, ["knowledge", "verify"]);
  const stats = await thoth(project, ["knowledge", "stats"]);

  expect([verify.exitCode, stats.exitCode]).toEqual([0, 0]);
  expect(Object.keys(project.files())).toEqual([]);
});
