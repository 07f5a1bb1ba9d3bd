import { expect, test } from "vitest";
import { sourceMetadata, staticMetadata } from "./source-metadata.ts";

const project = (...lines: readonly string[]) =>
  staticMetadata(["[project]", ...lines].join("\n"), "pyproject.toml");

test("[project] that leaves nothing open says what a lock needs", () => {
  expect(
    project(
      'name = "Demo.Tool"',
      'version = "1.0"',
      'requires-python = ">=3.9"',
      'dependencies = ["flask>=2", "tomli; python_version < \'3.11\'"]',
      "[project.optional-dependencies]",
      'Fast_Path = ["orjson>=3", "uvloop; sys_platform == \'linux\'", "x @ https://files.example/x.zip"]',
    ),
  ).toEqual({
    name: "Demo.Tool",
    version: "1.0",
    requiresPython: ">=3.9",
    requires: [
      "flask>=2",
      "tomli; python_version < '3.11'",
      'orjson>=3; extra == "fast-path"',
      'uvloop; (sys_platform == "linux") and extra == "fast-path"',
      'x @ https://files.example/x.zip ; extra == "fast-path"',
    ],
    extras: ["fast-path"],
  });
});

test.each([
  ["the version", ['name = "demo"', 'dynamic = ["version"]']],
  ["the dependencies", ['name = "demo"', 'version = "1"', 'dynamic = ["dependencies"]']],
])("[project] that leaves %s to the build says nothing", (_what, lines) => {
  expect(project(...lines)).toBeUndefined();
});

test("what is dynamic but needed by no lock does not matter", () => {
  expect(project('name = "demo"', 'version = "1"', 'dynamic = ["readme"]')?.version).toBe("1");
});

test("without [project] the build must say", () => {
  expect(staticMetadata("[build-system]\nrequires = []\n", "pyproject.toml")).toBeUndefined();
});

test("METADATA says the same", () => {
  const text = [
    "Metadata-Version: 2.1",
    "Name: demo",
    "Version: 1.0",
    "Requires-Python: >=3.9",
    "Requires-Dist: flask>=2",
    "Provides-Extra: fast",
    "",
    "long text",
  ].join("\n");

  expect(sourceMetadata(text)).toEqual({
    name: "demo",
    version: "1.0",
    requires: ["flask>=2"],
    requiresPython: ">=3.9",
    extras: ["fast"],
  });
});
