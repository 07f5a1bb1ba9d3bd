import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { IndexPage, MetadataFact } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { openJsonStore } from "./json-store.ts";
import { examplePage } from "./store-example.ts";
import { StorePaths } from "./store-paths.ts";
import { storeSuite } from "./store-suite.ts";

storeSuite("knowledge in JSON files", () => {
  const folder = mkdtempSync(join(tmpdir(), "thoth-store-"));
  return {
    store: openJsonStore(folder),
    reopen: () => openJsonStore(folder, { readOnly: true }),
    remove: () => rmSync(folder, { recursive: true }),
  };
});

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");
const files = (version: string) =>
  [`flask-${version}-py3-none-any.whl`].map((filename) => ({
    filename,
    sha256: "a".repeat(64),
    url: `https://files.example/${filename}`,
  }));
const metadata: MetadataFact = {
  state: "known",
  requires: ["werkzeug"],
  extras: [],
  via: "range",
  observedAt: "2026-01-02T03:04:05Z",
};

let folder: string;
let releases: string;
let facts: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-store-"));
  const packageFolder = new StorePaths(folder).package(flask, index);
  releases = join(packageFolder, "releases.json");
  facts = join(packageFolder, "metadata.json");
});
afterEach(() => {
  chmodSync(folder, 0o755);
  rmSync(folder, { recursive: true });
});

/** A store with a page of many releases, newest 1.<count-1>, and metadata of each. */
async function bigStore(count: number): Promise<void> {
  const store = openJsonStore(folder);
  const versions = Array.from({ length: count }, (_, at) => `1.${count - 1 - at}`);
  const page: IndexPage = {
    ...examplePage(1_700_000_000_000),
    releases: versions.map((version) => ({ version, files: files(version) })),
  };
  store.putPage(page);
  for (const version of versions) {
    store.putMetadata(
      { name: flask, version, index },
      `flask-${version}-py3-none-any.whl`,
      metadata,
    );
  }
  await store.flush();
  await store.close();
}

const wheel = (version: string) => `flask-${version}-py3-none-any.whl`;
const release = (version: string) => ({ name: flask, version, index });

test("each index has a folder of its own with a readable name", () => {
  expect(releases).toMatch(
    /packages\/index-example-simple-[0-9a-f]{16}\/fl\/flask\/releases.json$/,
  );
});

test("each file is one JSON document in lines", async () => {
  await bigStore(2);
  const text = readFileSync(releases, "utf8");
  expect(text.split("\n")).toHaveLength(8);
  expect(JSON.parse(text)).toMatchObject({
    schema: "1.0.0",
    bytes: text.length,
    count: 2,
    name: "flask",
    index,
    releases: [{ version: "1.1", files: [wheel("1.1")] }, { version: "1.0" }],
    details: [{ version: "1.1" }, { version: "1.0" }],
  });
  expect(JSON.parse(readFileSync(facts, "utf8"))).toMatchObject({
    kind: "metadata",
    facts: [
      ["1.1", wheel("1.1"), metadata],
      ["1.0", wheel("1.0"), metadata],
    ],
  });
  expect(readdirSync(folder)).toEqual(["packages", "store.json", "tmp"]);
  expect(readdirSync(join(folder, "tmp"))).toEqual([]);
});

test("old releases of a long list are found too", async () => {
  await bigStore(3000);
  const store = openJsonStore(folder);
  const list = store.releases(flask, index);
  expect([list?.version(0), list?.version(2999)]).toEqual(["1.2999", "1.0"]);
  expect(list?.release(1500)).toEqual({
    version: "1.1499",
    files: [{ filename: wheel("1.1499") }],
  });
  expect(store.details(release("1.3"))).toEqual(files("1.3"));
  expect(store.metadata(release("1.0"), wheel("1.0"))).toEqual(metadata);
  expect(store.metadata(release("1.0"), wheel("1.1"))).toBeUndefined();
  await store.close();
});

test("a list stays as it was when another process replaces the file", async () => {
  await bigStore(3000);
  const store = openJsonStore(folder);
  const list = store.releases(flask, index);
  const other = openJsonStore(folder);
  other.putPage({
    ...examplePage(1_800_000_000_000),
    releases: [{ version: "2.0", files: files("2.0") }],
  });
  await other.flush();
  expect(list?.count).toBe(3000);
  expect(list?.version(2999)).toBe("1.0");
  expect(store.details(release("1.7"))).toEqual(files("1.7"));
  await store.close();
  expect(openJsonStore(folder).releases(flask, index)?.count).toBe(3001);
});

test("a page that another process wrote first is known after the flush all the same", async () => {
  const store = openJsonStore(folder);
  expect(store.releases(flask, index)).toBeUndefined();
  const other = openJsonStore(folder);
  other.putPage(examplePage(1_700_000_000_000));
  await other.flush();

  store.putPage(examplePage(1_700_000_000_001));
  await store.flush();

  expect(store.releases(flask, index)?.checkedAt).toBe(1_700_000_000_001);
});

test("files that were edited by hand are read as they are", async () => {
  await bigStore(3);
  const page = JSON.parse(readFileSync(releases, "utf8"));
  page.releases.splice(1, 1);
  page.releases[0].python = ">=3.9 — sic";
  writeFileSync(releases, JSON.stringify(page, undefined, 2));
  writeFileSync(
    facts,
    readFileSync(facts, "utf8").replaceAll('"werkzeug"', '"werkzeug>=3", "jinja2"'),
  );

  const store = openJsonStore(folder);
  const list = store.releases(flask, index);
  expect(list?.count).toBe(2);
  expect(list?.release(0)).toEqual({
    version: "1.2",
    files: [{ filename: wheel("1.2"), requiresPython: ">=3.9 — sic" }],
  });
  expect(list?.version(1)).toBe("1.0");
  expect(store.details(release("1.0"))).toEqual(files("1.0"));
  expect(store.metadata(release("1.1"), wheel("1.1"))).toMatchObject({
    requires: ["werkzeug>=3", "jinja2"],
  });
  expect(store.damaged()).toEqual([]);
  await store.close();
});

