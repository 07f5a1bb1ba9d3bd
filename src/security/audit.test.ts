import { expect, test } from "vitest";
import { runtime } from "../../fixtures/advice.ts";
import type { AdvisoryMatch } from "../model/advisory.ts";
import type { AuditedPin, AuditLine, AuditPin } from "../model/audit.ts";
import { packageName } from "../python/name.ts";
import { parseRequirement } from "../python/requirement.ts";
import { exampleIndex, MemoryStore } from "../store/memory-store.ts";
import { auditPins } from "./audit.ts";

const hash = "a".repeat(64);

test("a release that something is known against is affected, the others are not", async () => {
  const store = storeOf({ "a==1": ["PYSEC-1"] })
    .add("a==1")
    .add("b==1");

  const audit = await auditOf(store, ["a", "b"], ["a==1", "b==1"]);

  expect(audit.map(({ pin, verdict }) => [pin.name, verdict])).toEqual([
    ["a", "affected"],
    ["b", "nothing-known"],
  ]);
});

test("without a database everything is unknown", async () => {
  const store = new MemoryStore().add("a==1");

  expect(await auditOf(store, ["a"], ["a==1"])).toMatchObject([
    { verdict: "unknown", reason: "the store holds no advisories" },
  ]);
});

test.each([
  [{ origin: "git" }, "it comes from git; no database speaks of that"],
  [{ origin: "path" }, "it comes from a path; no database speaks of that"],
  [{ origin: "url" }, "it comes from a url; no database speaks of that"],
  [{ version: "2009-black" }, "its version is none of PEP 440"],
  [{ version: undefined }, "no version is pinned"],
] as const)("%j is unknown, not fine", async (changed, reason) => {
  const { version, ...rest } = { ...pin("a==1"), ...changed };
  const pins = [version === undefined ? rest : { ...rest, version }];

  const audit = await auditPins({ ...question(storeOf({}), []), pins });

  expect(audit.pins).toMatchObject([{ verdict: "unknown", reason, findings: [] }]);
});

test("a file that is known as malware is found by its hash, whatever it calls itself", async () => {
  const store = storeOf({}).add("a==1");
  const malware = { ...advisory("MAL-1"), kind: "malware" } as const;
  store.malware = (sha256) => (sha256 === hash ? malware : undefined);
  const pins = [{ ...pin("a==1"), origin: "git", hashes: [hash] } as const];

  const audit = await auditPins({ ...question(store, ["a"]), pins });

  expect(audit.pins).toMatchObject([
    { verdict: "affected", findings: [{ advisory: malware, sha256: hash }] },
  ]);
});

test("the path is a shortest one from a line of the Pipfile, along what holds on the runtime", async () => {
  const store = storeOf({ "d==1": ["PYSEC-1"] })
    .add("a==1", { requires: ["b", 'd ; sys_platform == "win32"'] })
    .add("b==1", { requires: ["c"] })
    .add("c==1", { requires: ["d"] })
    .add("e==1", { requires: ['c ; extra == "all"'], extras: ["all"] })
    .add("d==1");

  const audit = await auditOf(store, ["a", "e[all]"], ["a==1", "b==1", "c==1", "d==1", "e==1"]);

  expect(audit.find(({ findings }) => findings.length > 0)?.path).toEqual({
    where: "Pipfile:2",
    line: 2,
    names: ["e", "c", "d"],
  });
});

test("what stands behind unknown metadata has no path, and its remedy says who was not heard", async () => {
  const store = storeOf({ "b==1": ["PYSEC-1"] })
    .add("a==1", { requires: false })
    .add("b==1")
    .add("b==2");

  const [, affected] = await auditOf(store, ["a"], ["a==1", "b==1"]);

  expect(affected?.path).toBeUndefined();
  expect(affected?.remedy).toEqual({ state: "update", version: "2", unsure: ["a"] });
});

test("the least change skips what is affected, yanked, early or of no file for the runtime", async () => {
  const store = storeOf({ "a==1": ["PYSEC-1"], "a==1.1": ["PYSEC-2"] })
    .add("a==1")
    .add("a==1.1")
    .add("a==1.2", { yanked: "broken" })
    .add("a==1.3rc1")
    .add("a==1.4", { requiresPython: ">=3.13" })
    .add("a==1.5")
    .add("a==2");

  expect(await remedyOf(store, ["a"], ["a==1"])).toEqual({
    state: "update",
    version: "1.5",
    unsure: [],
  });
});

test("a line of the Pipfile that forbids the change is named, with what to write instead", async () => {
  const store = storeOf({ "a==1": ["PYSEC-1"] })
    .add("a==1")
    .add("a==2");

  expect(await remedyOf(store, ["a==1"], ["a==1"])).toMatchObject({
    state: "held",
    version: "2",
    holds: [{ by: "line", line: { where: "Pipfile:1", specifier: "==1" }, instead: "==2" }],
  });
  expect(await remedyOf(store, ["a<2"], ["a==1"])).toMatchObject({ holds: [{ instead: ">=2" }] });
});

