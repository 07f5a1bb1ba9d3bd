import { expect, test } from "vitest";
import { indexUrl } from "../model/release.ts";
import { packageName } from "../python/name.ts";
import { examplePage, type StoreUnderTest } from "./store-example.ts";

const index = indexUrl("https://index.example/simple");
const flask = packageName("flask");

/** Part of the suite: a process that lives long beside others that write. */
export function sharingRules(world: () => StoreUnderTest): void {
  catchUpRules(world);
  keptRules(world);
}

function catchUpRules(world: () => StoreUnderTest): void {
  test("after catching up, what another process wrote is seen", async () => {
    const { store, reopen } = world();
    const longLived = reopen();
    longLived.releases(flask, index);
    longLived.validators(flask, index);
    longLived.source("git+https://git.example/a.git");
    longLived.revision();
    store.putPage(examplePage(10, "3.0.3"));
    store.putSource("git+https://git.example/a.git", {
      name: flask,
      version: "1",
      requires: [],
      extras: [],
      observedAt: "2026-01-01T00:00:00Z",
    });
    await store.flush();

    longLived.catchUp();

    expect(longLived.releases(flask, index)?.count).toBe(1);
    expect(longLived.validators(flask, index)).toEqual({ etag: '"abc"' });
    expect(longLived.source("git+https://git.example/a.git")?.version).toBe("1");
    expect(longLived.revision()).toBe(store.revision());
    await longLived.close();
  });

  test("after catching up, a confirmation by another process is seen", async () => {
    const { store, reopen } = world();
    store.putPage(examplePage(10, "3.0.3"));
    await store.flush();
    const longLived = reopen();
    longLived.catchUp();
    expect(longLived.releases(flask, index)?.checkedAt).toBe(10);
    store.confirmPage(flask, index, 20);
    await store.flush();

    longLived.catchUp();

    expect(longLived.releases(flask, index)?.checkedAt).toBe(20);
    await longLived.close();
  });
}

function keptRules(world: () => StoreUnderTest): void {
  test("catching up keeps what was put and not flushed, laid over what others wrote", async () => {
    const { store, reopen } = world();
    const other = reopen();
    other.putPage(examplePage(20, "3.1.0"));
    expect(other.releases(flask, index)?.count).toBe(1);
    store.putPage(examplePage(10, "3.0.3"));
    await store.flush();

    other.catchUp();

    const list = other.releases(flask, index);
    expect([list?.version(0), list?.version(1)]).toEqual(["3.1.0", "3.0.3"]);
    expect(list?.release(1).vanished).toBeDefined();
    await other.close();
  });
  test("a list that was handed out stays readable when its package is written anew", async () => {
    const { store, reopen } = world();
    const versions = Array.from({ length: 300 }, (_, at) => `1.${299 - at}`);
    store.putPage(examplePage(10, ...versions));
    await store.flush();
    const view = reopen();
    const lists = [view.releases(flask, index), store.releases(flask, index)];
    store.putPage(examplePage(20, "2.0", ...versions));
    await store.flush();
    view.catchUp();

    expect(lists.map((list) => list?.release(299).version)).toEqual(["1.0", "1.0"]);
    expect([view.damaged(), store.damaged()]).toEqual([[], []]);
    expect(view.releases(flask, index)?.version(0)).toBe("2.0");
    await view.close();
  });
}
