import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ExampleRecord, osvZip } from "../../fixtures/advisories.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf, told } from "../../fixtures/told.ts";

const dayMs = 86_400_000;

function daysAgo(days: number): string {
  return new Date(Math.floor(Date.now() / dayMs) * dayMs - days * dayMs).toISOString();
}

function released(version: string, days: number | undefined, requires: readonly string[] = []) {
  const distribution = wheel({ name: "core", version, requires });
  return days === undefined ? { distribution } : { distribution, uploadedAt: daysAgo(days) };
}

/** A project that asks for `core`, of which 1.0 is old and 2.0 two days old. */
async function coolProject(policy: string | undefined, pipfile = '[packages]\ncore = "*"\n') {
  const index = await servedIndex([released("1.0", 400), released("2.0", 2)]);
  const files = policy === undefined ? {} : { "thoth.toml": policy };
  const project = makeProject({ pipfile, files });
  const run = (...args: readonly string[]) => thoth(project, args, { index: index.url });
  const advise = (...args: readonly string[]) => run("advise", "--verify", "none", ...args);
  return { index, project, run, advise };
}

async function learn(project: TestProject, ...records: readonly ExampleRecord[]): Promise<void> {
  writeFileSync(join(project.home, "all.zip"), osvZip(records));
  const args = ["advisories", "update", "--from", join(project.home, "all.zip")];
  expect(await thoth(project, args)).toMatchObject({ exitCode: 0 });
}

function pins(project: TestProject): readonly string[] | undefined {
  return pinsOf(project.files()["Pipfile.lock"])["default"];
}

const vulnerable: ExampleRecord = {
  id: "PYSEC-2026-1",
  aliases: ["CVE-2026-1"],
  events: ["introduced 0", "fixed 2.0"],
  vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
};

test("a release younger than the cool-down is held back, with a table that says until when", async () => {
  const { project, advise } = await coolProject('[policy]\ncool-down = "7d"\n');
  const run = await advise();

  expect(run).toMatchObject({ exitCode: 0 });
  expect(pins(project)).toEqual(["core==1.0"]);
  const eligible = daysAgo(-5).slice(0, 10);
  expect(told(run.stdout)).toContain(`held back by the cool-down: 1 package
package  locked  available  released    eligible
core     1.0     2.0        ${daysAgo(2).slice(0, 10)}  ${eligible}
`);
  const again = await advise("--json");
  expect(JSON.parse(again.stdout)).toMatchObject({
    policy: { heldBack: [{ name: "core", locked: "1.0", available: "2.0", eligible }] },
  });
});

test("flags come before thoth.toml, and that before the Pipfile's own cool-down-period", async () => {
  const pipfile = '[packages]\ncore = "*"\n[pipenv]\ncool-down-period = "30d"\n';
  const { project, advise } = await coolProject(undefined, pipfile);
  await advise();
  expect(pins(project)).toEqual(["core==1.0"]);

  await advise("--cooldown", "0");
  expect(pins(project)).toEqual(["core==1.0"]);
  await advise("--cooldown", "0", "--upgrade");
  expect(pins(project)).toEqual(["core==2.0"]);

  project.write({ "thoth.toml": '[policy]\ncool-down = "7d"\n' });
  const kept = await advise("--upgrade");
  expect(kept.stdout).not.toContain("held back");
  expect(pins(project)).toEqual(["core==2.0"]);
});

test("a security fix is let through the cool-down, which a warning says", async () => {
  const { project, advise } = await coolProject('[policy]\ncool-down = "7d"\n');
  await learn(project, vulnerable);
  const run = await advise();

  expect(pins(project)).toEqual(["core==2.0"]);
  expect(run.stderr).toContain(
    "warning: core 2.0 is younger than the cool-down: it mends PYSEC-2026-1, which 1.0 is affected by\n",
  );
});

test("an index without times of upload gives nothing under a cool-down, unless that is allowed", async () => {
  const index = await servedIndex([released("1.0", undefined)]);
  const project = makeProject({
    pipfile: '[packages]\ncore = "*"\n',
    files: { "thoth.toml": '[policy]\ncool-down = "7d"\n' },
  });
  const advise = () => thoth(project, ["advise", "--verify", "none"], { index: index.url });

  const run = await advise();
  expect(run).toMatchObject({ exitCode: 1 });
  expect(run.stderr).toContain("tells no time of upload");
  project.write({ "thoth.toml": '[policy]\ncool-down = "7d"\nunknown-age = "allow"\n' });
  expect(await advise()).toMatchObject({ exitCode: 0 });
});

test("a contradictory policy is refused with its place", async () => {
  const { advise, project } = await coolProject('[policy.cool-down]\nexempt = ["core"]\n');
  const run = await advise();

  expect(run).toMatchObject({ exitCode: 2 });
  expect(run.stderr).toContain("thoth.toml:2:10");
  expect(run.stderr).toContain('exempt = ["core"]');

  const other = '[policy.package-indexes]\ncore = "https://other.example/simple"\n';
  project.write({ "thoth.toml": other });
  const elsewhere = await advise();
  expect(elsewhere).toMatchObject({ exitCode: 2 });
  expect(elsewhere.stderr).toContain("is not among the project's indexes\n  --> thoth.toml:2:");
});

