import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { advisories, core, informed, twin } from "../../fixtures/advised-store.ts";
import type { ExampleRecord } from "../../fixtures/advisories.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";

const evil: ExampleRecord = { id: "MAL-2026-1", name: "evil", summary: "Steals \u001b[31mkeys" };

test("without a database match and status say so, and how to get one", async () => {
  const project = makeProject();

  for (const args of [["match", "core==1.0"], ["status"]]) {
    expect(await advisories(project, ...args)).toEqual({
      exitCode: 3,
      signal: null,
      stdout: "",
      stderr: `error[THOTH-E0301]: this store holds no advisories
help: \`thoth advisories update --from FILE\` imports OSV's \`all.zip\` for PyPI
`,
    });
  }
});

test("of damaged advisories match and status say which file is damaged, until they are imported anew", async () => {
  const project = await informed([core]);
  writeFileSync(join(project.store, "advisories", "database.json"), "{}");

  for (const args of [["match", "core==1.0"], ["status"], ["status"]]) {
    const run = await advisories(project, ...args);
    expect(run).toMatchObject({ exitCode: 3, stdout: "" });
    expect(run.stderr).toMatch(
      /the advisories of this store are damaged\n.*database\.json: it does/,
    );
  }
  expect(await thoth(project, ["knowledge", "verify"])).toMatchObject({ exitCode: 4 });
  await advisories(project, "update", "--from", "all.zip");
  expect(await advisories(project, "match", "core==1.0")).toMatchObject({ exitCode: 1 });
});

test("a narrow terminal cuts no id, fix or alias", async () => {
  const project = await informed([core, twin]);

  const run = await thoth(project, ["advisories", "match", "core==1.0"], {
    env: { COLUMNS: "30" },
  });

  expect(run.stdout).toContain("PYSEC-2026-1  CRITICAL 9.8  fixed in 2.0  CVE-2026-1, GHSA-aaaa");
});

test("match names what applies, worst first, and exits with 1", async () => {
  const project = await informed([core, twin, evil]);

  expect(await advisories(project, "match", "Core==1.0", "core==2.0", "evil==0.1")).toEqual({
    exitCode: 1,
    signal: null,
    stdout: `core 1.0: 1 advisory
  PYSEC-2026-1  CRITICAL 9.8  fixed in 2.0  CVE-2026-1, GHSA-aaaa-bbbb-cccc  Core can be fooled
core 2.0: nothing is known against it
evil 0.1: 1 advisory
  MAL-2026-1  malware  no fix named  Steals keys
Advisories apply to 2 of 3 releases
`,
    stderr: "",
  });
});

test("match --json has the ids of all records that apply", async () => {
  const project = await informed([core, twin, { ...core, id: "PYSEC-2026-3", events: [] }]);

  const { stdout, exitCode } = await advisories(project, "match", "core==1.0", "--json");

  expect(exitCode).toBe(1);
  expect(JSON.parse(stdout)).toMatchObject({
    schema: "thoth.advisories",
    version: "1.0",
    database: { records: 3, quarantined: 0 },
    releases: [
      {
        asked: "core==1.0",
        name: "core",
        version: "1.0",
        ids: ["GHSA-aaaa-bbbb-cccc", "PYSEC-2026-1"],
        advisories: [
          {
            id: "PYSEC-2026-1",
            aliases: ["CVE-2026-1", "GHSA-aaaa-bbbb-cccc"],
            kind: "vulnerability",
            severity: { rank: "CRITICAL", score: 9.8 },
            fixed: ["2.0"],
          },
        ],
      },
    ],
  });
});

test("match - reads releases as `pip freeze` writes them; nothing against them exits with 0", async () => {
  const project = await informed([core]);
  const stdin = "# frozen\ncore==2.0 ; python_version >= '3'\n\nother[extra]==trunk\r\n";

  expect(await thoth(project, ["advisories", "match", "-"], { stdin })).toEqual({
    exitCode: 0,
    signal: null,
    stdout: `core 2.0: nothing is known against it
other trunk: nothing is known against it
Nothing is known against 2 releases
`,
    stderr: "",
  });
});

test.each([
  ["core"],
  ["core=="],
  ["==1.0"],
  ["core>=1.0"],
  ["core @ file:///x"],
  ["-e==1"],
  ["core==2.*"],
  ["core==1.0,<2"],
])("%s is no release", async (release) => {
  const run = await advisories(makeProject(), "match", "--", release);

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain("names no release\n");
});

test("nothing on standard input is no clean bill", async () => {
  const run = await thoth(await informed([core]), ["advisories", "match", "-"], {
    stdin: "# no\n",
  });

  expect(run).toMatchObject({ exitCode: 2, stdout: "" });
  expect(run.stderr).toContain("standard input names no release\n");
});

test("a version that has no place among the others is unknown, and exits with 3", async () => {
  const project = await informed([core, evil]);

  expect(await advisories(project, "match", "core==trunk", "core==2.0", "evil==trunk")).toEqual({
    exitCode: 1,
    signal: null,
    stdout: `core trunk: unknown, since this is no version of PEP 440 and no advisory lists it
core 2.0: nothing is known against it
evil trunk: 1 advisory
  MAL-2026-1  malware  no fix named  Steals keys
Unknown: 1 of 3 releases
Advisories apply to 1 of 3 releases
`,
    stderr: "",
  });
  const alone = await advisories(project, "match", "core==trunk", "--json");
  expect(alone.exitCode).toBe(3);
  expect(JSON.parse(alone.stdout)).toMatchObject({ releases: [{ ids: null, advisories: null }] });
});

test("a line of standard input that names no release is told with its place", async () => {
  const stdin = "core==1.0\nother\n";

  const run = await thoth(makeProject(), ["advisories", "match", "-"], { stdin });

  expect(run).toMatchObject({ exitCode: 2 });
  expect(run.stderr).toContain("standard input:2:1");
});
