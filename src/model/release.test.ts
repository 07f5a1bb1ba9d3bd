import { expect, test } from "vitest";
import { indexUrl } from "./release.ts";

test.each([
  ["https://index.example/simple/", "https://index.example/simple"],
  ["https://user:secret@index.example/simple", "https://index.example/simple"],
  ["https://user:p@ss@index.example/simple", "https://index.example/simple"],
  ["https://index.example/simple?token=secret#x", "https://index.example/simple"],
  ["https://index.example/@team/simple", "https://index.example/@team/simple"],
])("%s is known as %s", (written, known) => {
  expect(indexUrl(written)).toBe(known);
});
