import { expect, test } from "vitest";
import { resolved, runtime } from "../../../fixtures/advice.ts";
import type { FailureClass } from "../../model/knowledge.ts";
import { type RuntimeId, runtimeId } from "../../model/runtime.ts";
import { exampleRelease, MemoryStore } from "../../store/memory-store.ts";

function failing(reason: FailureClass, on?: RuntimeId): MemoryStore {
  const store = new MemoryStore().add("a==2", { requires: false }).add("a==1");
  store.putMetadata(exampleRelease("a==2"), "a-2-py3-none-any.whl", {
    state: "failed",
    reason,
    detail: "no Name\nand more",
    ...(on === undefined ? {} : { runtime: on }),
    observedAt: "2026-01-01T00:00:00Z",
  });
  return store;
}

test("a release without usable metadata is passed over", () => {
  expect(resolved(failing("bad-metadata"), ["a"])).toBe("locked: a==1");
  expect(resolved(failing("build-failed", runtime.id), ["a"])).toBe("locked: a==1");
  expect(resolved(failing("bad-metadata"), ["a==2"])).toMatch(/^unsatisfiable/);
});

test("what failed on another runtime is not known here", () => {
  const store = failing("build-failed", runtimeId("alpine-musl12-x86_64-cp311"));

  expect(resolved(store, ["a"])).toBe("incomplete: metadata of a==2");
});

test.each<FailureClass>(["timeout", "system-library", "no-sandbox"])(
  "a release whose metadata is missing by %s is never taken for one without requirements",
  (reason) => {
    expect(resolved(failing(reason, runtime.id), ["a"])).not.toContain("a==2 ");
    expect(resolved(failing(reason, runtime.id), ["a==2"])).not.toMatch(/^locked/);
  },
);