const ignoring = `[policy]
fail-on = "high"

[[ignore]]
id = "CVE-2026-1"
reason = "not reached"
until = 2999-12-31
`;

test("an ignored advisory is told and fails neither advice nor audit; its end is heeded", async () => {
  const pipfile = '[packages]\ncore = "==1.0"\n';
  const { project, run, advise } = await coolProject('[policy]\nfail-on = "high"\n', pipfile);
  await learn(project, vulnerable);
  const failing = await advise();
  expect(failing).toMatchObject({ exitCode: 1 });
  expect(failing.stdout).toContain("fails on high: PYSEC-2026-1 of core 1.0\n");
  expect(await run("audit")).toMatchObject({ exitCode: 1 });

  project.write({ "thoth.toml": ignoring });
  const ignored = await advise();
  expect(ignored).toMatchObject({ exitCode: 0, stderr: "" });
  const line = "ignored: CVE-2026-1 of core 1.0: not reached (until 2999-12-31, thoth.toml:4)";
  expect(ignored.stdout).toContain(line);
  const audit = await run("audit");
  expect(audit).toMatchObject({ exitCode: 0 });
  expect(audit.stdout).toContain(line);

  project.write({ "thoth.toml": ignoring.replace("2999-12-31", "2020-12-31") });
  const over = await advise();
  expect(over).toMatchObject({ exitCode: 1 });
  expect(over.stderr).toContain(
    "thoth.toml:4: the ignore of CVE-2026-1 expired on 2020-12-31 and no longer counts",
  );
  expect(await run("audit")).toMatchObject({ exitCode: 1 });
});

test("an ignore that matches nothing is told as stale", async () => {
  const { project, run, advise } = await coolProject(ignoring);
  await learn(project, vulnerable);

  const stale = "thoth.toml:4: the ignore of CVE-2026-1 matches no release of the";
  expect((await advise()).stderr).toContain(`${stale} stack`);
  expect((await run("audit")).stdout).toContain(`${stale} lock`);
});

test("advice as of a day is the same before and after the index has newer releases", async () => {
  const { index, project, advise } = await coolProject(undefined);
  const day = daysAgo(30).slice(0, 10);
  const run = await advise("--as-of", day);
  const lock = project.files()["Pipfile.lock"];
  expect(run.stdout).toContain(`as of ${day}`);
  expect(pins(project)).toEqual(["core==1.0"]);

  index.add(released("3.0", 1));
  await advise();
  const again = await advise("--as-of", day, "--upgrade");

  expect(again.stdout).not.toContain("3.0");
  expect(project.files()["Pipfile.lock"]).toBe(lock);
});

test.each([
  ["--as-of", "yesterday", "--as-of takes a day such as"],
  ["--as-of", "2021-02-30", "--as-of takes a day such as"],
  ["--as-of", "2999-01-01", "a moment that is still to come"],
  ["--cooldown", "7", "--cooldown takes a number with"],
])("%s %s is refused", async (flag, value, message) => {
  const { advise } = await coolProject(undefined);
  const run = await advise(flag, value);

  expect(run).toMatchObject({ exitCode: 2 });
  expect(run.stderr).toContain(message);
});

test("a policy on licences has them learnt, and takes what it allows only", async () => {
  const index = await servedIndex([
    wheel({ name: "good", version: "1.0", headers: ["License-Expression: MIT"] }),
    wheel({ name: "bad", version: "1.0", headers: ["License-Expression: GPL-3.0-only"] }),
    wheel({ name: "mute", version: "1.0" }),
  ]);
  const project = makeProject({
    pipfile: '[packages]\ngood = "*"\n',
    files: { "thoth.toml": '[policy.licenses]\nallow = ["MIT"]\n' },
  });
  const run = (...args: readonly string[]) => thoth(project, args, { index: index.url });
  const advise = () => run("advise", "--verify", "none");
  const outdated = await run("outdated");
  expect(outdated).toMatchObject({ exitCode: 0 });
  expect(outdated.stdout).toContain("1 more would come");
  expect(await advise()).toMatchObject({ exitCode: 0 });

  project.write({ Pipfile: '[packages]\nbad = "*"\n' });
  const bad = await advise();
  expect(bad).toMatchObject({ exitCode: 1 });
  expect(bad.stderr).toContain("is licensed as GPL-3.0-only, which the policy does not allow");

  project.write({ Pipfile: '[packages]\nmute = "*"\n' });
  const mute = await advise();
  expect(mute).toMatchObject({ exitCode: 1 });
  expect(mute.stderr).toContain("has a licence that is not known");

  project.write({ "thoth.toml": '[policy.licenses]\ndeny = ["MIT"]\n' });
  const denying = await run("outdated", "--offline");
  expect(denying.stderr).not.toContain("was not held against");
  const elsewhere = makeProject({ pipfile: '[packages]\nmute = "*"\n' });
  const there = { index: index.url };
  expect(await thoth(elsewhere, ["advise", "--verify", "none"], there)).toMatchObject({
    exitCode: 0,
  });
  elsewhere.write({ "thoth.toml": '[policy.licenses]\ndeny = ["MIT"]\n' });
  expect((await thoth(elsewhere, ["outdated", "--offline"], there)).stderr).toContain(
    "the policy on licences was not held against mute",
  );
});
