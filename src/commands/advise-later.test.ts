import { expect, test } from "vitest";
import { readFiles } from "../../fixtures/folder.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf } from "../../fixtures/told.ts";

const stack = [
  wheel({ name: "web", version: "1.0", requires: ["core>=1"] }),
  wheel({ name: "core", version: "1.0", requires: ["base"] }),
  wheel({ name: "core", version: "1.1", requires: ["base"] }),
  wheel({ name: "base", version: "0.1" }),
];
const pipfile = '[packages]\nweb = "*"\n';

/** Output with ids of runs as ID, and what depends on the machine left out. */
function bare(output: string, project: { readonly directory: string }): string {
  return output
    .replaceAll(project.directory, "PROJECT")
    .replaceAll(/\b[0-9a-f]{8}-[0-9a-f-]{27}\b/g, "ID")
    .replaceAll(/\b[0-9a-f]{8}\b/g, "SHORT");
}

test("who does not wait has the lock once the investigator was there, the same byte for byte", async () => {
  const index = await servedIndex(stack);
  const waited = makeProject({ pipfile });
  const project = makeProject({ pipfile });
  await thoth(waited, ["advise"], { index: index.url });

  const asked = await thoth(project, ["advise", "--no-wait"], { index: index.url });
  const before = await thoth(project, ["status"], { index: index.url });
  const investigated = await thoth(project, ["investigate"], { index: index.url });
  const after = await thoth(project, ["status", "--json"], { index: index.url });

  expect(asked.exitCode).toBe(3);
  expect(bare(asked.stdout, project)).toContain(
    "Run SHORT waits for 1 fact and then about 1 installation, nobody knows how long (how long learn-releases and install takes was never measured here)",
  );
  expect(bare(before.stdout, project)).toMatch(/^SHORT +waits for 1 fact and .* PROJECT +less/m);
  expect(investigated).toMatchObject({ exitCode: 0, stderr: expect.any(String) });
  expect(project.files()["Pipfile.lock"]).toBe(waited.files()["Pipfile.lock"]);
  const [run, ...others] = JSON.parse(after.stdout).runs;
  expect(others).toEqual([]);
  expect(run).toMatchObject({ state: "done", outcome: "locked", lock: "written", waitingFor: 0 });
});

test("what is known already is answered at once, without a run", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise"], { index: index.url });

  const again = await thoth(project, ["advise", "--no-wait", "-v"], { index: index.url });
  const status = await thoth(project, ["status"], { index: index.url });

  expect(again).toMatchObject({ exitCode: 0 });
  expect(again.stdout).toContain("Pipfile.lock is up to date: 3 packages");
  expect(status.stdout).toBe(
    "No advice waits for anything; `thoth advise --no-wait` starts a run that does\nQueue: 0 messages waiting, 0 in work\n",
  );
});

test("a conflict is a conflict, whether anybody waits or not", async () => {
  const index = await servedIndex(stack);
  const project = makeProject({ pipfile: '[packages]\nweb = ">=2"\n' });

  const asked = await thoth(project, ["advise", "--no-wait", "--json"], { index: index.url });
  await thoth(project, ["investigate"], { index: index.url });
  const { id } = JSON.parse(asked.stdout).meta.run;
  const status = await thoth(project, ["status", id.slice(0, 6)], { index: index.url });
  const again = await thoth(project, ["advise", "--no-wait"], { index: index.url });

  expect(status.exitCode).toBe(1);
  expect(status.stdout).toContain(`Run ${id}: no stack`);
  expect(again.exitCode).toBe(1);
  expect(Object.keys(project.files())).toEqual(["Pipfile"]);
});

test("lists that were not confirmed lately are what a run waits for", async () => {
  const index = await servedIndex(stack);
  const env = { THOTH_FRESHNESS: "0" };
  const project = makeProject({ pipfile });
  await thoth(project, ["advise"], { index: index.url, env });
  index.add(wheel({ name: "web", version: "2.0" }));

  const asked = await thoth(project, ["advise", "--no-wait", "--upgrade"], {
    index: index.url,
    env,
  });
  await thoth(project, ["investigate"], { index: index.url, env });

  expect(asked).toMatchObject({ exitCode: 3 });
  expect(asked.stdout).toContain("waits for 3 facts");
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["web==2.0"]);
});

test("a run on an index with a password is learnt with it, and nothing keeps the password", async () => {
  const credentials = { username: "alice", password: "s3cret-Passw0rd" };
  const index = await servedIndex(stack, { credentials });
  const host = index.url.replace("http://", "");
  const source = `[[source]]\nname = "own"\nverify_ssl = true\nurl = "http://${"$"}{INDEX_USER}:${"$"}{INDEX_PASSWORD}@${host}"\n`;
  const project = makeProject({ pipfile: `${source}\n${pipfile}` });
  const env = { INDEX_USER: credentials.username, INDEX_PASSWORD: credentials.password };

  const asked = await thoth(project, ["advise", "--no-wait"], { env });
  const run = await thoth(project, ["investigate"], { env, cwd: project.home });
  const status = await thoth(project, ["status", "--json"], { env });

  expect(asked.exitCode).toBe(3);
  expect(run).toMatchObject({ exitCode: 0 });
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual([
    ...["base==0.1", "core==1.1", "web==1.0"],
  ]);
  const printed = [asked, run, status].map(({ stdout, stderr }) => stdout + stderr);
  const kept = [project.store, project.home, project.directory].flatMap((folder) =>
    Object.values(readFiles(folder)),
  );
  for (const text of [...printed, ...kept]) expect(text).not.toContain(credentials.password);
});
