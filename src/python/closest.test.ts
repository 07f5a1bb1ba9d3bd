import { expect, test } from "vitest";
import { closest } from "./closest.ts";

const sections = ["packages", "dev-packages", "requires", "pipenv"];

test.each([
  ["package", "packages"],
  ["pakcages", "packages"],
  ["Packages", "packages"],
  ["dev_packages", "dev-packages"],
  ["requries", "requires"],
  ["pipnev", "pipenv"],
])("`%s` most likely means `%s`", (word, meant) => {
  expect(closest(word, sections)).toBe(meant);
});

test.each(["docs", "tests", "typing-dev", "pack", ""])("`%s` is a word of its own", (word) => {
  expect(closest(word, sections)).toBeUndefined();
});

test("in a short word one slip is all", () => {
  expect(closest("gti", ["git"])).toBe("git");
  expect(closest("gxx", ["git"])).toBeUndefined();
});
