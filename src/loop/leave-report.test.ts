import { existsSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { readFiles, temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import type { AdviceReport, ReportedPin } from "../model/advice-report.ts";
import type { TriggerCause } from "../model/message.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import { openProjectRegistry } from "../store/project-registry.ts";
import { leaveReport, type WatchedAdvice } from "./leave-report.ts";

const advisories = { newest: "2026-11-20T00:00:00Z", importedAt: "2026-11-23T05:00:00Z" };

const pin: ReportedPin = {
  name: "core",
  version: "2.0",
  previous: "1.0",
  change: "updated",
  direct: true,
  categories: ["packages"],
  requiredBy: ["Pipfile:2"],
  verified: { state: "ok" },
};
const report: AdviceReport = {
  outcome: "locked",
  project: { manifest: "Pipfile", lock: "Pipfile.lock" },
  runtime: { id: "r", python: "3.11.7" },
  pins: [pin],
  lock: "dry-run",
  verify: "all",
  recommendationType: "stable",
  justifications: [],
  warnings: [],
  gaps: [],
  knowledge: { revision: "8f2c", advisories, offline: false },
  startedAt: "2026-11-24T05:00:00Z",
  durationMs: 1,
};
const pipfile = '[packages]\ncore = "*"\n';
const kept: Partial<AdviceReport> = {
  lock: "unchanged",
  pins: [{ ...pin, version: "1.0", change: "kept" }],
};

function cause(type: TriggerCause["type"]): TriggerCause {
  const index_url = "https://index.example/simple";
  return { type, package_name: "core", package_version: "1.0", index_url };
}

/** A watched project with an old lock, and the advice on it. */
async function advised(watched: Partial<WatchedProject> = {}) {
  const project = temporaryFolder();
  const folder = join(temporaryFolder(), "run");
  writeFiles(project, { Pipfile: pipfile, "Pipfile.lock": "old" });
  const projects = openProjectRegistry(temporaryFolder());
  const plain = { runtime: null, dev: true, write: false, exec: null, addedAt: "2026-01-01" };
  await projects.add({ ...plain, directory: project, ...watched });
  const environment = { PATH: process.env["PATH"] };
  const services = { projects, environment, signal: new AbortController().signal };
  const advice: WatchedAdvice = {
    runId: "1f",
    folder,
    project,
    files: { manifest: join(project, "Pipfile"), lock: join(project, "Pipfile.lock") },
    causes: [cause("missing-version")],
    report,
    json: '{"lock":"dry-run"}\n',
    lockText: "new",
    pipfileText: pipfile,
    oldLockText: "old",
  };
  const leave = (changes: Partial<WatchedAdvice> = {}) =>
    leaveReport(services, { ...advice, ...changes });
  return { project, folder, leave };
}

test("report, lock and advice are left with the run, and the project is not touched", async () => {
  const { project, folder, leave } = await advised();

  expect(await leave()).toEqual({ lock: "dry-run", nothingToDo: false });
  expect(readFiles(folder)).toEqual({
    "Pipfile.lock": "new",
    "advice.json": '{"lock":"dry-run"}\n',
    "report.md": expect.stringMatching(/^# Update Pipfile\.lock: core 1\.0 → 2\.0\n/),
  });
  expect(readFiles(project)).toEqual({ Pipfile: pipfile, "Pipfile.lock": "old" });
});

test("with --write the lock is written into the project, too", async () => {
  const { project, leave } = await advised({ write: true });

  expect(await leave()).toEqual({ lock: "written", nothingToDo: false });
  expect(readFiles(project)["Pipfile.lock"]).toBe("new");
});

test.each([
  ["Pipfile", { Pipfile: "[packages]\n" }],
  ["lock", { "Pipfile.lock": "newer" }],
])("a %s that was changed meanwhile is not written over", async (_what, files) => {
  const { project, folder, leave } = await advised({ write: true });
  writeFiles(project, files);

  expect(await leave()).toMatchObject({
    lock: "not-written",
    problem: "the project changed meanwhile: its lock was left alone",
  });
  expect(readFiles(project)).toMatchObject(files);
  expect(readFiles(folder)["Pipfile.lock"]).toBe("new");
});

test("the command runs in the project, after the lock is there, and is told where all lies", async () => {
  const exec = "pwd; cat Pipfile.lock; env | grep ^THOTH_ | sort >&2";
  const { project, folder, leave } = await advised({ write: true, exec });

  expect(await leave()).toEqual({ lock: "written", nothingToDo: false });
  expect(readFiles(folder)["exec.log"]).toBe(
    [
      `${project}\nnewTHOTH_LOCK=${folder}/Pipfile.lock`,
      "THOTH_OUTCOME=locked",
      `THOTH_PROJECT=${project}`,
      `THOTH_REPORT=${folder}/report.md`,
      "THOTH_RUN=1f\n",
    ].join("\n"),
  );
});

test("without a stack there is a report and no lock", async () => {
  const { folder, leave } = await advised({ exec: 'echo "$THOTH_OUTCOME [$THOTH_LOCK]"' });
  const outcome = "incomplete" as const;
  const unknown = { ...report, outcome, lock: "not-written" as const, gaps: ["releases of core"] };

  expect(await leave({ report: unknown, lockText: undefined })).toEqual({
    lock: "not-written",
    nothingToDo: false,
  });
  expect(Object.keys(readFiles(folder))).toEqual(["advice.json", "exec.log", "report.md"]);
  expect(readFiles(folder)["exec.log"]).toBe("incomplete []\n");
});

test.each([
  ["echo no; exit 3", "the command of --exec ended with 3; see exec.log"],
  ["kill -9 $$", "the command of --exec was ended by SIGKILL; see exec.log"],
])("a command that fails is recorded: %s", async (exec, problem) => {
  const { leave } = await advised({ exec });

  expect(await leave()).toEqual({ lock: "dry-run", nothingToDo: false, problem });
});

test("a lock that is right as it is leaves nothing and tells nobody", async () => {
  const { project, folder, leave } = await advised({ write: true, exec: "touch told" });
  const right = { report: { ...report, ...kept }, lockText: "old" };

  expect(await leave(right)).toEqual({ lock: "unchanged", nothingToDo: true });
  expect(existsSync(folder)).toBe(false);
  expect(Object.keys(readFiles(project))).toEqual(["Pipfile", "Pipfile.lock"]);
});

test("a lock that stays at what an advisory names is told", async () => {
  const { folder, leave } = await advised();
  const same = { report: { ...report, ...kept }, lockText: "old", causes: [cause("advisory")] };

  expect(await leave(same)).toEqual({ lock: "unchanged", nothingToDo: false });
  expect(readFiles(folder)["report.md"]).toContain("nothing newer fits");
});

test("who dies after the lock was written hands over the report of then", async () => {
  const { folder, leave } = await advised({ write: true, exec: "exit 1" });
  await leave();
  const first = readFiles(folder)["report.md"];
  const again = { report: { ...report, ...kept }, lockText: "new", oldLockText: "new" };

  expect(await leave(again)).toMatchObject({
    lock: "written",
    problem: expect.stringContaining("ended with 1"),
  });
  expect(readFiles(folder)["report.md"]).toBe(first);
});

test("who dies while telling of a lock that stays wrote none", async () => {
  const { folder, leave } = await advised({ write: true });
  const json = '{"lock":"unchanged"}';
  const causes = [cause("advisory")];
  const same = { report: { ...report, ...kept }, lockText: "old", json, causes };
  await leave(same);

  expect(await leave(same)).toEqual({ lock: "unchanged", nothingToDo: false });
  expect(readFiles(folder)["report.md"]).toContain("nothing newer fits");
});
