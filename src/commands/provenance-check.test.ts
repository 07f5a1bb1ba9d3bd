import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

const core = wheel({ name: "core", version: "1.0" });
const pipfile = `
[[source]]
name = "own"
url = "\${INDEX_URL}"
verify_ssl = true

[packages]
core = "*"
`;

test("a lock is checked on what is known, and what is not known is not fine", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  const known = await thoth(project, ["provenance-check"], { index: index.url });
  const unknown = await thoth(project, ["provenance-check", "--store", "empty"], {
    index: index.url,
  });

  expect(known).toMatchObject({
    exitCode: 0,
    stdout: "1 release: every file is where the lock says\n",
  });
  expect(unknown.exitCode).toBe(3);
  expect(unknown.stdout).toBe(
    "unknown: core: the store has no list of all indexes; `--online` asks them\n" +
      "No error found, but 1 of 1 releases are unknown\n",
  );
});

test("a file that the index does not list is an error, found by asking the index", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  const lock = project.files()["Pipfile.lock"] ?? "";
  project.write({
    "Pipfile.lock": lock.replace(/sha256:[0-9a-f]{64}/, `sha256:${"0".repeat(64)}`),
  });

  const run = await thoth(project, ["provenance-check", "--online", "--json"], {
    index: index.url,
  });

  expect(run.exitCode).toBe(1);
  expect(JSON.parse(run.stdout)).toMatchObject({
    schema: "thoth.provenance",
    checked: 1,
    findings: [{ type: "ERROR", id: "INVALID-ARTIFACT-HASH", digest: "0".repeat(64) }],
    unknown: [],
  });
});

test("a lock of an older Pipfile is an error, and one that is not there cannot be checked", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  const none = await thoth(project, ["provenance-check"], { index: index.url });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });
  project.write({ Pipfile: pipfile.replace('core = "*"', 'core = ">=1"') });

  const old = await thoth(project, ["provenance-check"], { index: index.url });

  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain("no Pipfile.lock in");
  expect(old.exitCode).toBe(1);
  expect(old.stdout).toContain("error INVALID-LOCK-HASH the lock was made of another Pipfile");
});

test("an index that is not allowed is an error, whatever it lists", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  const allow = ["--allow", "https://own.example/simple"];
  const run = await thoth(project, ["provenance-check", ...allow], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain("error SOURCE-NOT-WHITELISTED ");
});

test("a check that was left to the investigator leaves its result in the store", async () => {
  const index = await servedIndex([core]);
  const project = makeProject({ pipfile });
  await thoth(project, ["advise", "--verify", "none"], { index: index.url });

  const handed = await thoth(project, ["provenance-check", "--no-wait"], { index: index.url });
  const investigated = await thoth(project, ["investigate"], { index: index.url });

  expect(handed.exitCode).toBe(3);
  expect(investigated.exitCode).toBe(0);
  const path = /will be in (.*)\n/.exec(handed.stderr)?.[1] ?? "";
  expect(JSON.parse(readFileSync(path, "utf8"))).toMatchObject({
    schema: "thoth.provenance",
    checked: 1,
    findings: [],
  });
});
