import { mkdirSync, writeFileSync } from "node:fs";
import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { told } from "../../fixtures/told.ts";

test("where all works, every check says so and the exit code is 0", async () => {
  const index = await servedIndex([wheel({ name: "pip", version: "1.0" })]);
  const project = makeProject();

  const run = await thoth(project, ["doctor", "--json"], { index: index.url });

  const { schema, checks } = JSON.parse(run.stdout);
  expect(run).toMatchObject({ exitCode: 0, stderr: "" });
  expect(schema).toBe("thoth.doctor");
  const found = checks.map((one: { name: string; findings: readonly { condition: string }[] }) => [
    one.name,
    one.findings[0]?.condition,
  ]);
  expect(Object.fromEntries(found)).toMatchObject({
    ...{ node: "works", settings: "works", store: "works", queue: "works" },
    ...{ index: "works", clock: "works" },
  });
});

test("what does not work is told with a way out, without credentials, and the exit code is 4", async () => {
  const pipfile =
    '[[source]]\nname = "own"\nurl = "http://me:s3cret@127.0.0.1:2/simple"\nverify_ssl = true\n';
  const project = makeProject({ pipfile });
  mkdirSync(project.store);
  writeFileSync(`${project.store}/queue`, "");

  const run = await thoth(project, ["doctor"], {
    env: { HTTP_PROXY: "http://you:s3cret@127.0.0.1:3" },
  });

  expect(run).toMatchObject({ exitCode: 4, stderr: "" });
  expect(run.stdout).not.toContain("s3cret");
  const text = told(run.stdout);
  expect(text).toContain(
    "index         broken   the index `http://INDEX/simple/pip/` is unreachable",
  );
  expect(text).toContain("asked through the proxy http://INDEX\n");
  expect(text).toContain("queue         broken   `ROOT/store/queue` ");
  expect(text).toContain("clock         unknown  ");
});

test("mistakes of the settings are told with their places, and what needs none is looked at", async () => {
  const project = makeProject({ files: { ".thoth.yaml": "thoth:\n  verify: perhaps\n" } });

  const run = await thoth(project, ["doctor", "--offline"]);

  expect(run).toMatchObject({ exitCode: 4, stderr: "" });
  expect(run.stdout).toContain("settings      broken   .thoth.yaml:2:11: `verify` takes");
  expect(run.stdout).toMatch(/^node +works/m);
  expect(run.stdout).toMatch(/^store +unknown/m);
});
