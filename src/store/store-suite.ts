import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import type { KnowledgeStore } from "./store.ts";
import { examplePage, type StoreUnderTest } from "./store-example.ts";
import { fileRules } from "./store-files-suite.ts";
import { sharingRules } from "./store-sharing-suite.ts";
import { factRules, mergeRules, revisionRules } from "./store-suite-facts.ts";

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");
const runtime = runtimeId("linux-glibc236-x86_64-cp311");
const flask303 = { name: flask, version: "3.0.3", index };
const wheel = "flask-3.0.3-py3-none-any.whl";

/** What every back end of the knowledge store keeps. */
export function storeSuite(name: string, create: () => StoreUnderTest): void {
  describe(name, () => {
    let world: StoreUnderTest;
    beforeEach(() => {
      world = create();
    });
    afterEach(async () => {
      await world.store.close();
      world.remove();
    });
    unknownRules(() => world);
    pageRules(() => world);
    changedPageRules(() => world);
    pageStateRules(() => world);
    factRules(() => world);
    fileRules(() => world);
    mergeRules(() => world);
    revisionRules(() => world);
    sharingRules(() => world);
  });
}

function unknownRules(world: () => StoreUnderTest): void {
  test("what was never put is unknown", () => {
    const { store } = world();
    expect(store.releases(flask, index)).toBeUndefined();
    expect(store.metadata(flask303, wheel)).toBeUndefined();
    expect(store.installed(flask303, runtime)).toBeUndefined();
    expect(store.details(flask303)).toBeUndefined();
    expect(store.source("git https://git.example/a.git main")).toBeUndefined();
    expect(store.security(flask303, wheel)).toBeUndefined();
    expect(store.validators(flask, index)).toBeUndefined();
    expect(store.packages()).toEqual([]);
    expect(store.damaged()).toEqual([]);
  });

  test("confirming a page that is unknown, or a vanished release of it, makes nothing known", async () => {
    const { store, reopen } = world();
    store.confirmPage(flask, index, 5);
    store.putVanished(flask303, "2026-01-01");
    await store.flush();
    expect(store.releases(flask, index)).toBeUndefined();
    expect(reopen().releases(flask, index)).toBeUndefined();
  });
}

function pageRules(world: () => StoreUnderTest): void {
  test.each(["before the flush", "after the flush", "in the next process"])(
    "a page is seen %s",
    async (when) => {
      const { store, reopen } = world();
      store.putPage(examplePage(1_700_000_000_000, "3.0.3", "3.0.2"));
      if (when !== "before the flush") await store.flush();
      const view = when === "in the next process" ? reopen() : store;

      const list = view.releases(flask, index);
      expect(list).toMatchObject({ name: flask, index, checkedAt: 1_700_000_000_000, count: 2 });
      expect(list?.absent).toBeUndefined();
      expect([list?.version(0), list?.version(1)]).toEqual(["3.0.3", "3.0.2"]);
      expect(list?.release(1)).toEqual({
        version: "3.0.2",
        files: [
          { filename: "flask-3.0.2-py3-none-any.whl", requiresPython: ">=3.8" },
          { filename: "flask-3.0.2.tar.gz", requiresPython: ">=3.8" },
        ],
      });
      expect(() => list?.release(2)).toThrow(RangeError);
      expect(() => list?.version(-1)).toThrow(RangeError);
      expect(view.validators(flask, index)).toEqual({ etag: '"abc"' });
      expect(view.details(flask303)?.[1]).toEqual({
        filename: "flask-3.0.3.tar.gz",
        sha256: "1".repeat(64),
        size: 1001,
        uploadedAt: "2024-04-07T19:26:08Z",
        url: "https://files.example/packages/1/flask-3.0.3.tar.gz",
        coreMetadata: false,
      });
      expect(view.details({ ...flask303, version: "9" })).toBeUndefined();
      expect(view.packages()).toEqual([{ name: flask, index }]);
      await view.close();
    },
  );

  test("files of one release may differ in what they ask of Python and in being yanked", async () => {
    const { store, reopen } = world();
    const files = [
      { filename: "a.whl", requiresPython: ">=3.8", url: "https://files.example/a.whl" },
      { filename: "b.whl", yanked: "bröken", url: "https://elsewhere.example/get?b.whl" },
      {
        filename: "c.whl",
        requiresPython: ">=3.8",
        yanked: "",
        url: "https://files.example/c.whl",
      },
    ];
    store.putPage({ ...examplePage(1), releases: [{ version: "1.0", files }] });
    await store.flush();
    const view = reopen();
    expect(view.releases(flask, index)?.release(0).files).toEqual([
      { filename: "a.whl", requiresPython: ">=3.8" },
      { filename: "b.whl", yanked: "bröken" },
      { filename: "c.whl", requiresPython: ">=3.8", yanked: "" },
    ]);
    const details = view.details({ ...flask303, version: "1.0" });
    expect(details?.map((file) => file.url)).toEqual(files.map((file) => file.url));
    await view.close();
  });
}

