import { expect, test } from "vitest";
import { project, resolved } from "../../../fixtures/advice.ts";
import { type AdviceSettings, noSettings } from "../../model/advice-settings.ts";
import { packageName } from "../../python/name.ts";
import { parseSpecifierSet } from "../../python/specifier.ts";
import { MemoryStore } from "../../store/memory-store.ts";

const store = new MemoryStore()
  .add("a==3", { requires: ["b"] })
  .add("a==2", { requires: ["b"] })
  .add("b==2")
  .add("b==1");

function advised(lines: readonly string[], settings: Partial<AdviceSettings>): string {
  return resolved(store, { ...project(...lines), settings: { ...noSettings, ...settings } });
}

function line(name: string, specifier: string) {
  const range = parseSpecifierSet(specifier)?.range;
  if (range === undefined) throw new Error(specifier);
  return { name: packageName(name), specifier, range };
}

test("a line of a constraints file binds whoever needs the package, and brings it in for nobody", () => {
  const constraints = [
    { ...line("b", "<2"), where: "constraints.txt:1" },
    { ...line("c", "==1"), where: "constraints.txt:2" },
  ];

  expect(advised(["a"], { constraints })).toBe("locked: a==3 b==1");
});

test("a rule drops the releases in its range, whoever asks for them", () => {
  const rule = { ...line("a", ">=3"), reason: "it lost our data", where: "thoth.toml:1" };

  expect(advised(["a"], { rules: [rule] })).toBe("locked: a==2 b==2");
  expect(advised(["a==3"], { rules: [rule] })).toMatch(/^unsatisfiable/);
});

test("an update that is to be judged is the only release of its package that counts", () => {
  const update = { name: packageName("b"), version: "1" };

  expect(advised(["a"], { update })).toBe("locked: a==3 b==1");
  expect(advised(["a", "b>=2"], { update })).toMatch(/^unsatisfiable/);
});
