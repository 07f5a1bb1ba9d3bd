import { expect, test } from "vitest";
import { installedFact, resolved, runtime } from "../../../fixtures/advice.ts";
import type { FailureClass } from "../../model/knowledge.ts";
import { runtimeId } from "../../model/runtime.ts";
import { exampleRelease, MemoryStore } from "../../store/memory-store.ts";

test.each<FailureClass>(["build-failed", "install-failed", "import-syntax", "import-abi"])(
  "a release that was seen to fail by %s is passed over",
  (failure) => {
    const store = new MemoryStore().add("a==2").add("a==1");
    store.putInstalled(exampleRelease("a==2"), runtime.id, installedFact(failure));

    expect(resolved(store, ["a"])).toBe("locked: a==1");
  },
);

test.each<FailureClass>(["timeout", "out-of-memory", "import-error", "import-system-library"])(
  "%s does not speak against the release",
  (failure) => {
    const store = new MemoryStore().add("a==2").add("a==1");
    store.putInstalled(exampleRelease("a==2"), runtime.id, installedFact(failure));

    expect(resolved(store, ["a"])).toBe("locked: a==2");
  },
);

test("a failure counts on its runtime only, and only where failures are heeded", () => {
  const store = new MemoryStore().add("a==2").add("a==1").add("b==2").add("b==1");
  const elsewhere = runtimeId("alpine-musl12-x86_64-cp311");
  store.putInstalled(exampleRelease("a==2"), elsewhere, installedFact("import-crash"));
  store.putInstalled(exampleRelease("b==2"), runtime.id, installedFact("import-crash"));

  expect(resolved(store, ["a", "b"])).toBe("locked: a==2 b==1");
  expect(resolved(store, ["a", "b"], { heedFailures: false })).toBe("locked: a==2 b==2");
});
