import { expect, test } from "vitest";
import { project, resolved } from "../../fixtures/advice.ts";
import { noSettings } from "../model/advice-settings.ts";
import { packageName } from "../python/name.ts";
import { MemoryStore } from "../store/memory-store.ts";

const store = new MemoryStore().add("a==2.0rc1").add("a==1.9").add("a==1.9.dev1");

test.each([
  ["nobody asks for one: the newest final release", "a", "locked: a==1.9"],
  ["a bound that names one admits them like any release", "a>=1.9rc1", "locked: a==2.0rc1"],
  ["a pin admits its own", "a==2.0rc1", "locked: a==2.0rc1"],
  ["only pre-releases satisfy the line", "a>1.9", "locked: a==2.0rc1"],
  ["a bound without one leaves them out", "a>=1", "locked: a==1.9"],
  [
    "none that exists satisfies the line",
    "a>2",
    "unsatisfiable: no version of a is what is asked for",
  ],
])("pre-releases: %s", (_rule, demand, expected) => {
  expect(resolved(store, [demand])).toBe(expected);
});

test("pre-releases count as releases where the package is named for that, or under testing", () => {
  const asked = project("b");
  const needed = new MemoryStore().add("b==1", { requires: ["a"] }).add("b==2rc1");
  for (const version of ["2.0rc1", "1.9"]) needed.add(`a==${version}`);
  const prereleasesOf = new Set([packageName("a")]);
  const settings = { ...noSettings, prereleasesOf };

  expect(resolved(needed, asked)).toBe("locked: a==1.9 b==1");
  expect(resolved(needed, { ...asked, settings })).toBe("locked: a==2.0rc1 b==1");
  expect(resolved(needed, asked, { recommendationType: "testing" })).toBe("locked: b==2rc1");
});

test("an update that is to be judged may be a pre-release", () => {
  const update = { name: packageName("a"), version: "2.0rc1" };
  const settings = { ...noSettings, update };

  expect(resolved(store, { ...project("a"), settings })).toBe("locked: a==2.0rc1");
});

test("a package that has nothing else is taken as a pre-release", () => {
  const only = new MemoryStore().add("a==1.0b2").add("a==1.0b1");

  expect(resolved(only, ["a"])).toBe("locked: a==1.0b2");
});

test("final releases that can't be used here do not keep pre-releases out", () => {
  const other = new MemoryStore().add("a==1.0b1").add("a==0.9", { requiresPython: "<3" });

  expect(resolved(other, ["a"])).toBe("locked: a==1.0b1");
});

test("allow_prereleases of the Pipfile admits them for every package", () => {
  const world = new MemoryStore()
    .add("a==2.0rc1", { requires: ["b"] })
    .add("a==1.9")
    .add("b==3a1")
    .add("b==2");

  expect(resolved(world, { ...project("a"), allowPrereleases: true })).toBe(
    "locked: a==2.0rc1 b==3a1",
  );
});

test("a dependency that names a pre-release gets one for want of a final release", () => {
  const world = new MemoryStore()
    .add("a==1", { requires: ["b>=2rc1"] })
    .add("b==2rc2")
    .add("b==1");

  expect(resolved(world, ["a"])).toBe("locked: a==1 b==2rc2");
  expect(resolved(world.add("b==2").add("b==3a1"), ["a"])).toBe("locked: a==1 b==2");
});

test("a dependency that names a pre-release is heard though it is met after its package was decided", () => {
  // b is decided for the Pipfile first, as 1; only c, met later, asks for 2rc1
  const world = new MemoryStore()
    .add("b==2rc1")
    .add("b==1")
    .add("a==1", { requires: ["c"] })
    .add("c==1", { requires: ["b>=2rc1"] });

  expect(resolved(world, ["b", "a"])).toBe("locked: a==1 b==2rc1 c==1");
});

test("a dependency does not get a pre-release that it does not name", () => {
  const world = new MemoryStore()
    .add("a==2", { requires: ["b>1"] })
    .add("a==1", { requires: ["b"] })
    .add("b==2rc1")
    .add("b==1");

  expect(resolved(world, ["a"])).toBe("locked: a==1 b==1");
});

test("a failure for want of a pre-release is no proof while a fact is missing that may ask for one", () => {
  const world = new MemoryStore()
    .add("a==1", { requires: ["b>1"] })
    .add("b==2rc1")
    .add("b==1")
    .add("c==1", { requires: false });

  expect(resolved(world, ["a"])).toBe("unsatisfiable: no version of b is what is asked for");
  expect(resolved(world, ["c", "a"])).toBe("incomplete: metadata of c==1");
});

test("that holds however many other reasons there are", () => {
  const world = new MemoryStore().add("a==1", { requires: ["b>1"] }).add("b==1");
  for (let major = 3; major < 9; major += 1) {
    world.add(`b==${major}`, { yanked: `for reason ${major}` });
  }
  world.add("b==2rc1").add("c==1", { requires: false });

  expect(resolved(world, ["c", "a"])).toBe("incomplete: metadata of c==1");
});
