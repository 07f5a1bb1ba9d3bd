import { expect, test } from "vitest";
import { sdist, wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { told } from "../../fixtures/told.ts";

const files = [
  wheel({ name: "web", version: "1.0" }),
  wheel({ name: "web", version: "2.0", requires: ["core>=1"], requiresPython: ">=3.6" }),
  wheel({ name: "core", version: "1.0" }),
  sdist({ name: "broken", version: "1.0", atBuild: 'raise SystemExit("no compiler here")' }),
];

test("solve learns the newest release that fits, what it needs, and whether it installs", async () => {
  const index = await servedIndex(files);
  const project = makeProject();

  const run = await thoth(project, ["solve", "web", "core<2"], { index: index.url });

  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  expect(told(run.stdout)).toMatch(
    /^web==2\.0 on RUNTIME\n {2}Python >=3\.6\n {2}needs core>=1\n {2}installed, 1 module imported in TIME with .*\ncore==1\.0 on RUNTIME\n/,
  );
  index.forgetRequests();
  const again = await thoth(project, ["solve", "web", "core<2"], { index: index.url });
  expect(again.exitCode).toBe(0);
  expect(index.requests()).toEqual([]);
});

test("a release that does not install answers no, with what it said", async () => {
  const index = await servedIndex(files);

  const run = await thoth(makeProject(), ["solve", "broken"], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain("does not build");
});

test("a package that the index lacks answers no", async () => {
  const index = await servedIndex(files);

  const run = await thoth(makeProject(), ["solve", "nothing", "--json"], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(JSON.parse(run.stdout)).toMatchObject({
    schema: "thoth.solved",
    releases: [{ release: "nothing", problem: "no package `nothing` on the index" }],
  });
});
