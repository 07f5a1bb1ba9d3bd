import { expect, test } from "vitest";
import { didYouMean } from "./did-you-mean.ts";

const sections = ["packages", "dev-packages", "requires", "source", "pipenv"];

test.each([
  ["package", "packages"],
  ["pacakges", "packages"],
  ["Packages", "packages"],
  ["dev_packages", "dev-packages"],
  ["sources", "source"],
  ["require", "requires"],
  ["docs", undefined],
  ["", undefined],
  ["x".repeat(10_000), undefined],
])("%s is near %s", (word, expected) => {
  expect(didYouMean(word, sections)).toBe(expected);
});

test("short words must be nearer than long ones", () => {
  expect(didYouMean("al", ["all", "none"])).toBe("all");
  expect(didYouMean("one", ["all", "none"])).toBe("none");
  expect(didYouMean("any", ["all", "none"])).toBeUndefined();
});

const pipfileSections = ["packages", "dev-packages", "requires", "pipenv"];

test.each([
  ["package", "packages"],
  ["pakcages", "packages"],
  ["Packages", "packages"],
  ["dev_packages", "dev-packages"],
  ["requries", "requires"],
  ["pipnev", "pipenv"],
])("`%s` most likely means `%s`", (word, meant) => {
  expect(didYouMean(word, pipfileSections)).toBe(meant);
});

test.each(["docs", "tests", "typing-dev", "pack", ""])("`%s` is a word of its own", (word) => {
  expect(didYouMean(word, pipfileSections)).toBeUndefined();
});

test("in a short word one slip is all", () => {
  expect(didYouMean("gti", ["git"])).toBe("git");
  expect(didYouMean("gxx", ["git"])).toBeUndefined();
});
