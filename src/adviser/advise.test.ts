import { expect, test } from "vitest";
import {
  contextOf,
  installedFact,
  project,
  resolved,
  runtime,
  summary,
} from "../../fixtures/advice.ts";
import { packageName } from "../python/name.ts";
import { exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

test("a pin says where it comes from, who needs it, and in which categories", () => {
  const store = new MemoryStore()
    .add("flask==3", { requires: ["click>=8"], requiresPython: ">=3.8" })
    .add("click==8")
    .add("pytest==8", { requires: ["click"] });

  const advice = advise(contextOf(store, ["flask", "dev-packages: pytest"]), { verify: false });

  expect(advice.outcome === "locked" && Object.fromEntries(advice.product.pins)).toEqual({
    flask: {
      release: exampleRelease("flask==3"),
      extras: [],
      categories: ["packages"],
      requiredBy: ["Pipfile:1"],
      filename: "flask-3-py3-none-any.whl",
      files: store.details(exampleRelease("flask==3")),
      requiresPython: ">=3.8",
    },
    pytest: {
      release: exampleRelease("pytest==8"),
      extras: [],
      categories: ["dev-packages"],
      requiredBy: ["Pipfile:2"],
      filename: "pytest-8-py3-none-any.whl",
      files: store.details(exampleRelease("pytest==8")),
    },
    click: {
      release: exampleRelease("click==8"),
      extras: [],
      categories: ["packages", "dev-packages"],
      requiredBy: ["flask==3", "pytest==8"],
      filename: "click-8-py3-none-any.whl",
      files: store.details(exampleRelease("click==8")),
    },
  });
});

test("one version serves all categories", () => {
  const store = new MemoryStore().add("a==3").add("a==2").add("a==1");

  expect(resolved(store, ["a>=2", "dev-packages: a<3"])).toBe("locked: a==2");
});

test("a pin of the old lock is kept while it satisfies everyone", () => {
  const store = new MemoryStore()
    .add("a==1", { requires: ["b"] })
    .add("b==3")
    .add("b==2");
  const old = { ...project("a"), preferred: new Map([[packageName("b"), "2"]]) };

  expect(resolved(store, old)).toBe("locked: a==1 b==2");
});

test.each([
  ["its package asks for a newer one", "b>=3", {}],
  ["it was yanked", "b", { yanked: "" }],
  ["it does not run on the Python", "b", { requiresPython: ">=3.12" }],
])("a pin of the old lock is given up when %s", (_rule, demand, told) => {
  const store = new MemoryStore()
    .add("a==1", { requires: [demand] })
    .add("b==3")
    .add("b==2", told);
  const old = { ...project("a"), preferred: new Map([[packageName("b"), "2"]]) };

  expect(resolved(store, old)).toBe("locked: a==1 b==3");
});

test("old pins that contradict a new line are given up, the others stay", () => {
  const store = new MemoryStore()
    .add("a==2", { requires: ["b>=2"] })
    .add("a==1", { requires: ["b<2"] })
    .add("b==2")
    .add("b==1")
    .add("c==2")
    .add("c==1");
  const preferred = new Map([
    [packageName("a"), "1"],
    [packageName("b"), "1"],
    [packageName("c"), "1"],
  ]);

  expect(resolved(store, { ...project("a", "c", "b>=2"), preferred })).toBe(
    "locked: a==2 b==2 c==1",
  );
});

test("every pin must have been seen to install, if that is asked for", () => {
  const store = new MemoryStore().add("a==1", { requires: ["b"] }).add("b==1");
  store.putInstalled(exampleRelease("b==1"), runtime.id, installedFact());

  const advice = advise(contextOf(store, ["a"]), { verify: true });

  expect(summary(advice)).toBe("incomplete: installed of a==1");
  store.putInstalled(exampleRelease("a==1"), runtime.id, installedFact());
  expect(summary(advise(contextOf(store, ["a"]), { verify: true }))).toBe("locked: a==1 b==1");
});

test("installations are looked at only when all else is known", () => {
  const store = new MemoryStore().add("a==1", { requires: ["b"] });

  expect(summary(advise(contextOf(store, ["a"]), { verify: true }))).toBe(
    "incomplete: releases of b",
  );
});

test("the same knowledge gives the same advice, in whatever order it was learnt", () => {
  const there = new MemoryStore()
    .add("a==1", { requires: ["c", "b"] })
    .add("b==1")
    .add("b==2")
    .add("c==1");
  const back = new MemoryStore()
    .add("c==1")
    .add("b==2")
    .add("b==1")
    .add("a==1", { requires: ["c", "b"] });

  const answers = [there, back].map((store) => advise(contextOf(store, ["a"]), { verify: false }));

  expect(answers[0]).toEqual(answers[1]);
  expect(answers.map(summary)).toEqual(["locked: a==1 b==2 c==1", "locked: a==1 b==2 c==1"]);
});