function changedPageRules(world: () => StoreUnderTest): void {
  test("a release that a later page lacks stays, marked as vanished", async () => {
    const { store, reopen } = world();
    store.putPage(examplePage(Date.UTC(2026, 0, 1), "3.0.3", "3.0.2"));
    await store.flush();
    store.putPage(examplePage(Date.UTC(2026, 0, 2), "3.1.0", "3.0.2"));
    const expected = [
      ["3.1.0", undefined],
      ["3.0.3", "2026-01-02T00:00:00.000Z"],
      ["3.0.2", undefined],
    ];
    expect(seen(store)).toEqual(expected);
    await store.flush();
    const view = reopen();
    expect(seen(view)).toEqual(expected);
    expect(view.details(flask303)).toHaveLength(2);
    await view.close();
  });

  test("a release that comes back is vanished no longer", async () => {
    const { store } = world();
    store.putPage(examplePage(1, "3.0.3"));
    store.putPage(examplePage(2));
    await store.flush();
    store.putPage(examplePage(3, "3.0.3"));
    await store.flush();
    expect(seen(store)).toEqual([["3.0.3", undefined]]);
  });

  test("of two pages the one that was checked later stays, whichever is put last", async () => {
    const { store, reopen } = world();
    store.putPage(examplePage(20, "3.0.3", "3.0.2"));
    await store.flush();
    store.putPage(examplePage(10, "3.0.2"));
    await store.flush();
    const view = reopen();
    expect(view.releases(flask, index)).toMatchObject({ checkedAt: 20, count: 2 });
    expect(seen(view)).toEqual(seen(store));
    await view.close();
  });
}

function pageStateRules(world: () => StoreUnderTest): void {
  test("a confirmed page is as it was, checked later", async () => {
    const { store, reopen } = world();
    store.putPage(examplePage(10, "3.0.3"));
    await store.flush();
    store.confirmPage(flask, index, 30);
    expect(store.releases(flask, index)?.checkedAt).toBe(30);
    await store.flush();
    store.confirmPage(flask, index, 20);
    await store.flush();
    const view = reopen();
    expect(view.releases(flask, index)).toMatchObject({ checkedAt: 30, count: 1 });
    expect(seen(view)).toEqual([["3.0.3", undefined]]);
    await view.close();
  });

  test("a package that its index does not have is known to be absent, until a page says otherwise", async () => {
    const { store, reopen } = world();
    store.putAbsent(flask, index, "404", 10);
    await store.flush();
    const view = reopen();
    expect(view.releases(flask, index)).toMatchObject({ absent: "404", count: 0, checkedAt: 10 });
    store.putPage(examplePage(20, "3.0.3"));
    await store.flush();
    expect(store.releases(flask, index)?.absent).toBeUndefined();
    await view.close();
  });

  test("a release can be marked as vanished by itself", async () => {
    const { store, reopen } = world();
    store.putPage(examplePage(10, "3.0.3", "3.0.2"));
    await store.flush();
    store.putVanished({ ...flask303, version: "3.0.2" }, "2026-03-01");
    const expected = [
      ["3.0.3", undefined],
      ["3.0.2", "2026-03-01"],
    ];
    expect(seen(store)).toEqual(expected);
    await store.flush();
    const view = reopen();
    expect(seen(view)).toEqual(expected);
    await view.close();
  });
}

function seen(store: KnowledgeStore): (string | undefined)[][] {
  const list = store.releases(flask, index);
  return Array.from({ length: list?.count ?? 0 }, (_, position) => {
    const release = list?.release(position);
    return [release?.version, release?.vanished];
  });
}
