import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { WindowedFile } from "./windowed-file.ts";

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-window-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

function file(name: string, text: string): WindowedFile {
  writeFileSync(join(folder, name), text);
  const opened = WindowedFile.open(join(folder, name));
  if (opened === undefined) throw new Error("it was written just now");
  return opened;
}

const text = Array.from({ length: 9000 }, (_, at) => `line ${at} of it`).join("\n");

test("a text is found wherever it stands, also across the border of two windows", () => {
  const opened = file("long", text);
  for (let at = 0; at < 9000; at += 1) {
    const wanted = `\nline ${at} `;
    expect(opened.indexOf(wanted, 0)).toBe(text.indexOf(wanted));
  }
  opened.close();
});

test("from every place on, the next line end is found and the text before it read", () => {
  const opened = file("long", text);
  for (let from = 0; from < text.length; from += 7) {
    const end = opened.indexOf("\n", from);
    expect(end).toBe(text.indexOf("\n", from));
    if (end >= 0) expect(opened.slice(from, end)).toBe(text.slice(from, end));
  }
  opened.close();
});

test("files that are read in turn do not mix", () => {
  const long = file("long", text);
  const short = file("short", "line 8999 is short");
  expect(long.indexOf("line 8999", 0)).toBe(text.indexOf("line 8999"));
  expect(short.indexOf("of it", 0)).toBe(-1);
  expect(long.slice(0, 100_000)).toBe(text.slice(0, 100_000));
  expect(short.slice(5, 1000)).toBe("8999 is short");
  expect(short.slice(1000, 2000)).toBe("");
  for (const opened of [long, short]) opened.close();
});

test("a settled file answers for what it kept", () => {
  const opened = file("long", text);
  opened.settle(50_000);
  expect(opened.open).toBe(false);
  expect(opened.slice(49_000, 50_000)).toBe(text.slice(49_000, 50_000));
  expect(opened.indexOf("\nline 2000 ", 0)).toBe(text.indexOf("\nline 2000 "));
  expect(opened.indexOf("\nline 8000 ", 0)).toBe(-1);
});
