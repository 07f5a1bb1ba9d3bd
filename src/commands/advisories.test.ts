import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import {
  type ExampleRecord,
  osvRecord,
  osvZip,
  publishedLately,
} from "../../fixtures/advisories.ts";
import { makeProject, type RunOptions, type TestProject, thoth } from "../../fixtures/rig.ts";
import { isRecord } from "../util/json.ts";

const core: ExampleRecord = {
  id: "PYSEC-2026-1",
  aliases: ["CVE-2026-1"],
  events: ["introduced 0", "fixed 2.0"],
  summary: "Core can be fooled",
  vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
};
const twin: ExampleRecord = { ...core, id: "GHSA-aaaa-bbbb-cccc" };
const evil: ExampleRecord = { id: "MAL-2026-1", name: "evil", summary: "Steals \u001b[31mkeys" };

/** A project whose store holds these records. */
async function informed(records: readonly ExampleRecord[]): Promise<TestProject> {
  const project = makeProject();
  writeFileSync(join(project.directory, "all.zip"), osvZip(records));
  expect(await advisories(project, "update", "--from", "all.zip")).toMatchObject({ exitCode: 0 });
  return project;
}

function advisories(project: TestProject, ...args: readonly string[]) {
  return thoth(project, ["advisories", ...args]);
}

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

test("records that can't be read are set aside, named, and warned of with every answer", async () => {
  const project = makeProject();
  const others = {
    "bad.json": '{"id": ',
    "npm.json": JSON.stringify(osvRecord(core)).replace("PyPI", "npm"),
  };
  writeFileSync(join(project.directory, "all.zip"), osvZip([core], others));

  const update = await advisories(project, "update", "--from", "all.zip");
  const match = await advisories(project, "match", "core==2.0");
  const status = await advisories(project, "status", "--json");

  expect(update).toMatchObject({ exitCode: 0 });
  expect(update.stdout).toMatch(
    /^set aside: bad\.json: .*JSON.*\nImported 1 advisory of 1 package, the newest of [-\d]{10}, from .*all\.zip\n$/,
  );
  expect(match).toMatchObject({
    exitCode: 0,
    stderr:
      "warning: 1 record could not be read, so that more may apply; `thoth advisories status` names them\n",
  });
  expect(JSON.parse(status.stdout)).toMatchObject({
    schema: "thoth.advisories-status",
    damaged: [{ name: "bad.json" }],
    stale: false,
  });
});

test("a database that nobody renewed for a week is warned of", async () => {
  const project = await informed([core]);
  const path = join(project.store, "advisories", "database.json");
  const text = readFileSync(path, "utf8");
  writeFileSync(
    path,
    text.replace(/"importedAt": "[^"]+"/, '"importedAt": "2026-01-02T00:00:00.000Z"'),
  );

  const { stderr } = await advisories(project, "match", "core==2.0");
  await advisories(project, "update", "--from", "all.zip");
  const renewed = await advisories(project, "match", "core==2.0");

  expect(stderr).toMatch(
    /^warning: the advisories are old \(imported \d+ days ago, the newest of [-\d]{10}\); `thoth advisories update --from FILE` imports newer ones\n$/,
  );
  expect(renewed.stderr).toBe("");
});

test.each([
  ["lies ahead", [core, { ...twin, published: "9999-01-01T00:00:00Z" }], true],
  ["is no time", [core, { ...twin, published: "not a date" }], true],
  ["is the only one, and none", [{ ...core, published: "not a date" }], false],
  ["is long ago", [{ ...core, published: "2020-01-01T00:00:00Z" }], false],
])("a date that %s makes no database new", async (_what, records, current) => {
  const project = await informed(records);

  const status = await advisories(project, "status", "--json");
  const match = await advisories(project, "match", "core==2.0");

  expect(JSON.parse(status.stdout)).toMatchObject({ stale: !current });
  expect(status.stdout.includes(publishedLately)).toBe(current);
  expect(match.stderr).toMatch(current ? /^$/ : /^warning: the advisories are old/);
});

test("what may never end is no database", async () => {
  const run = await advisories(makeProject(), "update", "--from", "/dev/zero");

  expect(run).toMatchObject({ exitCode: 2 });
  expect(run.stderr).toContain("`/dev/zero` can't be imported: it is no regular file\n");
});

