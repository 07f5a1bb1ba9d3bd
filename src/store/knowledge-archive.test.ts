import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { InstalledFact, MetadataFact, SourceFact } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import { openJsonStore } from "./json-store.ts";
import { exportKnowledge } from "./knowledge-export.ts";
import { importKnowledge } from "./knowledge-import.ts";
import type { KnowledgeStore } from "./store.ts";
import { examplePage, exampleScan } from "./store-example.ts";
import { StorePaths } from "./store-paths.ts";

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");
const runtime = runtimeId("linux-glibc236-x86_64-cp311");
const release = (version: string) => ({ name: flask, version, index });
const wheel = "flask-3.0.3-py3-none-any.whl";
const known: MetadataFact = {
  state: "known",
  requires: ["werkzeug"],
  extras: [],
  via: "range",
  observedAt: "2026-01-02T03:04:05.000Z",
};
const unreadable: MetadataFact = {
  state: "failed",
  reason: "bad-metadata",
  detail: "it was cut",
  observedAt: "2026-03-01T00:00:00.000Z",
};
const installed: InstalledFact = {
  outcome: "ok",
  modules: ["flask"],
  tools: { pip: "23.2.1" },
  durationMs: 1200,
  observedAt: "2026-01-02T03:04:05.000Z",
};
const source: SourceFact = {
  name: flask,
  version: "3.0.3",
  requires: [],
  extras: [],
  observedAt: "2026-01-02T03:04:05.000Z",
};
const jan = (day: number) => Date.UTC(2026, 0, day);
const now = Date.UTC(2026, 5, 1);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "thoth-archive-"));
});
afterEach(() => rmSync(folder, { recursive: true }));

/** A store in a folder of that name, filled and closed. */
async function fill(name: string, put: (store: KnowledgeStore) => void): Promise<string> {
  const store = openJsonStore(join(folder, name));
  put(store);
  await store.flush();
  await store.close();
  return join(folder, name);
}

async function exported(store: string, name: string, ...since: string[]) {
  const output = join(folder, name);
  const signal = new AbortController().signal;
  const result = await exportKnowledge({ store, output, since, program: "1.2.3", now, signal });
  return { ...result, output };
}

async function imported(store: string, archive: string, verifyOnly = false) {
  const signal = new AbortController().signal;
  return importKnowledge({ store, archive, verifyOnly, now, signal, onStage: () => undefined });
}

/** Every file of knowledge in a store, by path. */
function knowledgeOf(store: string): Record<string, string> {
  const files = readdirSync(store, { recursive: true, encoding: "utf8" }).filter((path) =>
    /^(packages|sources)\/.*\.json$/.test(path),
  );
  return Object.fromEntries(
    files.sort().map((path) => [path, readFileSync(join(store, path), "utf8")]),
  );
}

function revisionOf(store: string): string {
  return openJsonStore(store).revision();
}

function everything(store: KnowledgeStore): void {
  store.putPage(examplePage(jan(3), "3.0.3", "3.0.2"));
  store.putAbsent(packageName("werkzeug"), index, "404", jan(2));
  store.putPage({ ...examplePage(jan(2), "1.0"), index: indexUrl("http://127.0.0.1:8080/Simple") });
  store.putVanished(release("3.0.2"), "2026-01-04T00:00:00.000Z");
  store.putMetadata(release("3.0.3"), wheel, known);
  store.putInstalled(release("3.0.3"), runtime, installed);
  store.putInstalled(release("3.0.3"), runtimeId("Übuntu 22"), installed);
  store.putSecurity(release("3.0.3"), exampleScan(wheel, "1".repeat(64)));
  store.putSource("git+https://git.example/flask.git#ref=main", source);
}

test("what was exported is, once imported, the same to the byte", async () => {
  const from = await fill("from", everything);
  const { output, files, leftOut } = await exported(from, "a.tar.gz");
  expect([files, leftOut]).toEqual([8, []]);

  const { content, merged } = await imported(join(folder, "to"), output);

  expect(knowledgeOf(join(folder, "to"))).toEqual(knowledgeOf(from));
  expect(content).toEqual({ files: 8, packages: 3, releases: 3, facts: 5 });
  expect(merged).toEqual({
    packages: 3,
    releases: 3,
    facts: { added: 5, renewed: 0, known: 0 },
    outdated: 0,
  });
  expect(await openJsonStore(join(folder, "to")).verify()).toEqual([]);
});

