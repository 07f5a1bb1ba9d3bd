import fc from "fast-check";
import { expect, test } from "vitest";
import { markdownBlock, markdownText } from "./markdown-text.ts";

test.each([
  ["a table's pipe", "a|b", "a&#124;b"],
  ["a backslash before a pipe", "a\\|b", "a&#92;&#124;b"],
  ["code", "`rm`", "&#96;rm&#96;"],
  [
    "emphasis",
    "**a** __b__ ~~c~~",
    "&#42;&#42;a&#42;&#42; &#95;&#95;b&#95;&#95; &#126;&#126;c&#126;&#126;",
  ],
  ["a link", "[a](b)", "&#91;a&#93;(b)"],
  ["an image", "![a](b)", "!&#91;a&#93;(b)"],
  ["HTML", "<img src=x>", "&#60;img src=x&#62;"],
  ["an entity", "&lt;", "&#38;lt;"],
  ["a mention", "by @team/all", "by @&#8203;team/all"],
  ["a closed issue", "Fixes #12 and GH-12", "Fixes #&#8203;12 and GH-&#8203;12"],
  ["a merge request", "see !12", "see !&#8203;12"],
  ["an epoch, which is none", "1!2.0", "1!2.0"],
  ["an address", "see https://evil.example/x", "see https:&#8203;//evil.example/x"],
  ["an address without a scheme", "www.evil.example", "www&#46;evil.example"],
  ["an emoji", ":tada:", ":&#8203;tada:"],
  ["a time, which is none", "09:00:37", "09:00:37"],
  ["a heading", "# no", "#&#8203; no"],
  ["a list", "- no", "&#45; no"],
  ["a name with low lines, which is none", "x86_64", "x86_64"],
  ["a numbered list", "12. no", "12&#46; no"],
  ["more lines", "a\n\n# b\r\nc", "a #&#8203; b c"],
  ["controls and turned writing", "a\u001b[31mb\u202ec\u0000", "abc"],
  ["credentials", "https://me:secret@host/x", "https:&#8203;//host/x"],
])("%s is text", (_what, foreign, expected) => {
  expect(markdownText(foreign)).toBe(expected);
});

test("a very long text is cut", () => {
  expect(markdownText("a".repeat(10_000))).toHaveLength(500);
});

test("nothing of a text stays that Markdown or HTML could take for markup", () => {
  const hostile = fc.string({ unit: fc.constantFrom(..."|a\\`*_<>&[]@#!:/-+=~1.w\n\r\tab") });
  fc.assert(
    fc.property(hostile, (text) => {
      const shown = markdownText(text);
      expect(shown).not.toMatch(
        /[|\\`*<>[\]~\n\r]|(?<!\w)_|_(?!\w)|&(?!#\d+;)|[@#](?!&#8203;)(?<!&#)|:\/\//,
      );
    }),
  );
});

test("a block can't be left by a fence of its own", () => {
  const lines = ["```", "# out", "````"];

  expect(markdownBlock(lines)).toBe("`````text\n```\n# out\n````\n`````");
});
