import { expect, test } from "vitest";
import { contextOf } from "../../fixtures/advice.ts";
import type { Conflict } from "../model/advice.ts";
import { packageName } from "../python/name.ts";
import { exampleIndex, MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

function conflict(store: MemoryStore, demands: readonly string[]): Conflict {
  const advice = advise(contextOf(store, demands), { verify: false });
  if (advice.outcome !== "unsatisfiable") throw new Error(advice.outcome);
  return advice.conflict;
}

test("lines that exclude each other are both shown", () => {
  const store = new MemoryStore().add("a==2").add("a==1").add("other==1");

  expect(conflict(store, ["other", "a==2", "dev-packages: a==1"])).toMatchObject({
    message: "no version of a satisfies everyone",
    lines: [
      { line: 2, name: "a", note: "you ask for ==2" },
      { line: 3, name: "a", note: "you ask for ==1" },
    ],
    story: [],
    culprits: ["a"],
    fixes: [],
  });
});

test("the contested package is named, and who asks what of it", () => {
  const store = new MemoryStore()
    .add("flask==1.1.4", { requires: ["werkzeug>=0.15,<2.0"] })
    .add("werkzeug==2.0")
    .add("werkzeug==1.0")
    .add("other==1");

  const told = conflict(store, ["other", "Flask", "werkzeug>=2"]);

  expect({ ...told, culprits: [...told.culprits].sort() }).toMatchObject({
    message: "no version of werkzeug satisfies everyone",
    lines: [
      { line: 2, name: "Flask", note: "you ask for any version" },
      { line: 3, name: "werkzeug", note: "you ask for >=2" },
    ],
    story: ["flask 1.1.4 needs werkzeug <2.0,>=0.15"],
    culprits: ["flask", "werkzeug"],
    fixes: [],
  });
});

test("what many releases say alike is said once", () => {
  const store = new MemoryStore().add("b==1");
  for (let version = 1; version <= 30; version += 1) {
    store.add(`a==1.${version}`, { requires: ["b>=2"] });
  }

  expect(conflict(store, ["a", "b"])).toMatchObject({
    message: "no version of b is what is asked for",
    story: ["a 1.1 to 1.30 (30 releases) needs b >=2"],
  });
});

test("a Python that is too old is told as that", () => {
  const store = new MemoryStore()
    .add("a==2", { requiresPython: ">=3.13" })
    .add("a==1", { requiresPython: ">=3.12" });

  expect(conflict(store, ["a"])).toMatchObject({
    message: "no version of a that is asked for works on Python 3.11",
    lines: [{ line: 1, name: "a", note: "you ask for any version" }],
    story: ["a 2 needs Python >=3.13", "a 1 needs Python >=3.12"],
    culprits: ["a"],
    fixes: [],
  });
});

test("old releases for another Python do not make a conflict one of Pythons", () => {
  const store = new MemoryStore()
    .add("a==2", { requires: ["b>=2"] })
    .add("a==1", { requiresPython: "<3" })
    .add("b==2")
    .add("b==1");

  expect(conflict(store, ["a", "b<2"])).toMatchObject({
    message: "no version of b satisfies everyone",
    story: expect.arrayContaining(["a 2 needs b >=2", "a 1 needs Python <3"]),
  });
});

test("a package that does not exist is told as that", () => {
  const store = new MemoryStore();
  store.putAbsent(packageName("requets"), exampleIndex, "404", 0);

  expect(conflict(store, ["requets"])).toMatchObject({
    message: "no package `requets` on the index",
    lines: [{ line: 1, name: "requets", note: "you ask for any version" }],
    story: ["no package `requets` on the index"],
    culprits: ["requets"],
    fixes: [],
  });
});

test("a version that does not exist is told with the line that asks for it", () => {
  const store = new MemoryStore().add("a==1");

  expect(conflict(store, ["a>=9"])).toMatchObject({
    message: "no version of a is what is asked for",
    lines: [{ line: 1, name: "a", note: "you ask for >=9" }],
    story: [],
    culprits: ["a"],
    fixes: [],
  });
});

test("only lines that take part are shown, however deep the conflict lies", () => {
  const store = new MemoryStore()
    .add("a==1", { requires: ["b"] })
    .add("b==1", { requires: ["c"] })
    .add("c==1", { requires: ["d<2"] })
    .add("x==1", { requires: ["y"] })
    .add("y==1", { requires: ["d>=2"] })
    .add("d==2")
    .add("d==1")
    .add("free==1");

  const told = conflict(store, ["free", "a", "x"]);

  expect(told).toMatchObject({
    message: "no version of d satisfies everyone",
    lines: [
      { line: 2, name: "a" },
      { line: 3, name: "x" },
    ],
  });
  expect([...told.story].sort()).toEqual([
    "a 1 needs b",
    "b 1 needs c",
    "c 1 needs d <2",
    "x 1 needs y",
    "y 1 needs d >=2",
  ]);
  expect([...told.culprits].sort()).toEqual(["a", "x"]);
});
