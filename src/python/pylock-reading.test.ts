import { expect, test } from "vitest";
import { ThothError } from "../util/errors.ts";
import { parsePylock } from "./pylock-reading.ts";

const digest = "a".repeat(64);

function read(text: string): unknown {
  try {
    return Object.fromEntries(
      [...parsePylock(text, "pylock.toml").categories].map(([name, entries]) => [
        name,
        Object.fromEntries(entries),
      ]),
    );
  } catch (error) {
    if (error instanceof ThothError) return `${error.place?.line}: ${error.message}`;
    throw error;
  }
}

const one = (lines: string) => `lock-version = "1.0"\n[[packages]]\nname = "A.b"\n${lines}\n`;

// What PEP 751 lets a lock say of a package, and what Thoth takes of it
test.each([
  [
    `version = "1.0"\nmarker = "'x' in extras and os_name == 'nt'"`,
    {
      default: {},
      "optional-dependencies.x": {
        "a-b": { version: "==1.0", markers: 'os_name == "nt"', hashes: [], files: [] },
      },
    },
  ],
  [
    `version = "1.0"\nmarker = "'d' in dependency_groups or 'x' in extras"`,
    {
      default: {},
      "dependency-groups.d": { "a-b": { version: "==1.0", hashes: [], files: [] } },
      "optional-dependencies.x": { "a-b": { version: "==1.0", hashes: [], files: [] } },
    },
  ],
  [
    `version = "1.0"\nwheels = [{url = "https://f.test/a%2Bb-1.0-py3-none-any.whl", hashes = {sha256 = "${digest}"}}]`,
    {
      default: {
        "a-b": {
          version: "==1.0",
          hashes: [`sha256:${digest}`],
          files: [
            {
              filename: "a+b-1.0-py3-none-any.whl",
              sha256: digest,
              url: "https://f.test/a%2Bb-1.0-py3-none-any.whl",
            },
          ],
        },
      },
    },
  ],
  [
    'vcs = {type = "git", url = "https://g.test/a.git", commit-id = "c0ffee", subdirectory = "s"}',
    { default: { "a-b": { git: "https://g.test/a.git", ref: "c0ffee", subdirectory: "s" } } },
  ],
  [
    'directory = {path = "./here", editable = true}',
    { default: { "a-b": { path: "./here", editable: true } } },
  ],
  [
    `archive = {url = "https://f.test/a.zip", hashes = {sha256 = "${digest}"}}`,
    { default: { "a-b": { file: "https://f.test/a.zip", hashes: [`sha256:${digest}`] } } },
  ],
])("PEP 751: a package with %j", (lines, expected) => {
  expect(read(one(lines))).toEqual(expected);
});

test.each([
  ['lock-version = "2.0"\n', "1: the lock is of no version 1.x of PEP 751"],
  ["packages = []\n", "1: the lock is of no version 1.x of PEP 751"],
  ['lock-version = "1.0"\npackages = 3\n', "2: `packages` must be a list of tables"],
  ['lock-version = "1.0"\n[[packages]]\nversion = "1"\n', /a package without a `name`/],
  ['lock-version = "1.1"\n', { default: {} }],
])("PEP 751: the lock %j", (text, expected) => {
  const found = read(text);
  if (expected instanceof RegExp) expect(found).toMatch(expected);
  else expect(found).toEqual(expected);
});