test("a pin whose demand forbids the change is named; what only lines forbid goes before", async () => {
  const known = { "b==1": ["PYSEC-1"] };
  const held = storeOf(known)
    .add("a==1", { requires: ["b<2"] })
    .add("b==1")
    .add("b==3");
  const freer = storeOf(known)
    .add("a==1", { requires: ["b!=2"] })
    .add("b==1")
    .add("b==2")
    .add("b==3");

  expect(await remedyOf(held, ["a"], ["a==1", "b==1"])).toEqual({
    state: "held",
    version: "3",
    holds: [{ by: "release", name: "a", version: "1", needs: "b <2" }],
  });
  expect(await remedyOf(freer, ["a", "b<2"], ["a==1", "b==1"])).toMatchObject({
    version: "3",
    holds: [{ by: "line" }],
  });
});

test("where every newer release is affected, or none is known, nothing is promised", async () => {
  const known = { "a==1": ["PYSEC-1"], "a==2": ["PYSEC-1"] };

  expect(await remedyOf(storeOf(known).add("a==1").add("a==2"), ["a"], ["a==1"])).toEqual({
    state: "none",
    newest: "2",
  });
  expect(await remedyOf(storeOf(known).add("a==1"), ["a"], ["a==1"])).toEqual({ state: "none" });
  expect(await remedyOf(storeOf(known), ["a"], ["a==1"])).toMatchObject({ state: "unknown" });
});

test("where nothing newer is free, the newest older release that is and fits mends it", async () => {
  const known = { "a==2": ["PYSEC-1"], "a==3": ["PYSEC-2"] };
  const store = storeOf(known).add("a==0.9").add("a==1").add("a==2").add("a==3");

  expect(await remedyOf(store, ["a"], ["a==2"])).toMatchObject({ version: "1", older: true });
  expect(await remedyOf(store, ["a<1.5"], ["a==2"])).toMatchObject({ version: "1", older: true });
  expect(await remedyOf(store, ["a==2"], ["a==2"])).toMatchObject({ state: "none" });
});

test("a release that would do, and that the runtime can't have, is named with the reason", async () => {
  const store = storeOf({ "a==1": ["PYSEC-1"], "a==2": ["PYSEC-1"] })
    .add("a==1")
    .add("a==2", { requiresPython: ">=3.12" })
    .add("a==3", { requiresPython: ">=3.13" })
    .add("a==4", { yanked: "" });

  expect(await remedyOf(store, ["a"], ["a==1"])).toEqual({
    state: "none",
    refused: { version: "3", reason: "needs Python >=3.13" },
  });
});

test("without a runtime neither path nor remedy is guessed", async () => {
  const store = storeOf({ "b==1": ["PYSEC-1"] })
    .add("a==1", { requires: ["b"] })
    .add("b==1")
    .add("b==2");
  const pins = [pin("a==1"), pin("b==1")];

  const audit = await auditPins({
    ...question(store, ["a"]),
    pins,
    runtime: async () => undefined,
    dependencies: true,
  });

  expect(audit.pins[1]).toMatchObject({ verdict: "affected", remedy: { state: "unknown" } });
  expect(audit.pins[1]).not.toHaveProperty("path");
  expect(audit.dependencies).toEqual([
    { name: "a", needs: undefined },
    { name: "b", needs: undefined },
  ]);
});

test("what needs what is told of each pin, and not guessed where metadata is unknown", async () => {
  const store = storeOf({})
    .add("a==1", { requires: ["b", "c"] })
    .add("b==1", { requires: false })
    .add("c==1");
  const pins = ["a==1", "b==1", "c==1"].map(pin);

  const audit = await auditPins({ ...question(store, ["a"]), pins, dependencies: true });

  expect(audit.dependencies).toEqual([
    { name: "a", needs: ["b", "c"] },
    { name: "b", needs: undefined },
    { name: "c", needs: [] },
  ]);
});

function storeOf(known: Readonly<Record<string, readonly string[]>>): MemoryStore {
  const store = new MemoryStore();
  store.known = new Map(
    Object.entries(known).map(([release, ids]) => [release, ids.map(advisory)]),
  );
  return store;
}

function advisory(id: string): AdvisoryMatch {
  return {
    id,
    aliases: [],
    kind: "vulnerability",
    summary: "",
    severity: { rank: "HIGH", score: 7.5 },
    fixed: [],
    published: "2026-01-01T00:00:00Z",
  };
}

function pin(text: string): AuditPin {
  const [name = "", version = ""] = text.split("==");
  const shared = { hashes: [], extras: [], indexes: [exampleIndex], line: 1 };
  return { ...shared, name: packageName(name), version, origin: "index" };
}

function line(text: string, position: number): AuditLine {
  const { name, canonical, extras, specifier } = parseRequirement(text);
  return {
    name: canonical,
    spelling: name,
    extras,
    specifier: specifier.text,
    range: specifier.range,
    mentionsPrerelease: specifier.prereleases === true,
    where: `Pipfile:${position + 1}`,
    line: position + 1,
  };
}

function question(knowledge: MemoryStore, lines: readonly string[]) {
  return {
    knowledge,
    lines: lines.map(line),
    runtime: async () => runtime,
    dependencies: false,
  };
}

async function auditOf(
  store: MemoryStore,
  lines: readonly string[],
  pins: readonly string[],
): Promise<readonly AuditedPin[]> {
  const answer = await auditPins({ ...question(store, lines), pins: pins.map(pin) });
  return answer.pins;
}

async function remedyOf(store: MemoryStore, lines: readonly string[], pins: readonly string[]) {
  const audit = await auditOf(store, lines, pins);
  return audit.find(({ findings }) => findings.length > 0)?.remedy;
}
