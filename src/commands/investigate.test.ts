import { expect, test } from "vitest";
import { wheel } from "../../fixtures/packages.ts";
import { makeProject, startThoth, thoth } from "../../fixtures/rig.ts";
import { servedIndex } from "../../fixtures/served-index.ts";
import { pinsOf, told } from "../../fixtures/told.ts";

test("what a killed run asked for waits, and investigate brings it to its end: the lock", async () => {
  const index = await servedIndex([
    wheel({ name: "web", version: "1.0", requires: ["core"] }),
    wheel({ name: "core", version: "1.0" }),
  ]);
  index.fail("/simple/core/", { kind: "stall" });
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  const started = startThoth(project, ["advise"], { index: index.url });
  while (!index.requests().some(({ path }) => path === "/simple/core/")) {
    await new Promise((resolve) => setTimeout(resolve, 10));
  }
  started.kill("SIGKILL");
  expect(await started.finished).toMatchObject({ signal: "SIGKILL" });
  index.mend("/simple/core/");

  const stats = await thoth(project, ["knowledge", "stats"], { index: index.url });
  const run = await thoth(project, ["investigate"], { index: index.url });
  const again = await thoth(project, ["investigate"], { index: index.url });

  expect(stats.stdout).toMatch(/messages ready +2\nmessages in work +0\n/);
  expect({ exitCode: run.exitCode, stderr: run.stderr }).toMatchObject({ exitCode: 0 });
  expect(told(run.stdout)).toMatch(/^Handled \d+ messages, 0 waiting in TIME\n$/);
  expect(pinsOf(project.files()["Pipfile.lock"])["default"]).toEqual(["core==1.0", "web==1.0"]);
  expect(told(again.stdout)).toBe("Handled 0 messages, 0 waiting in TIME\n");
  const locked = await thoth(project, ["advise", "--check"], { index: index.url });
  expect(locked.exitCode).toBe(0);
});

test("a message whose index is away is tried again later, and that is said", async () => {
  const index = await servedIndex([wheel({ name: "web", version: "1.0" })]);
  index.fail("*", { kind: "status", status: 403 });
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  await thoth(project, ["advise"], { index: index.url });

  const run = await thoth(project, ["investigate", "--json", "--timeout", "2"], {
    index: index.url,
  });

  expect(run.exitCode).toBe(3);
  expect(JSON.parse(run.stdout)).toMatchObject({ schema: "thoth.investigation", dead: [] });
  expect(JSON.parse(run.stdout).waiting).toBeGreaterThan(0);
});

test("who only asked gets no lock from what goes on after it was killed", async () => {
  const index = await servedIndex([wheel({ name: "web", version: "1.0" })]);
  index.fail("/simple/web/", { kind: "stall" });
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  const started = startThoth(project, ["advise", "--check"], { index: index.url });
  while (index.requests().length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
  started.kill("SIGKILL");
  await started.finished;
  index.mend("/simple/web/");

  const run = await thoth(project, ["investigate"], { index: index.url });

  expect(told(run.stdout)).toBe("Handled 1 message, 0 waiting in TIME\n");
  expect(Object.keys(project.files())).toEqual(["Pipfile"]);
});

test("--follow works beside a run that advises, and goes on until it is stopped", async () => {
  const index = await servedIndex([wheel({ name: "web", version: "1.0" })]);
  const project = makeProject({ pipfile: '[packages]\nweb = "*"\n' });
  const started = startThoth(project, ["investigate", "--follow"], { index: index.url });

  const advice = await thoth(project, ["advise"], { index: index.url });
  started.kill("SIGTERM");
  const run = await started.finished;

  expect({ exitCode: advice.exitCode, stderr: advice.stderr }).toMatchObject({ exitCode: 0 });
  expect(advice.stdout).toContain("Locked 1 package");
  expect(run).toMatchObject({ signal: "SIGTERM", exitCode: null });
});
