import { expect, test } from "vitest";
import { exportWarnings } from "./export-warnings.ts";
import type { LockEntry } from "./pipfile-lock.ts";

const entries = new Map<string, LockEntry>([
  ["listed", { version: "==1", hashes: ["sha256:00"] }],
  ["cloned", { git: "https://git.example/cloned.git", ref: "0".repeat(40) }],
  ["floating", { git: "https://git.example/floating.git" }],
  ["own", { path: "./own", editable: true }],
  ["archive", { file: "https://files.example/archive.zip" }],
  ["hashed", { file: "https://files.example/hashed.zip", hashes: ["sha256:00"] }],
]);

test("a hashed requirements file holds nothing without a hash", () => {
  expect(exportWarnings(entries, "requirements")).toEqual([
    "cloned comes from git and has no hash, so pip refuses the file",
    "floating comes from git and has no hash, so pip refuses the file",
    "own comes from a path and has no hash, so pip refuses the file",
    "archive comes from an address and has no hash, so pip refuses the file",
  ]);
});

test("a pylock.toml wants a commit for git and a hash for an archive", () => {
  expect(exportWarnings(entries, "pylock")).toEqual([
    "floating comes from git and has no commit, which PEP 751 asks for",
    "archive comes from an address and has no hash, which PEP 751 asks for",
  ]);
});
