import { expect, test } from "vitest";
import { advisory, contextOf, locked, resolved } from "../../fixtures/advice.ts";
import type { Finding } from "../model/finding.ts";
import type { SecurityFact } from "../model/security-fact.ts";
import { packageName } from "../python/name.ts";
import { exampleRelease, MemoryStore } from "../store/memory-store.ts";
import { advise } from "./advise.ts";

const types = ["stable", "security", "latest"] as const;

test.each(types)(
  "what a scan found harmful is never advised, and its place is told (%s)",
  (type) => {
    const store = scanned({ "a-2-py3-none-any.whl": scan("block") });
    const advice = advise(contextOf(store, ["a"], { recommendationType: type }), { verify: false });

    expect(resolved(store, ["a"], { recommendationType: type })).toBe("locked: a==1");
    expect(locked(advice).notNewest.get(packageName("a"))).toEqual({
      newest: "2",
      reason:
        "2 is refused for its code: it sends secrets (exfiltration, setup.py:3 of a-2-py3-none-any.whl); see `thoth si-scan a==2 -v`",
    });
    const pinned = advise(contextOf(store, ["a==2"]), { verify: false });
    expect(pinned).toMatchObject({
      conflict: { story: [expect.stringContaining("a 2 is refused for its code")] },
    });
  },
);

test("a harmful source distribution speaks against the wheel beside it", () => {
  const store = new MemoryStore()
    .add("a==2", { files: ["a-2-py3-none-any.whl", "a-2.tar.gz"] })
    .add("a==1");
  store.putSecurity(exampleRelease("a==2"), { ...scan("block"), filename: "a-2.tar.gz" });

  expect(resolved(store, ["a"])).toBe("locked: a==1");
});

test("a release that its scan warns of is passed over, but taken before one that is vulnerable", () => {
  const store = scanned({ "a-2-py3-none-any.whl": scan("warn") });

  expect(resolved(store, ["a"])).toBe("locked: a==1");
  expect(resolved(store, ["a"], { recommendationType: "latest" })).toBe("locked: a==2");
  store.known = new Map([["a==1", [advisory("PYSEC-1")]]]);
  const advice = advise(contextOf(store, ["a"]), { verify: false });
  expect(locked(advice).justifications).toEqual([
    {
      type: "WARNING",
      package: "a",
      message:
        "a 2 has code that its scan warns of: it sends secrets (exfiltration, setup.py:3 of a-2-py3-none-any.whl)",
    },
  ]);
});

test.each(types)("lint alone, however much, moves nothing (%s)", (recommendationType) => {
  const store = scanned({ "a-2-py3-none-any.whl": scan(undefined) });

  expect(resolved(store, ["a"], { recommendationType })).toBe("locked: a==2");
});

test("advice of type security says how much was never scanned", () => {
  const store = scanned({ "a-2-py3-none-any.whl": scan(undefined) }).add("b==1");
  store.known = new Map();
  const context = contextOf(store, ["a", "b"], { recommendationType: "security" });

  expect(locked(advise(context, { verify: false })).justifications).toEqual([
    {
      type: "WARNING",
      message: "1 of 2 releases were never scanned for harmful code (`thoth si-scan --lock`)",
    },
  ]);
});

/** a 2 and a 1; scans of files of a 2. */
function scanned(facts: Readonly<Record<string, SecurityFact>>): MemoryStore {
  const store = new MemoryStore().add("a==2").add("a==1");
  for (const [filename, fact] of Object.entries(facts))
    store.putSecurity(exampleRelease("a==2"), { ...fact, filename });
  return store;
}

function scan(alarm: Finding["alarm"]): SecurityFact {
  const finding: Finding = {
    tool: "thoth",
    runs: "install",
    severity: "HIGH",
    confidence: "HIGH",
    rule: "exfiltration",
    text: "it sends secrets",
    path: "setup.py",
    line: 3,
    ...(alarm === undefined ? {} : { alarm }),
  };
  return {
    outcome: "scanned",
    filename: "",
    tools: { "thoth-scan": "1" },
    counts: { "SEVERITY.HIGH__CONFIDENCE.HIGH": 1 },
    filesAnalyzed: 1,
    filesFiltered: 0,
    filesWithFindings: 1,
    linesOfCode: 10,
    findings: [finding],
    findingsLeftOut: 0,
    alarms: alarm === undefined ? [] : [finding],
    score: alarm === "block" ? 1 : alarm === "warn" ? 0.7 : 0.5,
    observedAt: "2026-01-01T00:00:00Z",
  };
}
