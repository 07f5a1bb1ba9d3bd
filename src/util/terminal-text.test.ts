import { expect, test } from "vitest";
import { safeLines, safeText } from "./terminal-text.ts";

test.each([
  ["plain text stays", "flask 3.0.3 (naïve, 包)", "flask 3.0.3 (naïve, 包)"],
  ["colours", "\u001B[31mred\u001B[0m", "red"],
  ["cursor moves", "a\u001B[2J\u001B[1;1Hb", "ab"],
  ["eight-bit CSI", "a\u009B31mb", "ab"],
  ["a window title", "a\u001B]0;owned\u0007b", "ab"],
  ["a hyperlink", "\u001B]8;;http://evil.invalid\u001B\\click\u001B]8;;\u001B\\", "click"],
  ["a device control string", "a\u001BPq#0\u001B\\b", "ab"],
  ["an unfinished sequence", "a\u001B[", "a"],
  ["a lone escape", "a\u001B", "a"],
  ["a terminal reset", "a\u001Bcb", "ab"],
  ["bell, backspace, delete, null", "a\u0007\b\u007F\0b", "ab"],
  ["a return that would overwrite the line", "safe\revil", "safe evil"],
  ["line breaks of every kind", "a\nb\u2028c\u0085d", "a b c d"],
  ["bidirectional overrides", "a\u202Eb\u2066c\u200F", "abc"],
  ["zero-width characters and tags", "a\u200Bb\u{E0041}c\uFEFF", "abc"],
  ["half of a surrogate pair", "a\uD800b", "ab"],
  [
    "user and password of an address",
    "https://me:s3cret@index.example/simple",
    "https://index.example/simple",
  ],
  ["a password with an at sign", "https://me@corp:p@ss@index.example", "https://index.example"],
  ["a mail address is no credential", "mail me@corp.example", "mail me@corp.example"],
])("foreign text on one line: %s", (_what, foreign, expected) => {
  expect(safeText(foreign)).toBe(expected);
});

test("lines are kept apart, each made safe", () => {
  expect(safeLines("first\r\n\u001B[1msecond\u001B[0m\n\n")).toEqual(["first", "second"]);
});

test("hostile text of a megabyte takes one pass", () => {
  expect(safeText("\u001B]".repeat(500_000))).toBe("");
  expect(safeText("://".repeat(300_000))).toHaveLength(900_000);
  expect(safeText("\u001B[0".repeat(300_000))).toHaveLength(300_000);
});
