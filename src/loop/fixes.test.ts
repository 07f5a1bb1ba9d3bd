import { expect, test } from "vitest";
import { contextOf, project } from "../../fixtures/advice.ts";
import { advise } from "../adviser/advise.ts";
import type { Remedy } from "../model/advice.ts";
import type { Project } from "../model/project.ts";
import { packageName } from "../python/name.ts";
import { exampleIndex, MemoryStore } from "../store/memory-store.ts";
import { type Attempt, remediesOf } from "./fixes.ts";

function attempt(store: MemoryStore, changed: Project): Attempt {
  const advice = advise(contextOf(store, changed), { verify: false });
  if (advice.outcome === "locked") return { outcome: "stack", product: advice.product };
  return advice.outcome === "unsatisfiable"
    ? { outcome: "conflict", conflict: advice.conflict }
    : { outcome: "unknown" };
}

async function remedies(
  store: MemoryStore,
  demands: Project,
  pythons: readonly string[] = [],
): Promise<readonly Remedy[]> {
  const failed = attempt(store, demands);
  if (failed.outcome !== "conflict") throw new Error(failed.outcome);
  const { remedies: found } = await remediesOf({
    project: demands,
    conflict: failed.conflict,
    resolve: async (changed) => attempt(store, changed),
    pythons: pythons.map((version) => ({
      version,
      attempt: async () => attempt(new MemoryStore().add("a==1.2"), project("a")),
    })),
    spent: () => false,
  });
  return found;
}

function texts(found: readonly Remedy[]): readonly string[] {
  return found.map(({ edits }) =>
    edits
      .map((edit) =>
        edit.kind === "requirement" ? `${edit.where} ${edit.name} ${edit.after}` : edit.kind,
      )
      .join(" and "),
  );
}

test("a line is changed to the series that was tried; what makes nothing older comes first", async () => {
  const store = new MemoryStore()
    .add("a==1.0", { requires: ["b<2"] })
    .add("a==2.1", { requires: ["b"] })
    .add("b==1.5")
    .add("b==2.3");

  const found = await remedies(store, project("b>=2", "a==1.0"));

  expect(texts(found)).toEqual(["Pipfile:2 a ~=2.1", "Pipfile:1 b ~=1.5"]);
  expect(found.map(({ downgrades }) => downgrades)).toEqual([0, 1]);
  expect(found[0]?.edits[0]).toEqual({
    kind: "requirement",
    where: "Pipfile:2",
    name: "a",
    before: "==1.0",
    after: "~=2.1",
  });
});

test("two lines are changed where no single one helps", async () => {
  const store = new MemoryStore()
    .add("a==1.0", { requires: ["c<2"] })
    .add("a==2.0", { requires: ["c>=2"] })
    .add("b==1.0", { requires: ["c<2"] })
    .add("b==2.0", { requires: ["c>=2"] })
    .add("c==1.0")
    .add("c==2.0")
    .add("c==3.0");

  const found = await remedies(store, project("a==1.0", "b==1.0", "c==3.0"));

  expect(texts(found)).toEqual(["Pipfile:3 c ~=1.0"]);
  const both = await remedies(store, project("a==1.0", "b==2.0", "c==9"));
  expect(texts(both)[0]).toMatch(/ and /);
});

test("one conflict after the other is opened, and only what must be stays changed", async () => {
  const store = new MemoryStore()
    .add("a==1.0", { requires: ["x<2"] })
    .add("b==1.0", { requires: ["y<2"] })
    .add("x==1.0")
    .add("x==2.0")
    .add("y==1.0")
    .add("y==2.0");

  const [first] = await remedies(store, project("a", "b", "x>=2", "y>=2"));

  expect(first === undefined ? [] : texts([first])).toEqual([
    "Pipfile:3 x ~=1.0 and Pipfile:4 y ~=1.0",
  ]);
});

test("pre-releases are allowed where one would do", async () => {
  const store = new MemoryStore()
    .add("a==1.0", { requires: ["b>1.5"] })
    .add("b==1.0")
    .add("b==2.0rc1");

  expect(texts(await remedies(store, project("a", "b")))).toEqual(["pre-releases"]);
});

test("another Python is offered only where one is in the way", async () => {
  const store = new MemoryStore().add("a==1.0").add("a==1.2", { requiresPython: ">=3.13" });

  expect(texts(await remedies(store, project("a==1.2"), ["3.13"]))).toContain("python");
  expect(texts(await remedies(store, project("a==1.0", "a==1.1"), ["3.13"]))).not.toContain(
    "python",
  );
});

test("what can't be resolved is not offered", async () => {
  const store = new MemoryStore().add("a==1.0", { requires: ["gone"] });
  store.putAbsent(packageName("gone"), exampleIndex, "404", 0);

  expect(await remedies(store, project("a"))).toEqual([]);
});

test("to leave a line out is offered where nothing else helps, if others are left", async () => {
  const store = new MemoryStore().add("a==1.0", { requires: ["gone"] }).add("b==1.0");
  store.putAbsent(packageName("gone"), exampleIndex, "404", 0);

  const [remedy] = await remedies(store, project("b", "a"));

  expect(remedy?.edits).toEqual([{ kind: "removal", where: "Pipfile:2", name: "a", before: "" }]);
});

test("of changes that make equally much older the one that moves least comes first", async () => {
  const store = new MemoryStore()
    .add("a==1.5", { requires: ["c<2"] })
    .add("a==1.4", { requires: ["c"] })
    .add("b==2.5", { requires: ["c>=2"] })
    .add("b==1.0", { requires: ["c"] })
    .add("c==1.0")
    .add("c==2.0");

  expect(texts(await remedies(store, project("b>=2.5", "a>=1.5")))).toEqual([
    "Pipfile:2 a ~=1.4",
    "Pipfile:1 b ~=1.0",
  ]);
});

test("what there was no time for is named, and is not what was tried in vain", async () => {
  const store = new MemoryStore().add("a==1.0", { requires: ["b<2"] }).add("b==2.3");
  const demands = { ...project("b>=2", "a==1.0") };
  const failed = attempt(store, demands);
  if (failed.outcome !== "conflict") throw new Error(failed.outcome);
  const ground = { project: demands, conflict: failed.conflict, pythons: [] };

  const late = await remediesOf({
    ...ground,
    resolve: async () => ({ outcome: "unknown", late: true }),
    spent: () => false,
  });
  const spent = await remediesOf({
    ...ground,
    resolve: async (changed) => attempt(store, changed),
    spent: () => true,
  });
  const vain = await remediesOf({
    ...ground,
    resolve: async () => failed,
    spent: () => false,
  });

  expect(late.untried).toEqual(expect.arrayContaining(["another a", "another b", "no a"]));
  expect(spent).toEqual(late);
  expect(vain).toEqual({ remedies: [], untried: [] });
});
