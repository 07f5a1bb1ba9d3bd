import { rmSync } from "node:fs";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import type { TriggerCause } from "../model/message.ts";
import { indexUrl } from "../model/release.ts";
import type { WatchedProject } from "../model/watched-project.ts";
import { packageName } from "../python/name.ts";
import { openProjectRegistry, type ProjectRegistry } from "../store/project-registry.ts";
import { affectedTriggers, causeOf, missingPackage } from "./affected.ts";

const index = indexUrl("https://index.example/simple");

function lockOf(categories: Readonly<Record<string, unknown>>): string {
  return JSON.stringify({ _meta: {}, default: {}, develop: {}, ...categories });
}

/** A registry with one project of these files. */
async function watching(
  files: Readonly<Record<string, string>>,
  changes: Partial<WatchedProject> = {},
): Promise<{ readonly projects: ProjectRegistry; readonly directory: string }> {
  const directory = temporaryFolder();
  writeFiles(directory, { Pipfile: '[packages]\nflask = "*"\n', ...files });
  const projects = openProjectRegistry(temporaryFolder());
  const settings = { runtime: null, dev: true, write: false, exec: null, addedAt: "2026-01-01" };
  await projects.add({ ...settings, directory, ...changes });
  return { projects, directory };
}

function missing(text: string): TriggerCause {
  const [name = "", version = ""] = text.split("==");
  return causeOf("missing-version", { name: packageName(name), version, index });
}

function count(projects: ProjectRegistry, cause: TriggerCause): number {
  return affectedTriggers({ projects }, cause).length;
}

test("the trigger names project, runtime and cause, and no run", async () => {
  const lock = lockOf({ default: { flask: { version: "==3.0.3" } } });
  const { projects, directory } = await watching({ "Pipfile.lock": lock }, { runtime: "r" });

  expect(affectedTriggers({ projects }, missing("flask==3.0.3"))).toEqual([
    expect.objectContaining({
      type: "adviser_trigger",
      project: directory,
      re_run_adviser_id: null,
      runtime: "r",
      dev: true,
      justification: [
        {
          type: "missing-version",
          package_name: "flask",
          package_version: "3.0.3",
          index_url: index,
        },
      ],
    }),
  ]);
});

test.each([
  ["the locked release", "flask==3.0.3", 1],
  ["the same version, written otherwise", "flask==3.0.3.0", 1],
  ["another release", "flask==3.0.2", 0],
  ["another package", "six==3.0.3", 0],
  ["a development package", "pytest==8.0", 1],
  ["a package of another category", "sphinx==7.0", 1],
  ["a name that the lock has unnormalised", "zope-interface==6.0", 1],
  ["a package that is taken from git", "lib==1.0", 0],
  ["a package whose pin can't be read", "odd==1.0", 1],
])("%s", async (_what, release, triggers) => {
  const lock = lockOf({
    default: {
      flask: { version: "==3.0.3" },
      "Zope.Interface": { version: "===6.0" },
      odd: { version: "*" },
      lib: { git: "https://git.example/lib", ref: "abc" },
    },
    develop: { pytest: { version: "==8.0" } },
    docs: { sphinx: { version: "==7.0" } },
  });
  const { projects } = await watching({ "Pipfile.lock": lock });

  expect(count(projects, missing(release))).toBe(triggers);
});

test("a project that is watched without development packages is not advised for one", async () => {
  const lock = lockOf({ develop: { pytest: { version: "==8.0" } } });
  const { projects } = await watching({ "Pipfile.lock": lock }, { dev: false });

  expect(count(projects, missing("pytest==8.0"))).toBe(0);
});

test("a missing package concerns every version of it", async () => {
  const lock = lockOf({ default: { flask: { version: "==3.0.3" } } });
  const { projects } = await watching({ "Pipfile.lock": lock });

  expect(count(projects, missingPackage(packageName("flask"), index))).toBe(1);
  expect(count(projects, missingPackage(packageName("six"), index))).toBe(0);
});

test("without a lock, what the Pipfile names counts for a missing package only", async () => {
  const { projects } = await watching({});

  expect(count(projects, missingPackage(packageName("flask"), index))).toBe(1);
  expect(count(projects, missingPackage(packageName("six"), index))).toBe(0);
  expect(count(projects, missing("flask==3.0.3"))).toBe(0);
});

test.each([
  ["no JSON", "{"],
  ["a merge conflict", "<<<<<<< HEAD\n"],
])("a lock that is %s may hold anything", async (_what, text) => {
  const { projects } = await watching({ "Pipfile.lock": text });

  expect(count(projects, missing("six==1.0"))).toBe(1);
});

test("a lock that may not be read may hold anything", async () => {
  const { projects } = await watching({ "Pipfile.lock/file": "" });

  expect(count(projects, missing("six==1.0"))).toBe(1);
});

test("a lock is looked at as it is now", async () => {
  const lock = (version: string) => lockOf({ default: { flask: { version: `==${version}` } } });
  const { projects, directory } = await watching({ "Pipfile.lock": lock("3.0.3") });
  expect(count(projects, missing("flask==3.0.3"))).toBe(1);
  writeFiles(directory, { "Pipfile.lock": lock("3.0.4") });

  expect(count(projects, missing("flask==3.0.3"))).toBe(0);
  expect(count(projects, missing("flask==3.0.4"))).toBe(1);
});

test("a project that is gone is not advised", async () => {
  const lock = lockOf({ default: { flask: { version: "==3.0.3" } } });
  const { projects, directory } = await watching({ "Pipfile.lock": lock });
  rmSync(directory, { recursive: true });

  expect(count(projects, missing("flask==3.0.3"))).toBe(0);
});
