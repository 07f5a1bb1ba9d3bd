import {
  appendFileSync,
  readdirSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { type ExampleRecord, osvRecord } from "../../fixtures/advisories.ts";
import { temporaryFolder } from "../../fixtures/folder.ts";
import { AdvisoryCollector } from "../advisory/database.ts";
import { packageName } from "../python/name.ts";
import {
  confirmAdvisories,
  importAdvisories,
  noteTold,
  untoldReleases,
} from "./advisory-import.ts";
import { damagedRecords } from "./damaged-records.ts";
import { openJsonStore } from "./json-store.ts";

const core = packageName("core");
const first = { id: "PYSEC-2026-1", events: ["introduced 0", "fixed 2.0"] };
const second = { id: "PYSEC-2026-2", events: ["introduced 1.0"] };

interface Imported {
  readonly now?: number;
  readonly fileSha256?: string;
  readonly damaged?: readonly string[];
  readonly untold?: readonly { readonly name: string; readonly version: string }[];
}

function put(store: string, records: readonly ExampleRecord[], told: Imported = {}) {
  const collector = new AdvisoryCollector();
  for (const record of records) collector.add(`${record.id}.json`, osvRecord(record), "");
  for (const name of told.damaged ?? []) collector.setAside(name, "it is no object", "[");
  const { now = Date.UTC(2026, 5, 1), untold = [], fileSha256 } = told;
  const collection = collector.collected(Date.now());
  return importAdvisories({ store, collection, source: "all.zip", now, untold, fileSha256 });
}

function ids(store: ReturnType<typeof openJsonStore>, version = "1.0", name = core) {
  return store.advisories(name, version)?.map(({ id }) => id);
}

test("without a database nobody knows; with one, what it does not name has nothing against it", async () => {
  const folder = join(temporaryFolder(), "store");
  const store = openJsonStore(folder);
  expect([ids(store), store.advisoryDatabase()]).toEqual([undefined, undefined]);

  await put(folder, [first]);
  store.catchUp();

  expect([ids(store), ids(store, "2.0"), ids(store, "1.0", packageName("other"))]).toEqual([
    ["PYSEC-2026-1"],
    [],
    [],
  ]);
  expect(ids(store, "1.0", packageName("constructor"))).toEqual([]);
  expect(store.advisoryDatabase()).toMatchObject({ records: 1, packages: 1, quarantined: 0 });
  expect(await store.verify()).toEqual([]);
});

test("who has read an earlier database goes on with it until told to catch up", async () => {
  const folder = temporaryFolder();
  await put(folder, [first]);
  const store = openJsonStore(folder);
  expect(ids(store)).toEqual(["PYSEC-2026-1"]);
  const before = store.revision();

  await put(folder, [second, { ...first, name: "other" }]);
  expect(ids(store, "1.0", packageName("other"))).toEqual([]);
  store.catchUp();

  expect(ids(store)).toEqual(["PYSEC-2026-2"]);
  expect(ids(store, "1.0", packageName("other"))).toEqual(["PYSEC-2026-1"]);
  expect(store.revision()).not.toBe(before);
  expect(readdirSync(join(folder, "advisories"))).toHaveLength(2);
});

test("the same records again are confirmed, which is no new state of knowledge", async () => {
  const folder = temporaryFolder();
  await put(folder, [first, second]);
  const before = openJsonStore(folder).revision();

  const again = await put(folder, [second, first], { now: Date.UTC(2026, 5, 9) });

  const store = openJsonStore(folder);
  expect(again.changed).toBe(false);
  expect(store.revision()).toBe(before);
  expect(store.advisoryDatabase()?.importedAt).toBe("2026-06-09T00:00:00.000Z");
});

test("the same file again is confirmed by its sha256, unless what it brought is damaged", async () => {
  const store = temporaryFolder();
  const again = (fileSha256: string) =>
    confirmAdvisories({ store, source: "new.zip", now: Date.UTC(2026, 5, 9), fileSha256 });
  expect(await again("a")).toBeUndefined();
  await put(store, [first], { fileSha256: "a" });

  expect(await again("b")).toBeUndefined();
  expect(await again("a")).toMatchObject({ importedAt: "2026-06-09T00:00:00.000Z" });
  expect(openJsonStore(store).advisoryDatabase()).toMatchObject({ records: 1, source: "new.zip" });

  appendFileSync(recordsIn(join(store, "advisories")), "{}\n");
  expect(await again("a")).toBeUndefined();
});

test("what could not be read is kept with its reason, and counted", async () => {
  const folder = temporaryFolder();

  await put(folder, [first], { damaged: ["b.json", "a.json"] });

  expect(openJsonStore(folder).advisoryDatabase()?.quarantined).toBe(2);
  expect(damagedRecords(join(folder, "advisories"))).toEqual([
    { name: "a.json", reason: "it is no object" },
    { name: "b.json", reason: "it is no object" },
  ]);
});

test("malware is known by the sha256 of its file, whatever it calls itself", async () => {
  const sha256 = "a1".repeat(32);
  const folder = temporaryFolder();
  await put(folder, [
    { id: "MAL-2026-1", more: { database_specific: { files: [{ sha256 }] } } },
    first,
  ]);

  const store = openJsonStore(folder);

  expect(store.malware(sha256.toUpperCase())).toMatchObject({ id: "MAL-2026-1", kind: "malware" });
  expect(store.malware("b".repeat(64))).toBeUndefined();
});

test("releases that nobody was told of wait, over later imports, until they are struck off", async () => {
  const folder = temporaryFolder();
  const [one, other] = ["1.0", "2.0"].map((version) => ({ name: "core", version }));
  if (one === undefined || other === undefined) throw new Error("two");

  await put(folder, [first], { untold: [one] });
  await put(folder, [first], { untold: [one, other] });
  expect(untoldReleases(folder)).toEqual([one, other]);

  await noteTold(folder, [one]);
  expect(untoldReleases(folder)).toEqual([other]);
});

test.each([
  ["its head is cut short", (path: string) => truncateSync(join(path, "database.json"), 50)],
  [
    "its head is of another kind",
    (path: string) => writeFileSync(join(path, "database.json"), "{}"),
  ],
  ["its records are gone", (path: string) => rmSync(recordsIn(path))],
  ["its records are cut short", (path: string) => truncateSync(recordsIn(path), 20)],
  ["its records are no JSON", (path: string) => writeFileSync(recordsIn(path), "x".repeat(4000))],
])("a database that is damaged (%s) is unknown, and told", async (_how, damage) => {
  const folder = temporaryFolder();
  await put(folder, [first]);
  damage(join(folder, "advisories"));

  expect(await openJsonStore(folder).verify()).toHaveLength(1);
  const store = openJsonStore(folder);
  expect(ids(store)).toBeUndefined();
  expect(store.advisoryDatabase()).toBeUndefined();
  expect(store.damaged()).toHaveLength(1);
  expect(await openJsonStore(folder).verify()).toHaveLength(1);

  await put(folder, [first]);
  expect(ids(openJsonStore(folder))).toEqual(["PYSEC-2026-1"]);
  expect(await openJsonStore(folder).verify()).toEqual([]);
});

test("verify tells of a single changed byte", async () => {
  const folder = temporaryFolder();
  await put(folder, [first]);
  const path = recordsIn(join(folder, "advisories"));
  writeFileSync(path, readFileSync(path, "utf8").replace('"2.0"', '"1.0"'));
  expect(await openJsonStore(folder).verify()).toEqual([
    { file: path, reason: "it does not hold what was imported" },
  ]);

  appendFileSync(path, "\n");
  expect(await openJsonStore(folder).verify()).toHaveLength(1);
});

function recordsIn(path: string): string {
  const name = readdirSync(path).find((one) => one.startsWith("records-"));
  return join(path, name ?? "");
}
