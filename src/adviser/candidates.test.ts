import { expect, test } from "vitest";
import { contextOf, resolved, runtime } from "../../fixtures/advice.ts";
import type { MetadataFact } from "../model/knowledge.ts";
import { runtimeId } from "../model/runtime.ts";
import { packageName } from "../python/name.ts";
import { anyVersion } from "../python/version-range.ts";
import { exampleIndex, exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { Candidates } from "./candidates.ts";

test("a yanked release is passed over", () => {
  const store = new MemoryStore().add("a==2", { yanked: "" }).add("a==1");

  expect(resolved(store, ["a"])).toBe("locked: a==1");
  expect(resolved(store, ["a>1"])).toBe("unsatisfiable: no version of a is what is asked for");
});

test.each(["a==2.0", "a==2", "a===2.0"])("the exact pin %s keeps a yanked release", (pin) => {
  const store = new MemoryStore().add("a==2.0", { yanked: "broken" }).add("a==1");

  expect(resolved(store, [pin])).toBe("locked: a==2.0");
});

test("a dependency's exact pin does not bring a yanked release back", () => {
  const store = new MemoryStore()
    .add("a==2", { requires: ["b==2"] })
    .add("a==1", { requires: ["b"] })
    .add("b==2", { yanked: "" })
    .add("b==1");

  expect(resolved(store, ["a"])).toBe("locked: a==1 b==1");
});

test("a release that has vanished from its index is passed over, pinned or not", () => {
  const store = new MemoryStore().add("a==2").add("a==1");
  store.putVanished(exampleRelease("a==2"), "2026-01-02");

  expect(resolved(store, ["a"])).toBe("locked: a==1");
  expect(resolved(store, ["a==2"])).toMatch(/^unsatisfiable/);
});

test("Requires-Python of the index is heeded before anything is known of the release", () => {
  const store = new MemoryStore()
    .add("a==2", { requiresPython: ">=3.12", requires: false })
    .add("a==1", { requiresPython: ">=3.8" });

  expect(resolved(store, ["a"])).toBe("locked: a==1");
});

test("Requires-Python of the metadata is heeded where the index is silent", () => {
  const store = new MemoryStore().add("a==2", { requires: false }).add("a==1");
  store.putMetadata(exampleRelease("a==2"), "a-2-py3-none-any.whl", {
    ...metadata,
    requiresPython: "<3.11",
  });

  expect(resolved(store, ["a"])).toBe("locked: a==1");
});

test("a release without a file for the runtime is passed over", () => {
  const store = new MemoryStore()
    .add("a==3", { files: ["a-3-cp311-cp311-win_amd64.whl"] })
    .add("a==2", { files: ["a-2-cp310-cp310-manylinux_2_17_x86_64.whl"] })
    .add("a==1", { files: ["a-1-cp311-cp311-win_amd64.whl", "a-1.tar.gz"] });

  expect(resolved(store, ["a"])).toBe("locked: a==1");
});

test("metadata that was built on another runtime is not known here", () => {
  const store = new MemoryStore().add("a==1", { requires: false });
  store.putMetadata(exampleRelease("a==1"), "a-1-py3-none-any.whl", {
    ...metadata,
    via: "build",
    runtime: runtimeId("linux-glibc236-x86_64-cp310"),
  });

  expect(resolved(store, ["a"])).toBe("incomplete: metadata of a==1");
});

test("metadata that was built on this runtime is known", () => {
  const store = new MemoryStore().add("a==1", { requires: false });
  store.putMetadata(exampleRelease("a==1"), "a-1-py3-none-any.whl", {
    ...metadata,
    via: "build",
    runtime: runtime.id,
  });

  expect(resolved(store, ["a"])).toBe("locked: a==1");
});

test("reasons are told newest first, alike ones once, and no more than wanted", () => {
  const store = new MemoryStore()
    .add("a==5rc1")
    .add("a==4", { yanked: "leaks" })
    .add("a==3", { requiresPython: ">=3.13" })
    .add("a==2", { requiresPython: ">=3.13" })
    .add("a==1", { files: ["a-1-cp27-none-win32.whl"] });
  const list = store.releases(packageName("a"), exampleIndex);
  if (list === undefined) throw new Error("the store has the list");
  const candidates = new Candidates(list, contextOf(store, ["a"]), {
    pinned: undefined,
    asked: undefined,
  });

  expect(candidates.reasons(anyVersion, 9)).toEqual([
    "5rc1 is a pre-release that nobody asked for",
    "4 is yanked (leaks)",
    "2 to 3 (2 releases): each needs Python >=3.13",
    "1 has no file for this runtime",
  ]);
  expect(candidates.reasons(anyVersion, 1)).toEqual([
    "5rc1 is a pre-release that nobody asked for",
  ]);
});

const metadata: Extract<MetadataFact, { state: "known" }> = {
  state: "known",
  requires: [],
  extras: [],
  via: "metadata-file",
  observedAt: "2026-01-01T00:00:00Z",
};
