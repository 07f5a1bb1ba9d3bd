import { expect, test } from "vitest";
import { contextOf, resolved } from "../../fixtures/advice.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

test("an extra adds its requirements and is noted on the pin", () => {
  const store = new MemoryStore()
    .add("flask==3", { requires: ["click", 'asgiref>=3 ; extra == "async"'], extras: ["async"] })
    .add("click==8")
    .add("asgiref==3");

  expect(resolved(store, ["flask"])).toBe("locked: click==8 flask==3");
  expect(resolved(store, ["flask[async]"])).toBe("locked: asgiref==3 click==8 flask[async]==3");
});

test("an extra may be asked for by another package", () => {
  const store = new MemoryStore()
    .add("site==1", { requires: ["flask[async]>=2"] })
    .add("flask==3", { requires: ['asgiref ; extra == "async"'], extras: ["async"] })
    .add("asgiref==3");

  expect(resolved(store, ["site", "flask"])).toBe("locked: asgiref==3 flask[async]==3 site==1");
});

test("an extra that is made of the package's other extras takes in theirs", () => {
  const store = new MemoryStore()
    .add("kit==1", {
      requires: ['kit[a,b] ; extra == "all"', 'x ; extra == "a"', 'y ; extra == "b"'],
      extras: ["a", "b", "all"],
    })
    .add("x==1")
    .add("y==1");

  expect(resolved(store, ["kit[all]"])).toBe("locked: kit[a,all,b]==1 x==1 y==1");
});

test("an extra whose requirement can't be met excludes the version, not the package", () => {
  const store = new MemoryStore()
    .add("flask==3", { requires: ['asgiref>=4 ; extra == "async"'], extras: ["async"] })
    .add("flask==2", { requires: ['asgiref>=3 ; extra == "async"'], extras: ["async"] })
    .add("asgiref==3");

  expect(resolved(store, ["flask[async]"])).toBe("locked: asgiref==3 flask[async]==2");
});

test("an extra that demands another version of its own package excludes the version", () => {
  const store = new MemoryStore()
    .add("kit==2", { requires: ['kit<2 ; extra == "old"'], extras: ["old"] })
    .add("kit==1", { requires: ['kit<2 ; extra == "old"'], extras: ["old"] });

  expect(resolved(store, ["kit[old]"])).toBe("locked: kit[old]==1");
});

test("extras are compared by their normalised names", () => {
  const store = new MemoryStore()
    .add("kit==1", { requires: ['x ; extra == "Date_Time"'], extras: ["Date_Time"] })
    .add("x==1");

  expect(resolved(store, ["kit[date-time]"])).toBe("locked: kit[date-time]==1 x==1");
});

test("a marker decides within an extra", () => {
  const store = new MemoryStore()
    .add("kit==1", {
      requires: [
        'x ; python_version < "3" and extra == "io"',
        'y ; extra == "io" and python_version >= "3"',
        'z ; extra == "io" or sys_platform == "win32"',
      ],
      extras: ["io"],
    })
    .add("y==1")
    .add("z==1");

  expect(resolved(store, ["kit[io]"])).toBe("locked: kit[io]==1 y==1 z==1");
});

test("an extra that the release does not have adds nothing", () => {
  const store = new MemoryStore().add("flask==3");

  expect(resolved(store, ["flask[nope]"])).toBe("locked: flask[nope]==3");
});

test("an extra that needs an address excludes the version; no index is asked in its stead", () => {
  const store = new MemoryStore()
    .add("kit==2", { requires: ['x @ https://x.example/x.zip ; extra == "io"'], extras: ["io"] })
    .add("kit==1", { requires: ['x ; extra == "io"'], extras: ["io"] })
    .add("x==1");

  expect(resolved(store, ["kit"])).toBe("locked: kit==2");
  expect(resolved(store, ["kit[io]"])).toBe("locked: kit[io]==1 x==1");
});

test("an extra that the release does not have is warned of, and adds nothing", () => {
  const store = new MemoryStore().add("web==1.0", { extras: ["fast"] });
  const advice = advise(contextOf(store, ["web[fats]"]), { verify: false });

  expect(advice).toMatchObject({
    outcome: "locked",
    product: {
      justifications: [{ type: "WARNING", message: "web 1.0 has no extra `fats` (Pipfile:1)" }],
    },
  });
});
