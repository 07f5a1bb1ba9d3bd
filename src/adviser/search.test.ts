import { expect, test } from "vitest";
import { contextOf, resolved } from "../../fixtures/advice.ts";
import { packageName } from "../python/name.ts";
import { exampleIndex, MemoryStore } from "../store/memory-store.ts";
import { search, searchInSteps } from "./search.ts";

test("the newest release is taken", () => {
  const store = new MemoryStore().add("a==1.9").add("a==1.10").add("a==1.2");

  expect(resolved(store, ["a"])).toBe("locked: a==1.10");
});

test("a pin of the Pipfile is kept, and what it needs follows it", () => {
  const store = new MemoryStore()
    .add("a==2", { requires: ["b>=2"] })
    .add("a==1", { requires: ["b<2"] })
    .add("b==2")
    .add("b==1");

  expect(resolved(store, ["a==1", "b"])).toBe("locked: a==1 b==1");
});

test("only what is needed is locked", () => {
  const store = new MemoryStore()
    .add("a==2", { requires: ["b"] })
    .add("a==1")
    .add("b==1", { requires: ["c"] })
    .add("c==1");

  expect(resolved(store, ["a<2"])).toBe("locked: a==1");
});

test("packages that need each other are locked together", () => {
  const store = new MemoryStore().add("a==1", { requires: ["b"] }).add("b==1", { requires: ["a"] });

  expect(resolved(store, ["a"])).toBe("locked: a==1 b==1");
});

test("a release that demands another version of itself is not taken", () => {
  const store = new MemoryStore().add("a==2", { requires: ["a<2"] }).add("a==1");

  expect(resolved(store, ["a"])).toBe("locked: a==1");
});

test("a release that needs a package which does not exist is passed over", () => {
  const store = new MemoryStore().add("a==2", { requires: ["ghost"] }).add("a==1");
  store.putAbsent(packageName("ghost"), exampleIndex, "404", 0);

  expect(resolved(store, ["a"])).toBe("locked: a==1");
});

test("a requirement whose marker does not hold is not needed", () => {
  const store = new MemoryStore()
    .add("a==1", {
      requires: [
        'b ; python_version < "3.8"',
        'c ; sys_platform == "win32"',
        'd ; python_version >= "3.8" and sys_platform == "linux"',
      ],
    })
    .add("d==1");

  expect(resolved(store, ["a"])).toBe("locked: a==1 d==1");
});

test("who makes the demand gives way, if whom it is made of can't", () => {
  const store = new MemoryStore()
    .add("a==3", { requires: ["b>=3"] })
    .add("a==2", { requires: ["b>=3"] })
    .add("a==1", { requires: ["b>=1"] })
    .add("b==3")
    .add("b==2");

  expect(resolved(store, ["a", "b<3"])).toBe("locked: a==1 b==2");
});

test("a conflict over three packages is traced to the one that can give way", () => {
  // a 2 leads by way of b and c to d 2, which e excludes
  const store = new MemoryStore()
    .add("a==2", { requires: ["b==2"] })
    .add("a==1", { requires: ["b==1"] })
    .add("b==2", { requires: ["c==2"] })
    .add("b==1", { requires: ["c==1"] })
    .add("c==2", { requires: ["d==2"] })
    .add("c==1", { requires: ["d==1"] })
    .add("d==2")
    .add("d==1")
    .add("e==1", { requires: ["d<2"] });

  expect(resolved(store, ["a", "e"])).toBe("locked: a==1 b==1 c==1 d==1 e==1");
});

test("two that can never agree are no stack", () => {
  const store = new MemoryStore()
    .add("a==1", { requires: ["c<2"] })
    .add("b==1", { requires: ["c>=2"] })
    .add("c==2")
    .add("c==1");

  expect(resolved(store, ["a", "b"])).toBe("unsatisfiable: no version of c satisfies everyone");
});

test("a line of metadata that can't be read is left out with a warning", () => {
  const store = new MemoryStore().add("a==1", { requires: ["b (>= what)", "c"] }).add("c==1");

  const { catalog } = search(contextOf(store, ["a"]));

  expect([...catalog.warnings]).toEqual([
    "a 1: requirement left out, it can't be read: b (>= what)",
  ]);
});