test.each([
  ["cut short", (text: string) => text.slice(0, text.length / 2)],
  ["empty", () => ""],
  ["no JSON", () => "\u0000\u0001\u0002"],
  ["JSON of another kind", () => '{"schema":"1.0.0","releases":7,"facts":7}'],
])("a file that is %s is set aside, reported and unknown; the rest works", async (_, damage) => {
  await bigStore(200);
  writeFileSync(releases, damage(readFileSync(releases, "utf8")));
  writeFileSync(facts, damage(readFileSync(facts, "utf8")));

  expect(await openJsonStore(folder).verify()).toHaveLength(2);
  const store = openJsonStore(folder);
  expect(store.releases(flask, index)).toBeUndefined();
  expect(store.details(release("1.1"))).toBeUndefined();
  expect(store.metadata(release("1.1"), wheel("1.1"))).toBeUndefined();
  expect(store.damaged().map(({ file }) => file)).toEqual([releases, facts]);
  expect(readdirSync(join(folder, "corrupt"))).toHaveLength(2);

  store.putMetadata(release("1.1"), wheel("1.1"), metadata);
  await store.flush();
  expect(store.metadata(release("1.1"), wheel("1.1"))).toEqual(metadata);
  expect(await store.verify()).toEqual([]);
  await store.close();
});

test("damage in the middle of a list is an error that says so, and unknown from then on", async () => {
  await bigStore(3000);
  const text = readFileSync(releases, "utf8");
  writeFileSync(releases, text.replace('{"version":"1.10","at"', '{"version":"1.10";"at"'));
  const store = openJsonStore(folder);
  const list = store.releases(flask, index);
  expect(list?.version(0)).toBe("1.2999");
  expect(() => list?.release(2989)).toThrow(/releases.json` is damaged/);
  expect(store.releases(flask, index)).toBeUndefined();
  expect(store.damaged()).toHaveLength(1);
  await store.close();
});

test("a file of another package in a package's place is no answer about it", async () => {
  await bigStore(1);
  const text = readFileSync(releases, "utf8").replace('"name":"flask"', '"name":"flusk"');
  writeFileSync(releases, text);
  const store = openJsonStore(folder);
  expect(store.releases(flask, index)).toBeUndefined();
  expect(store.damaged()).toEqual([
    { file: releases, reason: `it speaks of \`flusk\` from ${index}` },
  ]);
});

test("what a newer Thoth wrote is refused, not damaged", async () => {
  await bigStore(1);
  for (const file of [releases, facts, join(folder, "store.json")]) {
    writeFileSync(file, readFileSync(file, "utf8").replace("1.0.0", "2.0.0"));
  }
  const store = openJsonStore(folder);
  const newer = expect.objectContaining({
    code: "store-damaged",
    hint: expect.stringContaining("use that Thoth"),
  });
  expect(() => store.releases(flask, index)).toThrow(newer);
  expect(() => store.metadata(release("1.0"), wheel("1.0"))).toThrow(newer);
  expect(() => store.revision()).toThrow(newer);
  store.putPage(examplePage(2, "9.9"));
  await expect(store.flush()).rejects.toThrow(newer);
  expect(store.damaged()).toEqual([]);
});

test("a store opened for reading writes nothing", async () => {
  const store = openJsonStore(join(folder, "absent"), { readOnly: true });
  expect(store.revision()).toBe("0");
  store.putPage(examplePage(1, "3.0.3"));
  expect(store.releases(flask, index)?.count).toBe(1);
  await expect(store.flush()).rejects.toMatchObject({ code: "store-unwritable" });
  expect(readdirSync(folder)).toEqual([]);
});

test("a file where the store's folder should be is an error of the user's", async () => {
  writeFileSync(join(folder, "file"), "");
  const store = openJsonStore(join(folder, "file"));
  store.putPage({ ...examplePage(1, "3.0.3"), name: packageName("new") });
  await expect(store.flush()).rejects.toMatchObject({ code: "store-unwritable" });
});

test.runIf(process.getuid?.() !== 0)("a folder that may not be written is one too", async () => {
  chmodSync(folder, 0o500);
  const store = openJsonStore(folder);
  store.putPage(examplePage(1, "3.0.3"));
  await expect(store.flush()).rejects.toMatchObject({ code: "store-unwritable" });
  expect(store.releases(flask, index)?.count).toBe(1);
});

test("a package name that is not normalised never becomes a path", () => {
  const store = openJsonStore(folder);
  expect(() => store.releases(packageName("../../etc"), index)).toThrow(
    "not a normalised package name",
  );
});

test("more packages than a process may open files", async () => {
  await bigStore(1);
  const names = Array.from({ length: 600 }, (_, at) => packageName(`package-${at}`));
  const store = openJsonStore(folder);
  const versions = Array.from({ length: 300 }, (_, at) => `1.${299 - at}`);
  const bigReleases = versions.map((version) => ({ version, files: files(version) }));
  for (const name of names) store.putPage({ ...examplePage(1), name, releases: bigReleases });
  await store.flush();
  const lists = names.map((name) => store.releases(name, index));
  expect(readdirSync("/proc/self/fd").length).toBeLessThan(460);
  expect(lists.map((list) => list?.version(299))).toEqual(names.map(() => "1.0"));
  expect(names.map((name) => store.details({ name, version: "1.0", index })?.length)).toEqual(
    names.map(() => 1),
  );
  await store.close();
});
