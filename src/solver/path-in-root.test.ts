import { mkdirSync, symlinkSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder, writeFiles } from "../../fixtures/folder.ts";
import { pathInRoot } from "./path-in-root.ts";

function system(links: Readonly<Record<string, string>>): string {
  const root = temporaryFolder();
  writeFiles(root, { "usr/bin/python3.9": "" });
  mkdirSync(join(root, "etc"));
  for (const [path, target] of Object.entries(links)) symlinkSync(target, join(root, path));
  return root;
}

test.each([
  ["a path without links", {}, "/usr/bin/python3.9", "usr/bin/python3.9"],
  ["a link beside it", { "usr/bin/python3": "python3.9" }, "/usr/bin/python3", "usr/bin/python3.9"],
  [
    "an absolute link, which starts at the root of the other system",
    { "etc/python": "/usr/bin/python3.9", "usr/bin/python": "/etc/python" },
    "/usr/bin/python",
    "usr/bin/python3.9",
  ],
  ["a link for a folder", { bin: "usr/bin" }, "/bin/python3.9", "usr/bin/python3.9"],
  ["more steps up than there are", {}, "/../../usr/bin/python3.9", "usr/bin/python3.9"],
  ["a link that wants to lead out", { "usr/bin/out": "../../../../etc" }, "/usr/bin/out", "etc"],
])("%s is followed inside the root", (_what, links, path, expected) => {
  const root = system(links);

  expect(pathInRoot(root, path)).toBe(join(root, expected));
});

test.each([
  ["nothing", {}, "/usr/bin/python2"],
  ["a link to nothing", { "usr/bin/python": "/nowhere" }, "/usr/bin/python"],
  ["links in a circle", { a: "b", b: "a" }, "/a"],
])("%s is nowhere", (_what, links, path) => {
  expect(pathInRoot(system(links), path)).toBeUndefined();
});
