import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ExampleRecord, osvZip } from "../../fixtures/advisories.ts";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, type Run, type TestProject, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf, told } from "../../fixtures/told.ts";

const vulnerable: ExampleRecord = {
  id: "PYSEC-2026-1",
  name: "core",
  events: ["introduced 0", "fixed 2.0"],
  vector: "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
};
const evil: ExampleRecord = { id: "MAL-2026-1", name: "evil" };
const packages = [
  wheel({ name: "core", version: "1.0" }),
  wheel({ name: "core", version: "2.0" }),
  wheel({ name: "web", version: "1.0", requires: ["core<2"] }),
  wheel({ name: "web", version: "2.0", requires: ["core"] }),
  wheel({ name: "evil", version: "1.0" }),
];

/** A project locked to `web` and `core` 1.0, then opened, and the way to run `thoth advise` there. */
async function openedProject() {
  const index = await servedIndex(packages);
  const project = makeProject({ pipfile: '[packages]\nweb = "==1.0"\ncore = "==1.0"\n' });
  const advise = (...args: readonly string[]) =>
    thoth(project, ["advise", "--verify", "none", ...args], { index: index.url });
  expect(await advise()).toMatchObject({ exitCode: 0 });
  project.write({ Pipfile: '[packages]\nweb = "*"\ncore = "*"\n' });
  return { project, advise };
}

async function learn(project: TestProject, ...records: readonly ExampleRecord[]): Promise<void> {
  writeFileSync(join(project.home, "all.zip"), osvZip(records));
  const args = ["advisories", "update", "--from", join(project.home, "all.zip")];
  expect(await thoth(project, args)).toMatchObject({ exitCode: 0 });
}

function pins(project: TestProject): readonly string[] | undefined {
  return pinsOf(project.files()["Pipfile.lock"])["default"];
}

test("an advisory moves the lock to what is free of it, with what held that back", async () => {
  const { project, advise } = await openedProject();
  expect(told((await advise()).stdout)).toContain("advisories: none imported, so nobody knows");
  expect(pins(project)).toEqual(["core==1.0", "web==1.0"]);

  await learn(project, vulnerable);
  const run = await advise();

  expect(told(run.stdout)).toBe(`~  core  1.0 -> 2.0
~  web   1.0 -> 2.0
web moved off 1.0: it holds core back
core moved off 1.0: PYSEC-2026-1
score 0.867, the best there is, the old lock 0.442
installed and imported: none of 2 (--verify none)
knowledge: revision R, oldest part confirmed less than a minute ago
Locked 2 packages for RUNTIME in TIME
`);
  expect(run).toMatchObject({ exitCode: 0, stderr: "learning: 2 facts\n" });
  expect(pins(project)).toEqual(["core==2.0", "web==2.0"]);
  expect((await advise()).stdout).not.toContain("moved off");
});

test("what the Pipfile pins stays, with a warning that a second run repeats", async () => {
  const { project, advise } = await openedProject();
  await learn(project, vulnerable);
  project.write({ Pipfile: '[packages]\nweb = "*"\ncore = "==1.0"\n' });
  const warning =
    "warning: core 1.0 is affected by PYSEC-2026-1; fixed in 2.0; Pipfile:3 asks for ==1.0\n";

  expect(await advise()).toMatchObject({ exitCode: 0, stderr: warning });
  expect(await advise()).toMatchObject({ exitCode: 0, stderr: warning });
  expect(document(await advise("--json"))).toMatchObject({
    recommendationType: "stable",
    justifications: [{ type: "WARNING", package: "core", advisories: ["PYSEC-2026-1"] }],
    knowledge: { advisories: { newest: expect.any(String), importedAt: expect.any(String) } },
  });
});

test("damaged advisories are told, and no advice takes them for none", async () => {
  const { project, advise } = await openedProject();
  await learn(project, vulnerable);
  writeFileSync(join(project.store, "advisories", "database.json"), "{}");

  const run = await advise();

  expect(run.stderr).toContain("warning: the advisories of the store are damaged: ");
  expect(run.stderr).toContain("`thoth advisories update --from FILE` imports them again\n");
});

test("advice of type security refuses what is affected, and what it can't tell it says", async () => {
  const { project, advise } = await openedProject();
  project.write({ ".thoth.yaml": "thoth: {recommendation_type: security}\n" });
  expect((await advise("--dry-run")).stderr).toContain("no advisories are imported");

  await learn(project, vulnerable);
  project.write({ Pipfile: '[packages]\nweb = "==1.0"\n' });
  const run = await advise();

  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain("core 1.0 is affected by PYSEC-2026-1");
  expect(await advise("--recommendation-type", "latest")).toMatchObject({ exitCode: 0 });
});

test("malware is never locked", async () => {
  const { project, advise } = await openedProject();
  await learn(project, evil);
  project.write({ Pipfile: '[packages]\nevil = "*"\n' });

  const run = await advise("--recommendation-type", "latest");

  expect(run.exitCode).toBe(1);
  expect(run.stderr).toContain("evil 1.0 is malware (MAL-2026-1)");
});

function document(run: Run): unknown {
  return JSON.parse(run.stdout);
}
