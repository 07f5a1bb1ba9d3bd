import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { IndexPage, InstalledFact, MetadataFact, SecurityFact } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import type { KnowledgeStore } from "./store.ts";

export interface StoreUnderTest {
  readonly store: KnowledgeStore;
  /** Another view of the same knowledge, as a later process gets it. */
  reopen(): KnowledgeStore;
  remove(): void;
}

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");
const runtime = runtimeId("linux-glibc236-x86_64-cp311");
const flask303 = { name: flask, version: "3.0.3", index };
const wheel = "flask-3.0.3-py3-none-any.whl";
const observedAt = "2026-01-02T03:04:05Z";

const metadata: MetadataFact = {
  state: "known",
  requires: ["Werkzeug>=3.0.0", 'importlib-metadata>=3.6.0; python_version < "3.10"'],
  requiresPython: ">=3.8",
  extras: ["async"],
  via: "metadata-file",
  observedAt,
};
const failure: MetadataFact = {
  state: "failed",
  reason: "build-failed",
  detail: "naïve “setup.py”",
  observedAt: "2026-02-02T00:00:00Z",
};
const installed: InstalledFact = {
  outcome: "ok",
  modules: ["flask"],
  tools: { pip: "23.2.1" },
  durationMs: 1200,
  observedAt,
};
const security: SecurityFact = {
  outcome: "scanned",
  tools: { bandit: "1.9.4" },
  counts: { "SEVERITY.LOW__CONFIDENCE.HIGH": 3 },
  filesAnalyzed: 12,
  filesFiltered: 1,
  linesOfCode: 5000,
  observedAt,
};

/** A page with the given versions, newest first; each has a wheel and a source distribution. */
export function examplePage(checkedAt: number, ...versions: string[]): IndexPage {
  return {
    name: flask,
    index,
    checkedAt,
    validators: { etag: '"abc"' },
    releases: versions.map((version) => ({ version, files: exampleFiles(version) })),
  };
}

function exampleFiles(version: string) {
  return [`flask-${version}-py3-none-any.whl`, `flask-${version}.tar.gz`].map((filename, at) => ({
    filename,
    requiresPython: ">=3.8",
    sha256: String(at).repeat(64),
    size: 1000 + at,
    uploadedAt: "2024-04-07T19:26:08Z",
    url: `https://files.example/packages/${at}/${filename}`,
    coreMetadata: at === 0,
  }));
}

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
    mergeRules(() => world);
    revisionRules(() => world);
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
    expect(store.security(flask303)).toBeUndefined();
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

function factRules(world: () => StoreUnderTest): void {
  test.each(["before the flush", "after the flush", "in the next process"])(
    "facts are seen %s",
    async (when) => {
      const { store, reopen } = world();
      const source = {
        name: flask,
        version: "3.0.3",
        commit: "0".repeat(40),
        requires: [],
        extras: [],
        observedAt,
      };
      store.putMetadata(flask303, wheel, metadata);
      store.putMetadata(flask303, "flask-3.0.3.tar.gz", failure);
      store.putInstalled(flask303, runtime, installed);
      store.putSecurity(flask303, security);
      store.putSource("git https://git.example/flask.git main", source);
      if (when !== "before the flush") await store.flush();
      const view = when === "in the next process" ? reopen() : store;

      expect(view.metadata(flask303, wheel)).toEqual(metadata);
      expect(view.metadata(flask303, "flask-3.0.3.tar.gz")).toEqual(failure);
      expect(view.metadata(flask303, "other.whl")).toBeUndefined();
      expect(view.metadata({ ...flask303, version: "3.0" }, wheel)).toBeUndefined();
      expect(view.installed(flask303, runtime)).toEqual(installed);
      expect(view.installed(flask303, runtimeId("../../other"))).toBeUndefined();
      expect(view.security(flask303)).toEqual(security);
      expect(view.source("git https://git.example/flask.git main")).toEqual(source);
      expect(view.source("git https://git.example/flask.git")).toBeUndefined();
      await view.close();
    },
  );
}

function mergeRules(world: () => StoreUnderTest): void {
  test("of two observations the later one stays", async () => {
    const { store } = world();
    const later = { ...installed, outcome: "failed", observedAt: "2026-05-01T00:00:00Z" } as const;
    store.putInstalled(flask303, runtime, later);
    await store.flush();
    store.putInstalled(flask303, runtime, installed);
    expect(store.installed(flask303, runtime)).toEqual(later);
    await store.flush();
    expect(store.installed(flask303, runtime)).toEqual(later);
  });

  test("metadata that is known is not taken back by a later failure to read it", async () => {
    const { store } = world();
    store.putMetadata(flask303, wheel, metadata);
    await store.flush();
    store.putMetadata(flask303, wheel, failure);
    await store.flush();
    expect(store.metadata(flask303, wheel)).toEqual(metadata);
  });

  test("the same package of two indexes are two", async () => {
    const { store, reopen } = world();
    const other = indexUrl("https://other.example/Simple");
    store.putPage(examplePage(1, "3.0.3"));
    store.putPage({ ...examplePage(2, "6.6.6"), index: other });
    await store.flush();
    const view = reopen();
    expect(view.releases(flask, index)?.version(0)).toBe("3.0.3");
    expect(view.releases(flask, other)?.version(0)).toBe("6.6.6");
    expect(view.packages()).toEqual([
      { name: flask, index },
      { name: flask, index: other },
    ]);
    await view.close();
  });
}

function revisionRules(world: () => StoreUnderTest): void {
  test("the revision changes with a flush that changed something, and with no other", async () => {
    const { store, reopen } = world();
    const revisions = [store.revision()];
    const flush = async () => {
      await store.flush();
      const view = reopen();
      expect(view.revision()).toBe(store.revision());
      await view.close();
      revisions.push(store.revision());
    };
    store.putPage(examplePage(1, "3.0.3"));
    await flush();
    store.putMetadata(flask303, wheel, metadata);
    await flush();
    expect(new Set(revisions).size).toBe(3);
    store.putMetadata(flask303, wheel, metadata);
    store.confirmPage(flask, index, 7);
    await flush();
    expect(revisions[3]).toBe(revisions[2]);
  });

  test("a store that only Thoth wrote to has nothing wrong", async () => {
    const { store } = world();
    store.putPage(examplePage(1, "3.0.3"));
    store.putMetadata(flask303, wheel, metadata);
    await store.flush();
    expect(await store.verify()).toEqual([]);
  });
}

function seen(store: KnowledgeStore): (string | undefined)[][] {
  const list = store.releases(flask, index);
  return Array.from({ length: list?.count ?? 0 }, (_, position) => {
    const release = list?.release(position);
    return [release?.version, release?.vanished];
  });
}