test.each([
  ["nothing.zip", /`.*nothing\.zip` can't be read \(ENOENT\)/],
  ["Pipfile", /`.*Pipfile` can't be imported: it is no readable zip/],
  ["empty", /`.*empty` holds no advisory of a package of PyPI/],
])("%s is no database, and the old one stays", async (from, message) => {
  const project = await informed([core]);
  project.write({ Pipfile: "[packages]\n", "empty/README": "" });

  const run = await advisories(project, "update", "--from", from);

  expect(run).toMatchObject({ exitCode: 2, stderr: expect.stringMatching(message) });
  expect(await advisories(project, "match", "core==1.0")).toMatchObject({ exitCode: 1 });
});

test("a folder of YAML records is a database; versions keep their spelling", async () => {
  const project = makeProject({
    files: {
      "db/vulns/core/PYSEC-2026-1.yaml": `id: PYSEC-2026-1
modified: 2026-01-01T00:00:00Z
affected:
- package: {ecosystem: PyPI, name: core}
  ranges:
  - type: ECOSYSTEM
    events:
    - introduced: 0
    - fixed: 1.10
`,
      "db/mkdocs.yml": "site_name: no record",
    },
  });

  await advisories(project, "update", "--from", "db");

  const found = ["core==1.9", "core==1.10"].map((one) => advisories(project, "match", one));
  expect((await Promise.all(found)).map(({ exitCode }) => exitCode)).toEqual([1, 0]);
});

test("the setting names where to update from; credentials of an address are sent and not kept", async () => {
  const project = makeProject();
  const { port, authorizations } = await served(osvZip([core]));
  const address = `http://me:secret@127.0.0.1:${port}/db/all.zip?token=hidden`;
  const options: RunOptions = { env: { THOTH_ADVISORIES: address } };

  const update = await thoth(project, ["advisories", "update"], options);

  const shown = `http://127.0.0.1:${port}/db/all.zip`;
  expect(update.stdout).toBe(
    `Imported 1 advisory of 1 package, the newest of ${publishedLately.slice(0, 10)}, from ${shown}\n`,
  );
  expect(authorizations).toEqual([`Basic ${Buffer.from("me:secret").toString("base64")}`]);
  const kept = readFileSync(join(project.store, "advisories", "database.json"), "utf8");
  expect(kept).not.toMatch(/secret|hidden/);
  expect(await thoth(makeProject(), ["advisories", "update"])).toMatchObject({ exitCode: 2 });
});

test("offline no address is asked", async () => {
  const project = makeProject();
  const env = { THOTH_OFFLINE: "1", THOTH_ADVISORIES: "http://127.0.0.1:2/all.zip" };

  const run = await thoth(project, ["advisories", "update"], { env });

  expect(run).toMatchObject({ exitCode: 2 });
  expect(run.stderr).toContain("http://127.0.0.1:2/all.zip can't be asked: `offline` is set\n");
});

test("knowledge verify and stats know the database", async () => {
  const project = await informed([core]);

  const stats = await thoth(project, ["knowledge", "stats", "--json"]);
  const whole = await thoth(project, ["knowledge", "verify"]);
  const figures: unknown = JSON.parse(stats.stdout);
  writeFileSync(join(project.store, "advisories", "database.json"), "{}");
  const broken = await thoth(project, ["knowledge", "verify"]);

  expect(isRecord(figures) && figures["figures"]).toMatchObject({ advisories: 1 });
  expect([whole.exitCode, broken.exitCode]).toEqual([0, 4]);
});

/** Serves these bytes to whoever asks, until the test ends. */
async function served(bytes: Uint8Array) {
  const authorizations: (string | undefined)[] = [];
  const server = createServer((request, response) => {
    authorizations.push(request.headers.authorization);
    response.end(bytes);
  });
  await new Promise<void>((ready) => server.listen(0, "127.0.0.1", ready));
  onTestFinished(() => {
    server.close();
  });
  const address = server.address();
  const port = typeof address === "object" ? address?.port : undefined;
  return { port, authorizations };
}