test("the same knowledge makes the same archive, wherever the store lies", async () => {
  const from = await fill("from", everything);
  cpSync(from, join(folder, "copy"), { recursive: true });
  const [one, other] = [await exported(from, "a"), await exported(join(folder, "copy"), "b")];
  expect(readFileSync(one.output).equals(readFileSync(other.output))).toBe(true);
});

test("importing again changes nothing, not even the revision", async () => {
  const { output } = await exported(await fill("from", everything), "a");
  const to = join(folder, "to");
  await imported(to, output);
  const [before, revision] = [knowledgeOf(to), revisionOf(to)];

  const { merged } = await imported(to, output);

  expect(merged).toMatchObject({ packages: 0, releases: 0, facts: { added: 0, known: 5 } });
  expect([knowledgeOf(to), revisionOf(to)]).toEqual([before, revision]);
});

test("verifying only reads", async () => {
  const { output } = await exported(await fill("from", everything), "a");
  const { content, merged } = await imported(join(folder, "to"), output, true);
  expect([content.packages, merged]).toEqual([3, undefined]);
  expect(readdirSync(folder).sort()).toEqual(["a", "from"]);
});

test("of two observations the later stays, whichever side it is on", async () => {
  const later: InstalledFact = { ...installed, observedAt: "2026-02-01T00:00:00.000Z" };
  const from = await fill("from", (store) => {
    store.putInstalled(release("1.0"), runtime, later);
    store.putInstalled(release("2.0"), runtime, installed);
  });
  const to = await fill("to", (store) => {
    store.putInstalled(release("1.0"), runtime, installed);
    store.putInstalled(release("2.0"), runtime, later);
    store.putInstalled(release("3.0"), runtime, installed);
  });
  const { output } = await exported(from, "a");

  const { merged } = await imported(to, output);

  expect(merged?.facts).toEqual({ added: 0, renewed: 1, known: 1 });
  const store = openJsonStore(to);
  expect(store.installed(release("1.0"), runtime)).toEqual(later);
  expect(store.installed(release("2.0"), runtime)).toEqual(later);
  expect(store.installed(release("3.0"), runtime)).toEqual(installed);
});

test("metadata that one side could read wins over a failure, even a later one", async () => {
  const reader = await fill("a", (store) => store.putMetadata(release("1"), wheel, known));
  const failing = await fill("b", (store) => store.putMetadata(release("1"), wheel, unreadable));
  const [read, failed] = [await exported(reader, "1.gz"), await exported(failing, "2.gz")];

  await imported(failing, read.output);
  await imported(reader, failed.output);

  for (const store of [reader, failing])
    expect(openJsonStore(store).metadata(release("1"), wheel)).toEqual(known);
});

test("an older page adds what vanished since, a newer one takes its place", async () => {
  const old = await fill("old", (store) => store.putPage(examplePage(jan(1), "3.0.2")));
  const fresh = await fill("new", (store) => store.putPage(examplePage(jan(9), "3.0.3")));
  const archives = [await exported(old, "1.gz"), await exported(fresh, "2.gz")];

  await imported(fresh, archives[0]?.output ?? "");
  await imported(old, archives[1]?.output ?? "");

  for (const store of [old, fresh].map((path) => openJsonStore(path))) {
    const list = store.releases(flask, index);
    expect([list?.checkedAt, list?.version(0)]).toEqual([jan(9), "3.0.3"]);
    expect(list?.release(1)).toMatchObject({
      version: "3.0.2",
      vanished: "2026-01-09T00:00:00.000Z",
    });
  }
});

test("a page that was only checked later is confirmed, which is no new revision", async () => {
  const from = await fill("from", (store) => store.putPage(examplePage(jan(5), "3.0.3")));
  const to = await fill("to", (store) => store.putPage(examplePage(jan(1), "3.0.3")));
  const revision = revisionOf(to);

  await imported(to, (await exported(from, "a")).output);

  expect(openJsonStore(to).releases(flask, index)?.checkedAt).toBe(jan(5));
  expect(revisionOf(to)).toBe(revision);
});

