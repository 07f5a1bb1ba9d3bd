import { expect, test } from "vitest";
import { ThothError } from "../util/errors.ts";
import { parsePyproject } from "./pyproject.ts";

/** What a group of [dependency-groups] comes to, or the first mistake. */
function group(name: string, table: string): readonly string[] | string {
  try {
    const { categories } = parsePyproject(`[dependency-groups]\n${table}\n`, "pyproject.toml");
    const found = categories.find((category) => category.name === `dependency-groups.${name}`);
    return (found?.entries ?? []).map(({ written }) => String(written));
  } catch (error) {
    if (error instanceof ThothError) return error.message;
    throw error;
  }
}

// The examples of PEP 735, in the order of its text
test.each([
  ["test", 'test = ["pytest", "coverage"]', ["pytest", "coverage"]],
  ["docs", 'docs = ["sphinx", "sphinx-rtd-theme"]', ["sphinx", "sphinx-rtd-theme"]],
  [
    "typing-test",
    'typing = ["mypy", "types-requests"]\ntyping-test = [{include-group = "typing"}, "useful-types"]',
    ["mypy", "types-requests", "useful-types"],
  ],
  [
    "all",
    'group-a = ["foo"]\ngroup-b = ["foo>1.0"]\ngroup-c = ["foo<1.0"]\nall = [{include-group = "group-a"}, {include-group = "group-b"}, {include-group = "group-c"}]',
    ["foo", "foo>1.0", "foo<1.0"],
  ],
  ["b", 'A_A = ["x"]\nb = [{include-group = "a-a"}]', ["x"]],
  ["none", "none = []", []],
  ["a", 'a = [{include-group = "b"}]\nb = [{include-group = "a"}]', /includes itself/],
  ["a", 'a = [{include-group = "b"}]', "there is no group `b`"],
  ["a", 'a = [{set-phasers-to = "stun"}]', /means nothing/],
  ["a", 'a = [{include-group = "b", other = "x"}]\nb = []', /means nothing/],
  ["a", 'a = "pytest"', /must be a list/],
  ["a", "foo-bar = []\nFoo_Bar = []", "`Foo_Bar` and `foo-bar` are one group"],
])("PEP 735: the group %s of %j", (name, table, expected) => {
  const found = group(name, table);
  if (expected instanceof RegExp) expect(found).toMatch(expected);
  else expect(found).toEqual(expected);
});
