import { readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:http";
import { join } from "node:path";
import { expect, onTestFinished, test } from "vitest";
import { advisories, core, informed, twin } from "../../fixtures/advised-store.ts";
import { osvRecord, osvZip, publishedLately } from "../../fixtures/advisories.ts";
import { makeProject, type RunOptions, thoth } from "../../fixtures/rig.ts";
import { isRecord } from "../util/json.ts";

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
