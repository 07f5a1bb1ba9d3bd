import { expect, test } from "vitest";
import { testClient, testIndex } from "../../fixtures/index-client.ts";
import type { TestIndex } from "../../fixtures/index-server.ts";
import { sdist, wheel } from "../../fixtures/packages.ts";
import type { InstalledFact } from "../model/knowledge.ts";
import { runtimeId } from "../model/runtime.ts";
import { indexSource } from "../package-index/index-source.ts";
import { packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { learnPage } from "./learn-page.ts";
import type { PageChanges } from "./page-changes.ts";

const web = packageName("web");
const first = wheel({ name: "web", version: "1.0" });
const second = wheel({ name: "web", version: "2.0" });
const emptyPage = '{"meta": {"api-version": "1.1"}, "name": "web", "files": []}';

test("what changed is told before the store knows", async () => {
  const { index, store, learn } = await world([first]);
  const seen: unknown[] = [];
  const look = async (changes: PageChanges) => {
    seen.push(changes.released, store.releases(web, index.source.url)?.count);
  };
  await learn(look);
  index.add(second);

  const { changes } = await learn(look);

  expect(changes?.released).toEqual(["2.0"]);
  expect(seen).toEqual([["2.0"], 1]);
  expect(store.releases(web, index.source.url)?.count).toBe(2);
});

test("an answer that takes something away is asked for again, past caches and whole", async () => {
  const { index, store, learn } = await world([first, second]);
  await learn();
  index.fail("/simple/web/", { kind: "garbage", body: emptyPage, times: 1 });
  index.forgetRequests();

  const hiccup = await learn();

  expect(hiccup.changes).toBeUndefined();
  expect(index.requests()).toMatchObject([{ status: 200 }, { status: 200 }]);
  expect(index.requests()[1]).not.toHaveProperty("validator");
  expect(store.releases(web, index.source.url)?.release(0).vanished).toBeUndefined();

  index.remove(second.filename);
  const { changes } = await learn();

  expect(changes?.vanished).toEqual(["2.0"]);
  expect(store.releases(web, index.source.url)?.release(0).vanished).toBeDefined();
});

test("a page is asked for whole, though it has not changed, where an earlier Thoth read less of it", async () => {
  const { learn } = await world([first]);
  await learn();

  expect((await learn()).kind).toBe("not-modified");
  expect((await learn(undefined, true)).kind).toBe("page");
});

test("a package that is gone twice is gone; its releases come back with the page", async () => {
  const { index, store, learn } = await world([first]);
  await learn();
  index.remove(first.filename);
  expect((await learn()).changes).toMatchObject({ packageVanished: true, vanished: ["1.0"] });
  index.add(first);

  const { changes } = await learn();

  expect(changes).toMatchObject({ packageVanished: false, released: ["1.0"] });
  expect(store.releases(web, index.source.url)?.release(0).vanished).toBeUndefined();
  index.forgetRequests();
  expect(await learn()).toEqual({ kind: "not-modified", changes: undefined });
});

test("what was learnt of a file that was replaced is forgotten with it", async () => {
  const { index, store, learn } = await world([first]);
  await learn();
  const release = { name: web, version: "1.0", index: index.source.url };
  store.putInstalled(release, runtime, installed(first));
  index.add(wheel({ name: "web", version: "1.0", requires: ["other"] }));

  const { changes } = await learn();

  expect(changes?.files).toMatchObject([{ version: "1.0", gone: [{ sha256: first.sha256 }] }]);
  expect(store.installed(release, runtime)).toBeUndefined();
});

test("a failure is tried again once files come that may do better", async () => {
  const source = sdist({ name: "web", version: "1.0" });
  const { index, store, learn } = await world([source]);
  await learn();
  const release = { name: web, version: "1.0", index: index.source.url };
  store.putInstalled(release, runtime, { ...installed(source), outcome: "failed" });
  index.add(first);

  await learn();

  expect(store.installed(release, runtime)).toBeUndefined();
});

const runtime = runtimeId("linux-glibc236-x86_64-cp311");

function installed(file: { readonly filename: string; readonly sha256: string }): InstalledFact {
  const { filename, sha256 } = file;
  const observedAt = "2026-01-01T00:00:00Z";
  return { outcome: "ok", filename, sha256, modules: [], tools: {}, durationMs: 1, observedAt };
}

async function world(files: Parameters<TestIndex["add"]>[0][]) {
  const index = await testIndex({ files });
  const source = indexSource(index.url);
  const store = new MemoryStore();
  const client = testClient();
  const signal = new AbortController().signal;
  const learn = (
    onChanges: (changes: PageChanges) => Promise<void> = async () => {},
    whole = false,
  ) => learnPage({ client, store, signal, now: Date.now, onChanges, whole }, source, web);
  return { index: Object.assign(index, { source }), store, learn };
}
