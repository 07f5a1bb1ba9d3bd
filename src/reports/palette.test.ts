import { expect, test } from "vitest";
import { palette, wantsColor } from "./palette.ts";

test.each([
  ["a terminal", "auto", {}, true, true],
  ["a file", "auto", {}, false, false],
  ["a dumb terminal", "auto", { TERM: "dumb" }, true, false],
  ["NO_COLOR on a terminal", "auto", { NO_COLOR: "1" }, true, false],
  ["an empty NO_COLOR counts as unset", "auto", { NO_COLOR: "" }, true, true],
  ["FORCE_COLOR into a file", "auto", { FORCE_COLOR: "1" }, false, true],
  ["FORCE_COLOR=0", "auto", { FORCE_COLOR: "0" }, true, false],
  ["NO_COLOR beats FORCE_COLOR", "auto", { NO_COLOR: "1", FORCE_COLOR: "1" }, true, false],
  ["--color always beats NO_COLOR", "always", { NO_COLOR: "1" }, false, true],
  ["--color never beats FORCE_COLOR", "never", { FORCE_COLOR: "1" }, true, false],
] as const)("colour: %s", (_what, choice, environment, isTty, expected) => {
  expect(wantsColor({ choice, environment, isTty })).toBe(expected);
});

test("without colour a palette changes nothing", () => {
  expect(palette(false).error("text")).toBe("text");
  expect(palette(true).error("text")).toBe("\u001B[31mtext\u001B[39m");
});
