import { expect, test } from "vitest";
import { contextOf, resolved } from "../../fixtures/advice.ts";
import { packageName } from "../python/name.ts";
import { exampleIndex, exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

test("one pass reports every gap that it met, also behind others", () => {
  const store = new MemoryStore()
    .add("a==1", { requires: ["b", "c"] })
    .add("b==1", { requires: false })
    .add("d==1", { requires: ["e"] });

  expect(advise(contextOf(store, ["a", "d", "f"]), { verify: false })).toMatchObject({
    outcome: "incomplete",
    gaps: [
      { missing: "releases", name: "f", index: exampleIndex, requiredBy: "Pipfile:3" },
      { missing: "releases", name: "c", index: exampleIndex, requiredBy: "a==1" },
      { missing: "releases", name: "e", index: exampleIndex, requiredBy: "d==1" },
      {
        missing: "metadata",
        release: exampleRelease("b==1"),
        filename: "b-1-py3-none-any.whl",
        requiredBy: "the search",
      },
    ],
  });
});

test("the stack as far as it is known comes with the gaps", () => {
  const store = new MemoryStore().add("a==1", { requires: ["b", "c"] }).add("c==1");

  const advice = advise(contextOf(store, ["a"]), { verify: false });

  expect(advice.outcome === "incomplete" && [...advice.best.pins.keys()]).toEqual(["a", "c"]);
});

test("a gap does not hide a failure that no fact can mend", () => {
  const store = new MemoryStore()
    .add("a==1", { requires: ["c<2", "unknown"] })
    .add("b==1", { requires: ["c>=2"] })
    .add("c==2")
    .add("c==1");

  expect(resolved(store, ["a", "b", "unheard-of"])).toBe(
    "unsatisfiable: no version of c satisfies everyone",
  );
});

test("the more releases were passed over, the more of the next are asked for at once", () => {
  const store = new MemoryStore().add("base==1");
  for (let version = 1; version <= 20; version += 1) {
    store.add(`a==${version}`, { requires: false });
  }
  const asked: number[] = [];
  for (;;) {
    const advice = advise(contextOf(store, ["base", "a"]), { verify: false });
    if (advice.outcome !== "incomplete") break;
    asked.push(advice.gaps.length);
    for (const gap of advice.gaps) {
      if (gap.missing !== "metadata") throw new Error("only metadata is missing");
      const old = gap.release.version === "1";
      store.putMetadata(gap.release, gap.filename, {
        state: "known",
        requires: [old ? "base" : "base>=2"],
        extras: [],
        via: "range",
        observedAt: "2026-01-01T00:00:00Z",
      });
    }
  }

  expect(asked).toEqual([1, 1, 2, 4, 8, 4]);
  expect(resolved(store, ["base", "a"])).toBe("locked: a==1 base==1");
});

test("a package of which nothing is known asks for its releases only", () => {
  expect(resolved(new MemoryStore(), ["a>=1", "dev-packages: a[x]"])).toBe(
    "incomplete: releases of a",
  );
});

test("a name that an index is known not to have is no gap", () => {
  const store = new MemoryStore();
  store.putAbsent(packageName("a"), exampleIndex, "404", 0);

  expect(resolved(store, ["a"])).toBe("unsatisfiable: no package `a` on the index");
});
