import { expect, test } from "vitest";
import { packageName } from "../python/name.ts";
import { exampleIndex, exampleRelease, MemoryStore } from "./memory-store.ts";
import { storeSuite } from "./store-suite.ts";

storeSuite("knowledge in memory", () => {
  const store = new MemoryStore();
  return { store, reopen: () => store, remove: () => {} };
});

test("examples are added one by one and listed newest first", () => {
  const store = new MemoryStore()
    .add("flask==2.0", { requires: ["werkzeug"], yanked: "" })
    .add("flask==3.1.0rc1", { requires: false })
    .add("flask==3.0.3", { files: ["flask-3.0.3.tar.gz"], requiresPython: ">=3.8" });

  const list = store.releases(packageName("flask"), exampleIndex);
  expect([0, 1, 2].map((position) => list?.release(position))).toEqual([
    { version: "3.1.0rc1", files: [{ filename: "flask-3.1.0rc1-py3-none-any.whl" }] },
    {
      version: "3.0.3",
      files: [{ filename: "flask-3.0.3.tar.gz", requiresPython: ">=3.8" }],
    },
    { version: "2.0", files: [{ filename: "flask-2.0-py3-none-any.whl", yanked: "" }] },
  ]);
  const metadata = store.metadata(exampleRelease("flask==2.0"), "flask-2.0-py3-none-any.whl");
  expect(metadata).toMatchObject({ state: "known", requires: ["werkzeug"] });
  const unknown = exampleRelease("flask==3.1.0rc1");
  expect(store.metadata(unknown, "flask-3.1.0rc1-py3-none-any.whl")).toBeUndefined();
});
