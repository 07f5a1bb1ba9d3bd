import { expect, test } from "vitest";
import { contextOf, installedFact, locked, resolved, runtime } from "../../fixtures/advice.ts";
import { packageName } from "../python/name.ts";
import { exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

const day = (number: number) => `2024-01-${String(number).padStart(2, "0")}T00:00:00Z`;

/** `lib` came out after `app`, as numpy 2 after pandas 1. */
function store(times: Readonly<Record<string, number>>): MemoryStore {
  const made = new MemoryStore();
  for (const [text, number] of Object.entries(times))
    made.add(text, {
      ...(number === 0 ? {} : { uploadedAt: day(number) }),
      requires: text.startsWith("app") ? ["lib"] : [],
    });
  return made;
}

function seenApart(made: MemoryStore, release: string, name: string, version: string): MemoryStore {
  const apartFrom = [{ name: packageName(name), version }];
  made.putInstalled(exampleRelease(release), runtime.id, {
    ...installedFact("import-abi"),
    apartFrom,
  });
  return made;
}

test("what did not import beside a newer release is taken with an earlier series of that", () => {
  const times = { "app==1.5": 1, "app==1.4": 1, "lib==2.1": 9, "lib==2.0": 8, "lib==1.9": 1 };

  expect(resolved(seenApart(store(times), "app==1.5", "lib", "2.1"), ["app"])).toBe(
    "locked: app==1.5 lib==1.9",
  );
});

test("those before it are not tried beside that series either", () => {
  const times = { "app==1.5": 1, "app==1.4": 1, "lib==2.1": 9, "lib==1.9": 1 };
  const made = seenApart(store(times), "app==1.5", "lib", "2.1");

  expect(resolved(made, ["app", "lib>=2"])).toMatch(/^unsatisfiable/);
});

test("what did not import beside an older release is taken with a newer one", () => {
  const times = { "app==1.5": 5, "lib==1.0": 1, "lib==1.2": 2, "lib==1.1": 6 };
  const made = seenApart(store(times), "app==1.5", "lib", "1.0");

  expect(resolved(made, ["app", "lib<1.2"])).toBe("locked: app==1.5 lib==1.1");
  expect(resolved(made, ["app", "lib==1.0"])).toMatch(/^unsatisfiable/);
});

test("where no time is known, only the two are kept apart", () => {
  const times = { "app==1.5": 0, "app==1.4": 0, "lib==2.1": 0 };

  expect(resolved(seenApart(store(times), "app==1.5", "lib", "2.1"), ["app", "lib"])).toBe(
    "locked: app==1.4 lib==2.1",
  );
});

test("a release that failed beside another is to be tried again beside the next", () => {
  const times = { "app==1.5": 1, "lib==2.1": 9, "lib==1.9": 1 };
  const made = seenApart(store(times), "app==1.5", "lib", "2.1");
  made.putInstalled(exampleRelease("lib==1.9"), runtime.id, installedFact());
  const advice = advise(contextOf(made, ["app"]), { verify: true });

  expect(advice.outcome === "incomplete" ? advice.gaps : []).toMatchObject([
    { missing: "installed", release: { name: "app", version: "1.5" } },
  ]);
});

test("the reason for the earlier series names the two", () => {
  const times = { "app==1.5": 1, "lib==2.1": 9, "lib==1.9": 1 };
  const made = seenApart(store(times), "app==1.5", "lib", "2.1");
  const product = locked(advise(contextOf(made, ["app"]), { verify: false }));

  expect([...product.notNewest.values()]).toEqual([
    {
      newest: "2.1",
      reason: "lib 2.1 and app 1.5 do not go together: app 1.5 did not import beside lib 2.1",
    },
  ]);
});

test("that holds for a package that neither needs, too", () => {
  const made = new MemoryStore();
  made.add("app==1.5", { requires: [] }).add("app==1.4", { requires: [] });
  made.add("lib==2.1", { requires: [] });
  made.add("z==1", { requires: ["lib"] });

  expect(resolved(seenApart(made, "app==1.5", "lib", "2.1"), ["app", "z"])).toBe(
    "locked: app==1.4 lib==2.1 z==1",
  );
});
