import { expect, test } from "vitest";
import type { IndexPage, InstalledFact } from "../model/knowledge.ts";
import { indexUrl } from "../model/release.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import { examplePage, exampleScan, type StoreUnderTest } from "./store-example.ts";

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");
const flask303 = { name: flask, version: "3.0.3", index };
const here = runtimeId("linux-glibc236-x86_64-cp311");
const declared = runtimeId("Debian 11, Python 3.9");
const wheel = { filename: "flask-3.0.3-py3-none-any.whl", sha256: "0".repeat(64) };
const sdist = { filename: "flask-3.0.3.tar.gz", sha256: "1".repeat(64) };
const observedAt = "2026-01-02T03:04:05Z";

const metadata = {
  state: "known",
  requires: [],
  extras: [],
  via: "metadata-file",
  observedAt,
} as const;
const installed: InstalledFact = {
  outcome: "ok",
  ...wheel,
  modules: ["flask"],
  tools: {},
  durationMs: 1,
  observedAt,
};
const failed: InstalledFact = {
  ...installed,
  outcome: "failed",
  failure: "build-failed",
  ...sdist,
};
const scan = exampleScan(sdist.filename, sdist.sha256);

/** Part of the suite: files of a release that change, and what was learnt of them. */
export function fileRules(world: () => StoreUnderTest): void {
  test("a file that was replaced or taken away is remembered as gone until it comes back", async () => {
    const { store, reopen } = world();
    store.putPage(examplePage(Date.UTC(2026, 0, 1), "3.0.3"));
    await store.flush();
    store.putPage(withoutSdist(Date.UTC(2026, 0, 2)));
    const gone = [{ ...sdist, vanished: "2026-01-02T00:00:00.000Z" }];
    expect(store.releases(flask, index)?.release(0).gone).toEqual(gone);
    await store.flush();
    store.putPage({ ...withoutSdist(Date.UTC(2026, 0, 3)), validators: {} });
    await store.flush();

    const view = reopen();
    expect(view.releases(flask, index)?.release(0)).toMatchObject({ version: "3.0.3", gone });
    expect(view.details(flask303)).toMatchObject([wheel]);
    store.putPage(examplePage(Date.UTC(2026, 0, 4), "3.0.3"));
    await store.flush();
    const last = reopen();
    expect(last.releases(flask, index)?.release(0)).not.toHaveProperty("gone");
    await view.close();
    await last.close();
  });

  outdatedRules(world);
}

function outdatedRules(world: () => StoreUnderTest): void {
  test.each(["before the flush", "after the flush", "in the next process"])(
    "what was learnt of a file that is gone is forgotten, %s",
    async (when) => {
      const { store, reopen } = world();
      putFacts(store);
      if (when !== "before the flush") await store.flush();
      store.forgetOutdated(flask303, { gone: [sdist], come: [] });
      if (when === "in the next process") await store.flush();
      const view = when === "in the next process" ? reopen() : store;

      expect(view.metadata(flask303, sdist.filename)).toBeUndefined();
      expect(view.metadata(flask303, wheel.filename)).toEqual(metadata);
      expect(view.security(flask303, sdist.filename)).toBeUndefined();
      expect(view.installed(flask303, here)).toEqual(installed);
      expect(view.installed(flask303, declared)).toBeUndefined();
      await view.close();
    },
  );

  test("a file that comes takes back failures only, and what is learnt then counts", async () => {
    const { store, reopen } = world();
    putFacts(store);
    store.putMetadata(flask303, wheel.filename, {
      state: "failed",
      reason: "vanished",
      detail: "404",
      observedAt: "2026-02-01T00:00:00Z",
    });
    await store.flush();
    store.forgetOutdated(flask303, { gone: [], come: [{ ...wheel, sha256: "2".repeat(64) }] });
    expect(store.installed(flask303, here)).toEqual(installed);
    expect(store.installed(flask303, declared)).toBeUndefined();
    const again = { ...installed, observedAt: "2025-01-01T00:00:00Z" };
    store.putInstalled(flask303, declared, again);
    await store.flush();

    const view = reopen();
    expect(view.installed(flask303, declared)).toEqual(again);
    expect(view.security(flask303, sdist.filename)).toEqual(scan);
    expect(view.metadata(flask303, wheel.filename)).toEqual(metadata);
    await view.close();
  });

  runtimeRules(world);
}

function runtimeRules(world: () => StoreUnderTest): void {
  test("the runtimes of a package are told, and which versions were installed there", async () => {
    const { store, reopen } = world();
    expect(store.runtimes(flask, index)).toEqual([]);
    putFacts(store);
    store.putInstalled({ ...flask303, version: "3.0.2" }, here, installed);
    expect(store.runtimes(flask, index)).toEqual([declared, here]);
    await store.flush();

    const view = reopen();
    expect(view.runtimes(flask, index)).toEqual([declared, here]);
    expect(view.installedVersions(flask, index, here)).toEqual(["3.0.3", "3.0.2"]);
    expect(view.installedVersions(flask, index, declared)).toEqual(["3.0.3"]);
    expect(view.installedVersions(flask, index, runtimeId("other"))).toEqual([]);
    await view.close();
  });
}

function withoutSdist(checkedAt: number): IndexPage {
  const page = examplePage(checkedAt, "3.0.3");
  const releases = page.releases.map((release) => ({
    ...release,
    files: release.files.filter(({ filename }) => filename !== sdist.filename),
  }));
  return { ...page, releases };
}

function putFacts(store: StoreUnderTest["store"]): void {
  store.putMetadata(flask303, wheel.filename, metadata);
  store.putMetadata(flask303, sdist.filename, metadata);
  store.putInstalled(flask303, here, installed);
  store.putInstalled(flask303, declared, failed);
  store.putSecurity(flask303, scan);
}
