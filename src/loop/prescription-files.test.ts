import { mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { afterEach, expect, test } from "vitest";
import { packageName } from "../python/name.ts";
import { joinedPrescriptions, openPrescriptions } from "./prescription-files.ts";

const scratch: string[] = [];

function folderOf(files: Readonly<Record<string, string>>): string {
  const root = mkdtempSync(join(tmpdir(), "thoth-prescriptions-"));
  scratch.push(root);
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true });
    writeFileSync(join(root, name), text);
  }
  return root;
}

afterEach(() => {
  for (const folder of scratch.splice(0)) rmSync(folder, { recursive: true });
});

const means = () => ({
  cacheDirectory: folderOf({}),
  signal: new AbortController().signal,
  freshness: { now: Date.now(), freshnessMs: 600_000 },
});

const wrap = (name: string, forPackage: string) => `units:
  wraps:
  - name: ${name}
    type: wrap
    should_include:
      adviser_pipeline: true
    match:
      state:
        resolved_dependencies:
        - name: ${forPackage}
    run:
      justification:
      - type: INFO
        message: hello
        link: a
`;

const names = (units: readonly { readonly name: string }[]) => units.map(({ name }) => name);
const flask = packageName("flask");
const metadata = "prescription:\n  name: own\n  release: 2026.11.24\n";

test("units of a package are there once they were learnt, and from the cache at once", async () => {
  const root = folderOf({
    "_prescription_metadata.yaml": metadata,
    "fl_/a.yaml": wrap("A", "flask"),
  });
  const shared = means();

  const first = await openPrescriptions(root, shared);
  const before = names(first.unitsFor(flask));
  const learnt = await first.learn();
  const after = names(first.unitsFor(flask));
  const again = await openPrescriptions(root, shared);

  expect({ before, learnt, after }).toEqual({ before: [], learnt: true, after: ["own.A"] });
  expect(names(again.unitsFor(flask))).toEqual(["own.A"]);
  expect(await again.learn()).toBe(false);
  expect(again.unitsFor(packageName("django"))).toEqual([]);
});

test("of a folder that changed only what changed is read again", async () => {
  const files = Object.fromEntries(
    ["a", "b", "c"].map((one) => [`${one}.yaml`, wrap(one.toUpperCase(), "flask")]),
  );
  const root = folderOf({ "_prescription_metadata.yaml": metadata, ...files, "bad.yaml": "[" });
  const shared = means();
  const read: string[] = [];
  const open = async () => {
    const onIndexing = (_: string, some: number, all: number) => read.push(`${some} of ${all}`);
    const folder = await openPrescriptions(root, { ...shared, onIndexing });
    folder.unitsFor(flask);
    await folder.learn();
    return [names(folder.unitsFor(flask)), folder.faults().length];
  };

  await open();
  writeFileSync(join(root, "b.yaml"), wrap("Changed", "flask"));
  writeFileSync(join(root, "_prescription_metadata.yaml"), metadata.replace("own", "other"));
  const changed = await open();

  // What is wrong with a file is told each time
  expect(read).toEqual(["4 of 4", "2 of 4"]);
  expect(changed).toEqual([["other.A", "other.Changed", "other.C"], 1]);
});

test("of many files a change in place is seen once the last look at each is long ago", async () => {
  const many = Array.from({ length: 2001 }, (_, at) => [`${at}.yaml`, wrap(`W${at}`, "other")]);
  const root = folderOf(Object.fromEntries(many));
  const shared = means();
  const unitsAt = async (minutes: number) => {
    const freshness = { ...shared.freshness, now: Date.now() + minutes * 60_000 };
    const folder = await openPrescriptions(root, { ...shared, freshness });
    folder.unitsFor(flask);
    await folder.learn();
    return names(folder.unitsFor(flask));
  };

  await unitsAt(0);
  writeFileSync(join(root, "7.yaml"), wrap("W7", "flask"));
  expect(await unitsAt(15)).toEqual([]);
  expect(await unitsAt(70)).toEqual(["UNKNOWN.W7"]);
  writeFileSync(join(root, "new.yaml"), wrap("New", "flask"));
  expect(await unitsAt(5)).toEqual(["UNKNOWN.W7"]);
  expect(await unitsAt(15)).toEqual(["UNKNOWN.W7", "UNKNOWN.New"]);
});

