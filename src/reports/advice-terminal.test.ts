import { describe, expect, test } from "vitest";
import type { AdviceReport, ReportedPin } from "../model/advice-report.ts";
import { renderAdvice } from "./advice-terminal.ts";
import { palette } from "./palette.ts";

const advisories = { newest: "2026-11-20T00:00:00Z", importedAt: "2026-11-23T05:00:00Z" };

const plain = { color: palette(false), columns: 80, verbosity: "normal" } as const;

const flask: ReportedPin = {
  name: "flask",
  version: "3.0.3",
  change: "added",
  direct: true,
  categories: ["packages"],
  newest: "3.0.3",
  requiredBy: ["Pipfile:7"],
  verified: { state: "ok" },
};
const werkzeug: ReportedPin = {
  ...flask,
  name: "werkzeug",
  version: "2.3.8",
  direct: false,
  newest: "3.1.3",
  whyNotNewest: "flask 2.3.3 needs <3",
  requiredBy: ["flask==3.0.3"],
};

function report(changes: Partial<AdviceReport>): AdviceReport {
  return {
    outcome: "locked",
    project: { manifest: "Pipfile", lock: "Pipfile.lock" },
    runtime: { id: "linux-glibc236-x86_64-cp311", python: "3.11.7" },
    pins: [flask, werkzeug],
    lock: "written",
    verify: "all",
    recommendationType: "stable",
    justifications: [],
    warnings: [],
    gaps: [],
    knowledge: { revision: "8f2c", oldestMs: 190_000, advisories, offline: false },
    startedAt: "2026-11-24T05:00:00Z",
    durationMs: 2_080,
    ...changes,
  };
}

describe("a lock", () => {
  test("written for the first time shows what the Pipfile names and counts the rest", () => {
    expect(renderAdvice(report({}), plain)).toEqual({
      notices: "",
      result: `+  flask  3.0.3
  and 1 more that these need (-v shows all)
werkzeug 2.3.8, not 3.1.3: flask 2.3.3 needs <3
installed and imported: 2 of 2
knowledge: revision 8f2c, oldest part confirmed 3 minutes ago
Locked 2 packages for linux-glibc236-x86_64-cp311 in 2.1 s
`,
    });
  });

  test("that changes shows only what changed, old and new", () => {
    const pins: readonly ReportedPin[] = [
      { ...flask, change: "kept" },
      { ...flask, name: "rich", version: "13.9.4", newest: "13.9.4", direct: false },
      {
        ...flask,
        name: "six",
        version: "1.16.0",
        newest: "1.17.0",
        change: "removed",
        categories: [],
      },
      { ...werkzeug, change: "updated", previous: "2.3.7" },
    ];

    expect(renderAdvice(report({ pins }), plain).result).toBe(`+  rich      13.9.4
-  six       1.16.0
~  werkzeug  2.3.7 -> 2.3.8
werkzeug 2.3.8, not 3.1.3: flask 2.3.3 needs <3
installed and imported: 3 of 3
knowledge: revision 8f2c, oldest part confirmed 3 minutes ago
Locked 3 packages for linux-glibc236-x86_64-cp311 in 2.1 s
`);
  });

  test.each([
    ["written", "Locked 2 packages for r in 87 ms"],
    ["unchanged", "Pipfile.lock is up to date: 2 packages for r in 87 ms"],
    ["dry-run", "Would lock 2 packages (2 added) for r in 87 ms"],
    ["would-change", "Pipfile.lock would change (2 added): 2 packages for r in 87 ms"],
  ] as const)("%s closes with one sentence, the only one when quiet", (lock, sentence) => {
    const told = report({ lock, runtime: { id: "r", python: "3.11.7" }, durationMs: 87 });

    expect(renderAdvice(told, { ...plain, verbosity: "quiet" }).result).toBe(`${sentence}\n`);
  });

  test("verbose shows every pin and who needs it", () => {
    const { result } = renderAdvice(report({}), { ...plain, verbosity: "verbose" });

    expect(result.split("\n").slice(0, 2)).toEqual([
      "+  flask     3.0.3  Pipfile:7",
      "+  werkzeug  2.3.8  flask==3.0.3",
    ]);
  });
});

describe("verification", () => {
  test("names what is unknown with its reason, never as fine", () => {
    const reason = "no interpreter of this runtime here";
    const pins: readonly ReportedPin[] = [
      flask,
      { ...flask, name: "a", verified: { state: "unknown", reason } },
      { ...flask, name: "b", verified: { state: "unknown", reason } },
      { ...flask, name: "django", verified: { state: "failed", reason: "asks for settings" } },
    ];

    expect(renderAdvice(report({ pins }), plain).result).toContain(
      "installed and imported: 1 of 4; 1 failed: django 3.0.3 (asks for settings); " +
        "2 unknown: a 3.0.3 and b 3.0.3 (no interpreter of this runtime here)\n",
    );
  });

  test("that nobody asked for is said", () => {
    const verified = { state: "unknown", reason: "not asked for" } as const;
    const told = report({ verify: "none", pins: [{ ...flask, verified }] });

    expect(renderAdvice(told, plain).result).toContain(
      "installed and imported: none of 1 (--verify none)\n",
    );
  });
});

