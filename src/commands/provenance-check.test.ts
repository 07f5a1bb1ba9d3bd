import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { core, corePipfile, lockedTo } from "../../fixtures/locked-project.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";

test("a lock is checked on what is known, and what is not known is not fine", async () => {
  const index = await servedIndex([core]);
  const project = await lockedTo(index);

  const known = await thoth(project, ["provenance-check"], { index: index.url });
  const unknown = await thoth(project, ["provenance-check", "--store", "empty"], {
    index: index.url,
  });

  expect(known).toMatchObject({
    exitCode: 0,
    stdout:
      "publishers of 1 file: 1 unknown (the index tells of no attestations)\n" +
      "1 release: every file is where the lock says\n",
  });
  expect(unknown.exitCode).toBe(3);
  expect(unknown.stdout).toBe(
    "unknown: core: the store has no list of all indexes; `--online` asks them\n" +
      "No error found, but 1 of 1 releases are unknown\n",
  );
});

test("a file that the index does not list is an error, found by asking the index", async () => {
  const index = await servedIndex([core]);
  const project = await lockedTo(index);
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
  const none = await thoth(makeProject({ pipfile: corePipfile }), ["provenance-check"]);
  const project = await lockedTo(index);
  project.write({ Pipfile: corePipfile.replace('core = "*"', 'core = ">=1"') });

  const old = await thoth(project, ["provenance-check"], { index: index.url });

  expect(none.exitCode).toBe(2);
  expect(none.stderr).toContain("no Pipfile.lock in");
  expect(old.exitCode).toBe(1);
  expect(old.stdout).toContain("error INVALID-LOCK-HASH the lock was made of another Pipfile");
});

test("an index that is not allowed is an error, whatever it lists", async () => {
  const index = await servedIndex([core]);
  const project = await lockedTo(index);

  const allow = ["--allow", "https://own.example/simple"];
  const run = await thoth(project, ["provenance-check", ...allow], { index: index.url });

  expect(run.exitCode).toBe(1);
  expect(run.stdout).toContain("error SOURCE-NOT-WHITELISTED ");
});

test("a check that was left to the investigator leaves its result in the store", async () => {
  const index = await servedIndex([core]);
  const project = await lockedTo(index);

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

test("another index for a known name is told until the user allows it, and so are other files", async () => {
  const first = await servedIndex([core]);
  const second = await servedIndex([core]);
  const project = await lockedTo(first);
  const check = (index: { readonly url: string }, ...options: string[]) =>
    thoth(project, ["provenance-check", "--online", ...options], { index: index.url });

  const before = await check(first);
  const moved = await check(second);
  const again = await check(second);
  const allowed = await check(second, "--allow", second.url);
  const accepted = await check(second);
  const late = wheel({ name: "core", version: "1.0", tag: "py2-none-any" });
  second.add(late);
  const grown = await check(second);
  second.remove(core.filename);
  const replaced = await check(second);

  expect(before.stdout).not.toContain("NEW-INDEX");
  expect(moved.stdout).toContain(
    `warning NEW-INDEX core 1.0: the package came from another index at an earlier check; allow it with \`--allow\` if that is meant (index ${second.url}, known from ${first.url})`,
  );
  expect(again.stdout).toBe(moved.stdout);
  expect(allowed.stdout).not.toContain("NEW-INDEX");
  expect(accepted.stdout).not.toContain("NEW-INDEX");
  expect(grown.stdout).toContain(
    `info FILES-CHANGED core 1.0: the index lists files of the release that it did not list at an earlier check (index ${second.url}, come ${late.sha256.slice(0, 12)}…)`,
  );
  expect(replaced.exitCode).toBe(1);
  expect(replaced.stdout).toContain("error INVALID-ARTIFACT-HASH core 1.0");
  expect(replaced.stdout).toContain(
    `warning FILES-CHANGED core 1.0: the index lists other files of the release than it did (index ${second.url}, gone ${core.sha256.slice(0, 12)}…, come ${late.sha256.slice(0, 12)}…)`,
  );
});

const namesake = wheel({ name: "core", version: "1.0", files: { "core.py": "import os" } });

test.each([
  ["told where the files are others", namesake, true],
  ["no news where it is a mirror", core, false],
])("a name that is known from another project's index is %s", async (_rule, file, told) => {
  const first = await servedIndex([core]);
  const second = await servedIndex([file]);
  const other = await lockedTo(first);
  const store = ["--store", other.store];
  const project = await lockedTo(second, ...store);

  const run = await thoth(project, ["provenance-check", ...store], { index: second.url });

  const finding = `warning NEW-INDEX core 1.0: the name is known from another index, with other files; allow it with \`--allow\` if that is meant (index ${second.url}, known from ${first.url})`;
  expect(run.exitCode).toBe(0);
  expect(run.stdout.includes(finding)).toBe(told);
  expect(run.stdout.includes("NEW-INDEX")).toBe(told);
});
