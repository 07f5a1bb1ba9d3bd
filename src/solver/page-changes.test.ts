import { expect, test } from "vitest";
import type { IndexPage } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import type { StoredPage } from "../store/stored-page.ts";
import { pageChanges, takesAway } from "./page-changes.ts";

const name = packageName("web");
const index = indexUrl("https://index.example/simple");

test("a package that is seen for the first time changes nothing", () => {
  expect(pageChanges(undefined, page({ "1.0": ["a"] }))).toBeUndefined();
  expect(pageChanges(known({}), page({ "1.0": ["a"] }))).toBeUndefined();
});

test("the same page changes nothing, in whatever order its files stand", () => {
  const before = known({ "2.0": ["a", "b"], "1.0": ["c"] });
  expect(pageChanges(before, page({ "2.0": ["b", "a"], "1.0": ["c"] }))).toBeUndefined();
});

test("releases come and vanish", () => {
  const before = known({ "2.0": ["b"], "1.0": ["a"] });
  expect(pageChanges(before, page({ "3.0": ["c"], "1.0": ["a"] }))).toEqual({
    name,
    index,
    released: ["3.0"],
    returned: [],
    vanished: ["2.0"],
    packageVanished: false,
    files: [],
  });
});

test.each(["absent", page({})] as const)("a package vanishes with all its releases", (now) => {
  const before = known({ "2.0": ["b"], "1.0": ["a"] });
  expect(pageChanges(before, now)).toMatchObject({
    packageVanished: true,
    vanished: ["2.0", "1.0"],
    released: [],
  });
});

test("what had vanished and is listed again is a release again, and does not vanish twice", () => {
  const store = storeOf({ "2.0": ["b"], "1.0": ["a"] });
  store.putVanished({ name, version: "2.0", index }, "2026-01-01");
  expect(pageChanges(store.page(name, index), page({ "1.0": ["a"] }))).toBeUndefined();
  expect(pageChanges(store.page(name, index), page({ "2.0": ["b"], "1.0": ["a"] }))).toMatchObject({
    released: ["2.0"],
    returned: [{ version: "2.0", gone: [], come: [file("b")] }],
    vanished: [],
  });
});

test("a release that stays may lose files and get others", () => {
  const before = known({ "2.0": ["b"], "1.0": ["a", "c"] });
  const now = page({ "2.0": ["b", "d"], "1.0": ["e", "a"] });
  expect(pageChanges(before, now)).toMatchObject({
    released: [],
    vanished: [],
    files: [
      { version: "2.0", gone: [], come: [file("d")] },
      { version: "1.0", gone: [file("c")], come: [file("e")] },
    ],
  });
});

test("a file of the same name with another hash is gone and come", () => {
  const before = known({ "1.0": ["a"] });
  const replaced = { ...page({ "1.0": ["a"] }) };
  const releases = replaced.releases.map((release) => ({
    ...release,
    files: release.files.map((one) => ({ ...one, sha256: "9".repeat(64) })),
  }));
  expect(pageChanges(before, { releases })?.files).toEqual([
    {
      version: "1.0",
      gone: [file("a")],
      come: [{ filename: "web-a.whl", sha256: "9".repeat(64) }],
    },
  ]);
});

test("files without hashes can't be told apart", () => {
  const before = known({ "1.0": ["a"] }, "no hashes");
  expect(pageChanges(before, page({ "1.0": ["b"] }, "no hashes"))).toBeUndefined();
  expect(pageChanges(before, page({ "1.0": ["a"] }))).toBeUndefined();
  expect(pageChanges(known({ "1.0": ["a"] }), page({ "1.0": ["a"] }, "no hashes"))).toBeUndefined();
});

test.each([
  ["a release that is missing", { "1.0": ["a", "c"] }, true],
  ["a file that is missing", { "2.0": ["b"], "1.0": ["a"] }, true],
  ["what only comes", { "3.0": ["d"], "2.0": ["b", "e"], "1.0": ["a", "c"] }, false],
])("an answer is doubtful for %s: %o", (_, now, doubtful) => {
  const before = known({ "2.0": ["b"], "1.0": ["a", "c"] });
  const changes = pageChanges(before, page(now));
  expect(changes !== undefined && takesAway(changes)).toBe(doubtful);
});

type Releases = Readonly<Record<string, readonly string[]>>;

function known(releases: Releases, hashes?: "no hashes"): StoredPage | undefined {
  return storeOf(releases, hashes).page(name, index);
}

function storeOf(releases: Releases, hashes?: "no hashes"): MemoryStore {
  const store = new MemoryStore();
  store.putPage(page(releases, hashes));
  return store;
}

/** Each file is named by the letter that its hash is made of. */
function page(releases: Releases, hashes?: "no hashes"): IndexPage {
  return {
    name,
    index,
    checkedAt: 1,
    validators: {},
    releases: Object.entries(releases).map(([version, letters]) => ({
      version,
      files: letters.map((letter) => ({
        filename: `web-${letter}.whl`,
        url: `https://files.example/web-${letter}.whl`,
        ...(hashes === undefined ? { sha256: letter.repeat(64) } : {}),
      })),
    })),
  };
}

function file(letter: string) {
  return { filename: `web-${letter}.whl`, sha256: letter.repeat(64) };
}