test("offline knowledge says so, and how old it is", () => {
  const knowledge = { revision: "8f2c", oldestMs: 3 * 86_400_000, advisories, offline: true };

  expect(renderAdvice(report({ knowledge }), plain).result).toContain(
    "knowledge: revision 8f2c, oldest part confirmed 3 days ago, offline, nothing was asked for\n",
  );
});

test("no stack: the conflict is a notice, the result says that the lock was left alone", () => {
  const conflict = {
    message: "no version of six fits",
    lines: [{ line: 2, name: "six", note: "you ask for >99" }],
    story: ["only six <=1.17.0 is available"],
    fixes: ['six = "*" resolves: six 1.17.0'],
  };
  const told = report({ outcome: "unsatisfiable", lock: "not-written", pins: [], conflict });
  const sourceText = () => '[packages]\nsix = ">99"\n';

  expect(renderAdvice(told, { ...plain, sourceText })).toEqual({
    notices: `error[THOTH-E0201]: no version of six fits
  --> Pipfile:2:1
   |
 2 | six = ">99"
   | ^^^ you ask for >99
   = only six <=1.17.0 is available
help: six = "*" resolves: six 1.17.0
`,
    result: "No stack for linux-glibc236-x86_64-cp311: Pipfile.lock was not touched (2.1 s)\n",
  });
});

test("incomplete: what is missing is listed and counted, a long list is cut", () => {
  const gaps = Array.from({ length: 12 }, (_, n) => `releases of p${n} (needed by Pipfile:${n})`);
  const told = report({ outcome: "incomplete", lock: "not-written", pins: [], gaps });
  const { result } = renderAdvice(told, plain);

  expect(result).toContain("missing: releases of p9 (needed by Pipfile:9)\nand 2 more are missing");
  expect(result).toContain(
    "Incomplete for linux-glibc236-x86_64-cp311: 12 facts missing (2.1 s)\n",
  );
});

test("warnings are notices", () => {
  const warnings = [{ message: "attrs 21.1.0 is yanked", hint: "ask for >=21.2" }];

  expect(renderAdvice(report({ warnings }), plain).notices).toBe(
    "warning: attrs 21.1.0 is yanked\nhelp: ask for >=21.2\n",
  );
});

test.each([20, 33, 80, 500])("no line of the table is wider than %i columns", (columns) => {
  const pins = [{ ...flask, name: "x".repeat(120), version: "1!2026.10.18.post1+cu128" }];
  const { result } = renderAdvice(report({ pins }), { ...plain, columns });
  const [row] = result.split("\n");

  expect(row?.length).toBeLessThanOrEqual(columns);
});

test.each([0, 3, undefined, Number.NaN])("a terminal of %s columns is taken for 80", (columns) => {
  expect(renderAdvice(report({}), { ...plain, columns })).toEqual(renderAdvice(report({}), plain));
});

test("control characters of foreign text never pass", () => {
  const evil = "\u001B]0;x\u0007evil\u001B[2J\u202E";
  const pins: readonly ReportedPin[] = [
    {
      ...flask,
      name: evil,
      version: evil,
      newest: evil + evil,
      whyNotNewest: evil,
      requiredBy: [evil],
      verified: { state: "failed", reason: evil },
    },
  ];
  const told = report({ pins, warnings: [{ message: evil }], gaps: [evil] });
  const { result, notices } = renderAdvice(told, { ...plain, verbosity: "verbose" });

  expect(`${result}${notices}`).not.toMatch(/[^\n\P{C}]/u);
});

test("what moved for an advisory is told, without control characters", () => {
  const message = "jinja2 moved off 2.10.1: PYSEC-2021-66\u001B[2J";
  const told = report({ justifications: [{ type: "INFO", message }] });

  expect(renderAdvice(told, plain).result).toContain(
    "\njinja2 moved off 2.10.1: PYSEC-2021-66\ninstalled and imported",
  );
});

test.each([
  [null, true],
  [{ newest: "2026-11-01T09:00:00Z", importedAt: "2026-11-10T05:00:00Z" }, false],
])("of advisories %j is told that there are none: %j", (known, told) => {
  const knowledge = { revision: "8f2c", advisories: known, offline: false };
  const { result } = renderAdvice(report({ knowledge }), plain);
  const line =
    "advisories: none imported, so nobody knows which apply (`thoth advisories update --from FILE`)\n";

  expect(result.includes(line)).toBe(told);
});
