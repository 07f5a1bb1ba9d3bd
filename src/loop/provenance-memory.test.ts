import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { readSeen, remembered, type Sighting, writeSeen } from "./provenance-memory.ts";

const main = indexUrl("https://main.example/simple");
const extra = indexUrl("https://extra.example/simple");
const flask = packageName("flask");
const sighting: Sighting = {
  name: flask,
  version: "3.0",
  index: main,
  files: ["bb", "aa"],
  vouched: false,
};
const first = remembered(new Map(), [sighting]);

test("what was seen is read as it was written; a damaged file says nothing, not that all is new", () => {
  const path = join(temporaryFolder(), "seen.json");
  expect(readSeen(path)).toEqual(new Map());
  writeSeen(path, first);
  expect(readSeen(path)).toEqual(first);
  const text = readFileSync(path, "utf8");
  for (const damaged of [text.slice(0, 40), text.replace("files", "file"), "{}"]) {
    writeFileSync(path, damaged);
    expect(readSeen(path)).toBeUndefined();
  }
});

test.each<[string, Partial<Sighting>, object]>([
  ["other files of the same release", { files: ["cc"] }, { files: ["aa", "bb"] }],
  ["another release", { version: "3.1", files: ["cc"] }, { version: "3.1", files: ["cc"] }],
  ["another index", { index: extra, files: ["cc"] }, { index: main, files: ["aa", "bb"] }],
  [
    "another index that the user vouches for",
    { index: extra, files: ["cc"], vouched: true },
    { index: extra, files: ["cc"] },
  ],
])("after %s, this is remembered: %j", (_rule, now, expected) => {
  expect(remembered(first, [{ ...sighting, ...now }]).get(flask)).toMatchObject(expected);
});