test.each([
  ["without a conflict each package is decided once", ["a", "b"], 4],
  ["a clash with a pin costs one try, and the pin is decided again", ["a", "b==1"], 6],
  ["each release that clashes with what is decided is tried once", ["old", "wide"], 103],
])("%s", (_rule, demands, attempts) => {
  const store = new MemoryStore()
    .add("a==2", { requires: ["b>=2", "c"] })
    .add("a==1", { requires: ["b", "c"] })
    .add("b==2", { requires: ["d"] })
    .add("b==1", { requires: ["d"] })
    .add("c==1")
    .add("d==1")
    .add("old==1", { requires: ["base<2"] })
    .add("base==2")
    .add("base==1");
  for (let minor = 0; minor < 100; minor += 1) {
    store.add(`wide==2.${minor}`, { requires: ["base>=2"] });
  }
  store.add("wide==1");

  expect(search(contextOf(store, demands)).attempts).toBe(attempts);
});

test("a long search pauses within, so that nobody has to wait for its end", () => {
  const names = Array.from({ length: 100 }, (_, at) => `p${at}`);
  const store = new MemoryStore();
  for (const name of names) store.add(`${name}==1`);

  expect([...searchInSteps(contextOf(store, names))]).toHaveLength(3);
});

test("two packages with many releases that exclude each other take steps in proportion", () => {
  const store = new MemoryStore().add("c==1").add("c==2");
  for (let version = 1; version <= 100; version += 1) {
    store.add(`a==${version}`, { requires: ["c<2"] }).add(`b==${version}`, { requires: ["c>=2"] });
  }

  const { failure, attempts } = search(contextOf(store, ["a", "b"]));

  expect(failure).toBeDefined();
  expect(attempts).toBe(203);
});

test("the package whose demands fail is decided before the one that can meet any", () => {
  // Each framework fits one toolkit; decided the other way round, every toolkit would be tried
  const store = new MemoryStore();
  for (let version = 1; version <= 30; version += 1) {
    store.add(`toolkit==${version}`).add(`framework==${version}`, {
      requires: [`toolkit==${version}`, version > 5 ? "base>=2" : "base"],
    });
  }
  store.add("base==1");

  const { decisions, attempts } = search(contextOf(store, ["toolkit", "framework"]));

  expect([...decisions].map(([key, { text }]) => `${key}==${text}`)).toEqual([
    "framework==5",
    "base==1",
    "toolkit==5",
  ]);
  expect(attempts).toBeLessThanOrEqual(32);
});

test("packages of which more and more is demanded are decided once all have spoken", () => {
  // Decided early, base would be 10, then 9, then 8 … with all that follows decided anew each time
  const store = new MemoryStore();
  for (let version = 1; version <= 10; version += 1) {
    store.add(`base==${version}`).add(`p${version}==1`, { requires: [`base<=${version}`] });
  }
  const demands = [10, 9, 8, 7, 6, 5, 4, 3, 2, 1].map((version) => `p${version}`);

  const { decisions, attempts } = search(contextOf(store, ["base", ...demands]));

  expect(decisions.get("base")?.text).toBe("1");
  expect(attempts).toBe(14);
});

test("what is learnt of one release is not said of a neighbour that does not need the same", () => {
  // Tried in this order: a 5 and a 3 need c 2, a 4 in between only an m that x 2 excludes
  const store = new MemoryStore()
    .add("c==1")
    .add("c==2")
    .add("m==1")
    .add("m==2")
    .add("x==3", { requires: ["c>=2"] })
    .add("x==2", { requires: ["m<2"] })
    .add("x==1", { requires: ["m>=2"] })
    .add("a==5", { requires: ["c>=2"] })
    .add("a==4", { requires: ["m>=2"] })
    .add("a==3", { requires: ["c>=2"] });

  expect(resolved(store, ["c==1", "x", "a"])).toBe("locked: a==4 c==1 m==2 x==1");
});
