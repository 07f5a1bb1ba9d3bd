import { expect, test } from "vitest";
import { advisory, contextOf, project, resolved } from "../../../fixtures/advice.ts";
import { noSettings } from "../../model/advice-settings.ts";
import { noPolicy } from "../../model/policy.ts";
import type { Project } from "../../model/project.ts";
import { exampleRelease, MemoryStore } from "../../store/memory-store.ts";
import { TimelyKnowledge } from "../timely-knowledge.ts";

const asOf = Date.parse("2021-06-01T00:00:00Z");

function dated(...demands: readonly string[]): Project {
  return { ...project(...demands), settings: { ...noSettings, asOf, moment: asOf } };
}

function before(): MemoryStore {
  return new MemoryStore()
    .add("a==1", { uploadedAt: "2020-01-01T00:00:00Z" })
    .add("a==2", { uploadedAt: "2021-05-31T23:59:59Z" });
}

test("advice as of a day is the same before and after the store learnt newer releases", () => {
  const after = before()
    .add("a==3", { uploadedAt: "2021-06-02T00:00:00Z", requires: ["gone"] })
    .add("a==4", { uploadedAt: "2026-01-01T00:00:00Z" });

  expect(resolved(before(), dated("a"))).toBe("locked: a==2");
  expect(resolved(after, dated("a"))).toBe("locked: a==2");
  expect(resolved(after, ["a"])).toBe("locked: a==4");
});

test("a release without a time of upload was not there, unless unknown ages are allowed", () => {
  const undated = before().add("a==3");
  const project = dated("a");
  const settings = { ...noSettings, asOf, policy: { ...noPolicy, unknownAge: "allow" as const } };

  expect(resolved(undated, project)).toBe("locked: a==2");
  expect(resolved(undated, { ...project, settings })).toBe("locked: a==3");
});

test("an advisory that was not out yet does not count", () => {
  const store = before();
  store.known = new Map([
    ["a==2", [advisory("CVE-2021-1", { published: "2021-06-02T00:00:00Z" })]],
  ]);

  expect(resolved(store, dated("a"))).toBe("locked: a==2");
  expect(resolved(store, ["a"])).toBe("locked: a==1");
});

test("malware counts, whenever it was found", () => {
  const store = before();
  const match = advisory("MAL-2021-1", { kind: "malware", published: "2021-06-02T00:00:00Z" });
  store.known = new Map([["a==2", [match]]]);

  expect(resolved(store, dated("a"))).toBe("locked: a==1");
});

test("what was uploaded later says so", () => {
  const store = before().add("a==3", { uploadedAt: "2021-06-02T00:00:00Z" });
  const knowledge = new TimelyKnowledge(contextOf(store, dated("a")));

  expect(knowledge.timeliness(exampleRelease("a==3"))?.withheld?.reason).toBe(
    "was uploaded later than 2021-06-01",
  );
});