test("a folder is indexed again once a file comes, goes or changes", async () => {
  const root = folderOf({ "a.yaml": wrap("A", "flask"), "sub/b.yaml": wrap("B", "flask") });
  const shared = means();
  const indexed: string[] = [];
  const open = async () => {
    const folder = await openPrescriptions(root, {
      ...shared,
      onIndexing: (at) => indexed.push(at),
    });
    folder.unitsFor(flask);
    await folder.learn();
    return names(folder.unitsFor(flask));
  };

  const start = await open();
  writeFileSync(join(root, "sub/c.yaml"), wrap("C", "flask"));
  const added = await open();
  rmSync(join(root, "a.yaml"));
  const removed = await open();
  writeFileSync(join(root, "sub/b.yaml"), wrap("B", "other-package"));
  const changed = await open();
  await open();

  expect(start).toEqual(["UNKNOWN.A", "UNKNOWN.B"]);
  expect(added).toEqual(["UNKNOWN.A", "UNKNOWN.B", "UNKNOWN.C"]);
  expect(removed).toEqual(["UNKNOWN.B", "UNKNOWN.C"]);
  expect(changed).toEqual(["UNKNOWN.C"]);
  expect(indexed).toHaveLength(4);
});

test("files that can't be read are told, and the others count", async () => {
  const root = folderOf({
    "bad.yaml": "units: [",
    "worse.yaml": "units:\n  wraps:\n  - {name: A}\n",
    "good.yaml": wrap("Good", "flask"),
    "notes.txt": "units: [",
    ".hidden.yaml": "units: [",
  });

  const folder = await openPrescriptions(root, means());
  folder.unitsFor(flask);
  await folder.learn();

  expect(names(folder.unitsFor(flask))).toEqual(["UNKNOWN.Good"]);
  expect(folder.faults().map(({ place }) => `${place?.file}:${place?.line}`)).toEqual([
    "bad.yaml:1",
    "worse.yaml:3",
  ]);
});

test("units without a package are general, and any unit is found by its name", async () => {
  const root = folderOf({
    "_prescription_metadata.yaml": metadata,
    "a.yaml": wrap("A", "flask"),
    "b.yaml": "units:\n  boots:\n  - {name: B, type: boot, should_include: {}, run: {}}\n",
  });

  const folder = joinedPrescriptions([await openPrescriptions(root, means())]);
  const ask = () => [
    names(folder.general()),
    folder.named("wraps", "own.A")?.name,
    folder.named("boots", "own.A"),
  ];
  ask();
  await folder.learn();

  expect(ask()).toEqual([["own.B"], "own.A", undefined]);
});

test("a cache that is damaged is made anew", async () => {
  const root = folderOf({ "a.yaml": wrap("A", "flask") });
  const shared = means();
  const first = await openPrescriptions(root, shared);
  first.unitsFor(flask);
  await first.learn();
  for (const name of ["packages", "units/flask.json"]) damage(shared.cacheDirectory, name);

  const folder = await openPrescriptions(root, shared);
  folder.unitsFor(flask);
  await folder.learn();

  expect(names(folder.unitsFor(flask))).toEqual(["UNKNOWN.A"]);
});

function damage(cache: string, name: string): void {
  const [key = ""] = readdirSync(join(cache, "prescriptions"));
  writeFileSync(join(cache, "prescriptions", key, name), '{"format": 1');
}

test("a folder that is not there is told", async () => {
  await expect(openPrescriptions("/nowhere/at/all", means())).rejects.toMatchObject({
    code: "bad-configuration",
    message: "there is no folder `/nowhere/at/all` of prescriptions (ENOENT)",
  });
});