test("what was learnt of a file that was replaced since stays forgotten", async () => {
  const file = (hash: string) => [
    { filename: wheel, sha256: hash, url: `https://f.example/${hash}` },
  ];
  const page = (day: number, hash: string) => ({
    ...examplePage(jan(day)),
    releases: [{ version: "3.0.3", files: file(hash.repeat(64)) }],
  });
  const old = await fill("old", (store) => {
    store.putPage(page(1, "a"));
    store.putMetadata(release("3.0.3"), wheel, known);
    store.putInstalled(release("3.0.3"), runtime, { ...installed, sha256: "a".repeat(64) });
  });
  const fresh = await fill("new", (store) => store.putPage(page(1, "a")));
  await fill("new", (store) => store.putPage(page(9, "b")));
  const archives = [await exported(old, "1.gz"), await exported(fresh, "2.gz")];

  const { merged } = await imported(fresh, archives[0]?.output ?? "");
  await imported(old, archives[1]?.output ?? "");

  expect(merged).toMatchObject({ facts: { added: 0 }, outdated: 2 });
  for (const store of [old, fresh].map((path) => openJsonStore(path))) {
    expect(store.metadata(release("3.0.3"), wheel)).toBeUndefined();
    expect(store.installed(release("3.0.3"), runtime)).toBeUndefined();
  }
});

test("an archive since others holds only what differs, and says since when", async () => {
  const from = await fill("from", everything);
  const first = await exported(from, "1.gz");
  await fill("from", (store) => store.putInstalled(release("3.0.2"), runtime, installed));
  const second = await exported(from, "2.gz", first.output);
  await fill("from", (store) =>
    store.putPage({ ...examplePage(jan(1), "1"), name: packageName("new") }),
  );
  const third = await exported(from, "3.gz", first.output, second.output);

  expect([second, third].map(({ files, unchanged }) => [files, unchanged])).toEqual([
    [1, 7],
    [1, 8],
  ]);
  expect(second.since).toEqual([first.origin]);
  const to = join(folder, "to");
  for (const { output } of [third, second, first]) await imported(to, output);
  expect(knowledgeOf(to)).toEqual(knowledgeOf(from));
});

test("folders and files of this machine are no knowledge for another", async () => {
  const from = await fill("from", (store) => {
    for (const key of [
      "path+file:///home/me/project#ref=abc",
      "git+file:///srv/a.git",
      "git+scp:///srv/a.git#ref=main",
      "git+https://git.example/a.git#ref=main",
      "git+scp://git%40git.example:a.git",
    ])
      store.putSource(key, source);
  });
  const { files, local, output } = await exported(from, "a");
  expect([files, local]).toEqual([2, 3]);
  expect((await imported(join(folder, "to"), output)).content.files).toBe(2);
});

test("a damaged file is left out and named; the rest is exported", async () => {
  const from = await fill("from", everything);
  const damaged = join(new StorePaths(from).package(flask, index), "metadata.json");
  writeFileSync(damaged, readFileSync(damaged, "utf8").slice(0, 50));
  const { files, leftOut } = await exported(from, "a");
  expect(files).toBe(7);
  expect(leftOut).toEqual([{ file: damaged, reason: expect.stringContaining("not JSON") }]);
});

test("a damaged file of the store is set aside, and what the archive says takes its place", async () => {
  const from = await fill("from", everything);
  const { output } = await exported(from, "a");
  cpSync(from, join(folder, "to"), { recursive: true });
  const file = join(new StorePaths(join(folder, "to")).package(flask, index), "releases.json");
  writeFileSync(file, "x");
  const { damaged } = await imported(join(folder, "to"), output);
  expect(damaged).toEqual([{ file, reason: expect.stringContaining("not JSON") }]);
  expect(knowledgeOf(join(folder, "to"))).toEqual(knowledgeOf(from));
});

test("an empty store makes an empty archive", async () => {
  const { output, files } = await exported(join(folder, "none"), "a");
  expect(files).toBe(0);
  await imported(join(folder, "to"), output);
  expect(readdirSync(folder)).toEqual(["a"]);
});
