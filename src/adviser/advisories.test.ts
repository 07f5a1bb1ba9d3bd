import { expect, test } from "vitest";
import { advisory, contextOf, locked, project, resolved, summary } from "../../fixtures/advice.ts";
import type { AdvisoryDatabase, AdvisoryMatch } from "../model/advisory.ts";
import type { Project } from "../model/project.ts";
import { type PackageName, packageName } from "../python/name.ts";
import { exampleIndex, MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";
import type { AdviceContext } from "./context.ts";

function storeOf(
  releases: Readonly<Record<string, readonly string[]>>,
  known: Readonly<Record<string, readonly AdvisoryMatch[]>>,
): MemoryStore {
  const store = new MemoryStore();
  for (const [release, requires] of Object.entries(releases)) store.add(release, { requires });
  store.known = new Map(Object.entries(known));
  return store;
}

/** A project that is locked to `pins` already. */
function lockedTo(pins: Readonly<Record<string, string>>, ...lines: readonly string[]): Project {
  const preferred = new Map<PackageName, string>();
  for (const [name, version] of Object.entries(pins)) preferred.set(packageName(name), version);
  return { ...project(...lines), preferred };
}

function told(
  store: MemoryStore,
  demands: Project | readonly string[],
  changes: Partial<AdviceContext> = {},
): readonly string[] {
  const advice = advise(contextOf(store, demands, changes), { verify: false });
  const { justifications, notNewest } = locked(advice);
  return [
    summary(advice),
    ...justifications.map(({ type, message }) => `${type} ${message}`),
    ...[...notNewest].map(([name, { reason }]) => `${name}: ${reason}`),
  ];
}

const a3 = { "a==3": [], "a==2": [], "a==1": [] };

test("a release that a vulnerability is known of is passed over, and the report says why", () => {
  const store = storeOf(a3, { "a==3": [advisory("PYSEC-1")] });

  expect(told(store, ["a"])).toEqual(["locked: a==2", "a: 3 is affected by PYSEC-1"]);
});

test("an old pin that a vulnerability is known of moves to a release that is free of it", () => {
  const store = storeOf(a3, { "a==1": [advisory("PYSEC-1", { fixed: ["3"] })] });

  expect(told(store, lockedTo({ a: "1" }, "a"))).toEqual([
    "locked: a==3",
    "INFO a moved off 1: PYSEC-1",
  ]);
});

test("an old pin moves down where only an older release is free", () => {
  const known = { "a==3": [advisory("PYSEC-1")], "a==2": [advisory("PYSEC-1")] };

  expect(told(storeOf(a3, known), lockedTo({ a: "2" }, "a"))).toEqual([
    "locked: a==1",
    "INFO a moved off 2: PYSEC-1",
    "a: 3 is affected by PYSEC-1",
  ]);
});

test("an old pin stays where no release has less against it", () => {
  const store = storeOf(a3, {
    "a==3": [advisory("PYSEC-1")],
    "a==2": [advisory("PYSEC-1")],
    "a==1": [advisory("PYSEC-1"), advisory("PYSEC-2")],
  });

  expect(told(store, lockedTo({ a: "2" }, "a"))).toEqual([
    "locked: a==2",
    "WARNING a 2 is affected by PYSEC-1; no fix is known of PYSEC-1; no release that can be had is free of advisories",
    "a: kept from the lock",
  ]);
});

test.each([
  ["0", "locked: a==3"],
  ["2", "locked: a==1"],
  ["3", "locked: a==2"],
  [undefined, "locked: a==1"],
])(
  "older releases that an advisory is known to reach (since %s) are not looked at",
  (since, stack) => {
    const reached = advisory("PYSEC-1", since === undefined ? {} : { since });
    const known = since === "3" ? ["a==3"] : ["a==3", "a==2"];
    const store = storeOf(a3, Object.fromEntries(known.map((release) => [release, [reached]])));

    expect(resolved(store, ["a"])).toBe(stack);
  },
);

test("a line of the Pipfile that asks for an affected release gets it, with a warning", () => {
  const known = {
    "a==1": [advisory("PYSEC-1", { fixed: ["2", "1.5"] }), advisory("PYSEC-2", { fixed: ["3"] })],
  };

  expect(told(storeOf(a3, known), ["a==1"])[1]).toBe(
    "WARNING a 1 is affected by PYSEC-1, PYSEC-2; fixed in 3; Pipfile:1 asks for ==1",
  );
});

test("the package is named that holds an affected release back", () => {
  const store = storeOf(
    { "b==1": ["a<2"], ...a3 },
    { "a==1": [advisory("PYSEC-1", { fixed: ["2"] })] },
  );

  expect(told(store, ["b"])).toEqual([
    "locked: a==1 b==1",
    "WARNING a 1 is affected by PYSEC-1; fixed in 2; b==1 needs a <2",
    "a: b==1 needs a <2",
  ]);
});

test("what keeps out the only release that is free of advisories is told", () => {
  const store = storeOf({ "a==1": [] }, { "a==1": [advisory("PYSEC-1", { fixed: ["2"] })] });
  store.add("a==2", { requiresPython: ">=3.12" });

  expect(told(store, ["a"])[1]).toBe(
    "WARNING a 1 is affected by PYSEC-1; fixed in 2; 2 needs Python >=3.12",
  );
});

test("an old pin moved by what another package needs is told of its advisories, one moved by the Pipfile is not", () => {
  const store = storeOf({ ...a3, "b==1": ["a>2"] }, { "a==1": [advisory("PYSEC-1")] });

  expect(told(store, lockedTo({ a: "1" }, "b"))).toEqual([
    "locked: a==3 b==1",
    "INFO a moved off 1: PYSEC-1",
  ]);
  expect(told(store, lockedTo({ a: "1" }, "a>2"))).toEqual(["locked: a==3"]);
});

test("old pins give way that hold an affected release back, and what holds those back, too", () => {
  const releases = {
    ...{ "c==2": ["b"], "c==1": ["b<2"], "b==2": ["a"], "b==1": ["a<2"], ...a3 },
    ...{ "d==2": [], "d==1": [] },
  };
  const store = storeOf(releases, { "a==1": [advisory("PYSEC-1", { fixed: ["2"] })] });
  const old = lockedTo({ a: "1", b: "1", c: "1", d: "1" }, "c", "d");

  expect(told(store, old)).toEqual([
    "locked: a==3 b==2 c==2 d==1",
    "INFO c moved off 1: it holds a back",
    "INFO b moved off 1: it holds a back",
    "INFO a moved off 1: PYSEC-1",
    "d: kept from the lock",
  ]);
});

test("old pins stay that would give way for nothing", () => {
  const store = storeOf(
    { "b==2": ["a<2"], "b==1": ["a<2"], ...a3 },
    { "a==1": [advisory("PYSEC-1")] },
  );

  expect(resolved(store, lockedTo({ a: "1", b: "1" }, "b"))).toBe("locked: a==1 b==1");
});

test("an old pin is not given up for a release that the Pipfile rules out", () => {
  const store = storeOf(
    { "b==2": ["a"], "b==1": ["a<2"], ...a3 },
    { "a==2": [advisory("PYSEC-1")], "a==1": [advisory("PYSEC-1")] },
  );

  const old = lockedTo({ a: "1", b: "1" }, "a<3", "b");
  expect(told(store, old).slice(0, 1)).toEqual(["locked: a==1 b==1"]);
  store.known = new Map([["a==1", [advisory("PYSEC-1")]]]);
  expect(told(store, old).slice(0, 1)).toEqual(["locked: a==2 b==2"]);
});

test("what else an unaffected release needs is learnt before it is advised", () => {
  const store = storeOf({ "a==1": [], "b==1": ["a<2"] }, { "a==1": [advisory("PYSEC-1")] });
  store.add("b==2", { requires: false }).add("a==2");

  expect(resolved(store, lockedTo({ a: "1", b: "1" }, "b"))).toBe(
    "locked: a==1 b==1; open: metadata of b==2",
  );
});

test("advice of type security takes nothing affected, and names the advisory if nothing is left", () => {
  const known = { "a==3": [advisory("PYSEC-1")], "a==1": [advisory("PYSEC-2")] };
  const store = storeOf({ ...a3, "b==2": ["a<2"], "b==1": [] }, known);
  const security = { recommendationType: "security" } as const;

  expect(told(store, lockedTo({ a: "3" }, "a", "b"), security).slice(0, 2)).toEqual([
    "locked: a==2 b==1",
    "INFO a moved off 3: PYSEC-1",
  ]);
  const advice = advise(contextOf(store, ["a==1"], security), { verify: false });
  expect(advice).toMatchObject({
    outcome: "unsatisfiable",
    conflict: {
      message: "no version of a that is asked for is free of advisories",
      story: ["a 1 is affected by PYSEC-2"],
    },
  });
});

test("advice of type latest heeds no advisory, and says so", () => {
  const store = storeOf(a3, { "a==3": [advisory("PYSEC-1", { fixed: ["4"] })] });

  expect(told(store, ["a"], { recommendationType: "latest" })).toEqual([
    "locked: a==3",
    "WARNING a 3 is affected by PYSEC-1; fixed in 4; advice of type `latest` does not heed that",
  ]);
});

test.each(["stable", "security", "latest"] as const)(
  "malware is never advised, not even where it is pinned (%s)",
  (recommendationType) => {
    const store = storeOf(a3, { "a==3": [advisory("MAL-1", { kind: "malware" })] });

    expect(told(store, lockedTo({ a: "3" }, "a"), { recommendationType })).toEqual(
      expect.arrayContaining([
        "locked: a==2",
        "INFO a moved off 3: it is malware (MAL-1)",
        "a: 3 is malware (MAL-1)",
      ]),
    );
    expect(resolved(store, ["a==3"], { recommendationType })).toMatch(/^unsatisfiable/);
  },
);

test("malware is known by the hash of a file, too", () => {
  class WithHash extends MemoryStore {
    override advisoryDatabase(): AdvisoryDatabase {
      const times = { newest: "2026-01-01T00:00:00Z", importedAt: "2026-01-01T00:00:00Z" };
      return { ...times, source: "", sha256: "", records: 1, packages: 1, quarantined: 0 };
    }
    override malware(sha256: string): AdvisoryMatch | undefined {
      const file = this.details({ ...this.#release })?.[0];
      return sha256 === file?.sha256 ? advisory("MAL-2", { kind: "malware" }) : undefined;
    }
    readonly #release = { name: packageName("a"), version: "2", index: exampleIndex };
  }
  const store = new WithHash().add("a==2").add("a==1");

  expect(told(store, ["a"])).toEqual([
    "locked: a==1",
    "a: 2 is malware (MAL-2, by the hash of a-2-py3-none-any.whl)",
  ]);
});

test("without a database of advisories nothing is taken for affected", () => {
  const store = new MemoryStore().add("a==2").add("a==1");

  expect(told(store, ["a"])).toEqual(["locked: a==2"]);
});
