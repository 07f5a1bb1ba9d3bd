import { expect, test } from "vitest";
import { ThothError } from "../util/errors.ts";
import { parsePyproject } from "./pyproject.ts";

function lines(text: string): Readonly<Record<string, readonly string[]>> {
  const { categories } = parsePyproject(text, "pyproject.toml");
  return Object.fromEntries(
    categories.map(({ name, entries }) => [
      name,
      entries.map((entry) => `${entry.name} ${entry.place.line}:${entry.place.column}`),
    ]),
  );
}

function problems(text: string): readonly string[] {
  try {
    parsePyproject(text, "pyproject.toml");
    return [];
  } catch (error) {
    if (!(error instanceof ThothError)) throw error;
    return [error, ...error.others].map(
      ({ message, place }) => `${place?.line}:${place?.column} ${message}`,
    );
  }
}

test("dependencies, extras and groups (PEP 621, PEP 735) are categories, includes and own extras followed", () => {
  expect(
    lines(`[project]
name = "My.App"
requires-python = ">=3.9"
dependencies = ["flask>=2",
  "rich"]
[project.optional-dependencies]
docs = ["sphinx"]
all = ["my-app[docs]", 'x']
[dependency-groups]
coverage = ["coverage[toml]"]
Test_Runner = ["pytest", {include-group = "coverage"}]
dev = [{include-group = "test-runner"}]
`),
  ).toEqual({
    packages: ["flask 4:17", "rich 5:3"],
    "dev-packages": [],
    "optional-dependencies.docs": ["sphinx 7:9"],
    "optional-dependencies.all": ["sphinx 7:9", "x 8:24"],
    "dependency-groups.coverage": ["coverage 10:13"],
    "dependency-groups.Test_Runner": ["pytest 11:16", "coverage 10:13"],
    "dependency-groups.dev": ["pytest 11:16", "coverage 10:13"],
  });
});

test("what can't be read is told with its place", () => {
  expect(problems("[tool.poetry.dependencies]\nflask = '*'\n")[0]).toMatch(/tool\.poetry/);
  expect(problems("[tool.x]\n")).toEqual(["1:1 neither [project] nor [dependency-groups]"]);
  expect(problems('[project]\ndynamic = ["dependencies"]\n')).toEqual([
    "2:1 `dependencies` are dynamic: they come out of a build, not out of this file",
  ]);
  expect(
    problems(`[project]
requires-python = "3.x"
dependencies = ["flask>2;", 3]
[dependency-groups]
a = [{include-group = "b"}]
b = [{include-group = "a"}]
c = [{include-group = "typo"}, {set-phasers-to = "stun"}]
A = []
`),
  ).toEqual([
    "2:19 `requires-python` must be a version specifier, not `3.x`",
    "3:16 `dependencies` must hold texts, not a number",
    expect.stringMatching(/^3:25 `flask>2;` is no requirement/),
    "5:7 the group `b` includes itself: b -> a -> b",
    "6:7 the group `a` includes itself: a -> b -> a",
    "7:1 the group `c` holds a table that means nothing",
    "7:7 there is no group `typo`",
    "8:1 `A` and `a` are one group",
  ]);
});
