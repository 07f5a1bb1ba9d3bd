import { expect, test } from "vitest";
import { project, resolved } from "../../../fixtures/advice.ts";
import { noSettings } from "../../model/advice-settings.ts";
import { noPolicy, type Policy } from "../../model/policy.ts";
import type { Project } from "../../model/project.ts";
import { indexUrl } from "../../model/release.ts";
import { packageName } from "../../python/name.ts";
import { exampleIndex, MemoryStore } from "../../store/memory-store.ts";

const a = packageName("a");
const other = indexUrl("https://other.example/simple");

function under(policy: Partial<Policy>, ...demands: readonly string[]): Project {
  return {
    ...project(...demands),
    settings: { ...noSettings, policy: { ...noPolicy, ...policy } },
  };
}

test("a pinned release that is yanked is refused where the policy says so", () => {
  const store = new MemoryStore().add("a==1").add("a==2", { yanked: "broken" });

  expect(resolved(store, under({}, "a==2"))).toBe("locked: a==2");
  expect(resolved(store, under({ yanked: "refuse" }, "a==2"))).toMatch(/^unsatisfiable/);
});

test("an index that the policy does not name gives nothing", () => {
  const store = new MemoryStore().add("a==1");
  const indexes = (allowed: typeof other) => ({ allowed: new Set([allowed]), packages: new Map() });

  expect(resolved(store, under({ indexes: indexes(exampleIndex) }, "a"))).toBe("locked: a==1");
  expect(resolved(store, under({ indexes: indexes(other) }, "a"))).toMatch(/^unsatisfiable/);
});

test("a package that the policy ties to an index comes from there, whoever needs it", () => {
  const store = new MemoryStore()
    .add("b==1", { requires: ["a"] })
    .add("a==2")
    .add("a==1", { index: other });
  const indexes = { allowed: undefined, packages: new Map([[a, other]]) };

  expect(resolved(store, under({ indexes }, "b"))).toBe("locked: a==1 b==1");
});

test.each([
  ["MIT", "mit", undefined, "locked: a==1"],
  ["MIT OR GPL-3.0-only", "mit", undefined, "locked: a==1"],
  ["MIT AND GPL-3.0-only", "mit", undefined, "unsatisfiable"],
  ["GPL-2.0-only WITH Classpath-exception-2.0", "gpl-2.0-only", undefined, "locked: a==1"],
  ["(MIT OR ISC) AND BSD-3-Clause", "isc bsd-3-clause", undefined, "locked: a==1"],
  [undefined, "mit", undefined, "unsatisfiable"],
  [undefined, undefined, "mit", "locked: a==1"],
  ["GPL-3.0-only", undefined, "gpl-3.0-only", "unsatisfiable"],
  ["GPL-3.0-only OR MIT", undefined, "gpl-3.0-only", "locked: a==1"],
])("a licence of %s with %s allowed and %s denied: %s %s", (licence, allow, deny, expected) => {
  const store = new MemoryStore().add("a==1");
  if (licence !== undefined) {
    store.putAbout(a, exampleIndex, {
      from: "index",
      version: "1",
      licenseExpression: licence,
      licenseFiles: [],
      classifiers: [],
      links: [],
      observedAt: "2026-01-01T00:00:00Z",
    });
  }
  const licenses = {
    allow: allow === undefined ? undefined : new Set(allow.split(" ")),
    deny: new Set(deny?.split(" ")),
  };

  expect(resolved(store, under({ licenses }, "a"))).toMatch(new RegExp(`^${expected}`));
});
