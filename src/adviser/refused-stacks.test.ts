import { expect, test } from "vitest";
import { contextOf, resolved } from "../../fixtures/advice.ts";
import { packageName } from "../python/name.ts";
import { parseVersion } from "../python/version.ts";
import { singleVersion } from "../python/version-range.ts";
import { MemoryStore } from "../store/memory-store.ts";
import { consult } from "./advise.ts";
import { RefusedStacks } from "./refused-stacks.ts";

const store = new MemoryStore().add("a==2").add("a==1");

test("an advice that no stride refuses stands, and its context stays as it is", () => {
  const context = contextOf(store, ["a"]);
  const stacks = new RefusedStacks();

  expect(stacks.judge(consult(context, { verify: false }).advice, context)).toBeUndefined();
  expect(stacks.without(context)).toBe(context);
});

test("a stack that was refused is not found again", () => {
  const context = contextOf(store, ["a"]);
  const stacks = new RefusedStacks();
  const refuse = (version: string) => {
    const terms = new Map([[packageName("a"), singleVersion(known(version))]]);
    stacks.combinations.push({ name: version, terms, reason: "is refused" });
  };

  refuse("2");
  expect(resolved(store, ["a"], stacks.without(context))).toBe("locked: a==1");
  refuse("1");
  const none = consult(stacks.without(context), { verify: false }).advice;
  expect(none.outcome).toBe("unsatisfiable");
  expect(stacks.judge(none, context)).toMatchObject({ reason: "is refused" });
});

function known(text: string) {
  const version = parseVersion(text);
  if (version === undefined) throw new Error(text);
  return version;
}
