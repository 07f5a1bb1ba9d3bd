import { expect, test } from "vitest";
import type { AdviceReport, ReportedPin } from "../model/advice-report.ts";
import type { TriggerCause } from "../model/message.ts";
import { adviceMarkdown } from "./advice-markdown.ts";

const advisories = { newest: "2026-11-20T00:00:00Z", importedAt: "2026-11-23T05:00:00Z" };

const index = "https://index.example/simple";
const pipfile = '[packages]\nflask = "*"\nsix = ">99"\n';

const flask: ReportedPin = {
  name: "flask",
  version: "3.1.0",
  previous: "3.0.3",
  change: "updated",
  direct: true,
  categories: ["packages"],
  newest: "3.1.0",
  requiredBy: ["Pipfile:2"],
  verified: { state: "ok" },
};
const werkzeug: ReportedPin = {
  ...flask,
  name: "werkzeug",
  version: "2.3.8",
  change: "added",
  direct: false,
  newest: "3.1.3",
  whyNotNewest: "flask 3.1.0 needs <3",
  requiredBy: ["flask==3.1.0"],
  verified: { state: "unknown", reason: "no interpreter here" },
};
const six: ReportedPin = {
  ...flask,
  name: "six",
  version: "1.16.0",
  change: "removed",
  direct: false,
  categories: [],
  requiredBy: [],
  verified: { state: "unknown", reason: "it left the stack" },
};

function report(changes: Partial<AdviceReport> = {}): AdviceReport {
  return {
    outcome: "locked",
    project: { manifest: "Pipfile", lock: "Pipfile.lock" },
    runtime: { id: "linux-glibc236-x86_64-cp311", python: "3.11.7" },
    pins: [flask, { ...flask, name: "rich", change: "kept" }, six, werkzeug],
    lock: "dry-run",
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

function cause(type: TriggerCause["type"], name: string, version: string | null): TriggerCause {
  return { type, package_name: name, package_version: version, index_url: index };
}

test("a new lock says why, what changes and what it stands on", () => {
  const causes = [cause("missing-version", "flask", "3.0.3"), cause("advisory", "six", "1.16.0")];

  expect(adviceMarkdown(report(), { causes, pipfile })).toBe(
    `# Update Pipfile.lock: flask 3.0.3 → 3.1.0 and 2 more

- **Missing version**: flask 3.0.3 is gone from its index; the lock moves from 3.0.3 to 3.1.0
- **Advisory**: an advisory applies to six 1.16.0; it leaves the lock

| package | old | new | why |
|---|---|---|---|
| flask | 3.0.3 | 3.1.0 | the newest; needed by Pipfile:2; installed and imported |
| six | 1.16.0 |  | nothing in the new stack needs it |
| werkzeug |  | 2.3.8 | not 3.1.3: flask 3.1.0 needs &#60;3; needed by flask==3.1.0; **not verified**: no interpreter here |

1 package stays as it was

Installed and imported: 2 of 3, 1 unknown

For linux-glibc236-x86_64-cp311 (Python 3.11.7), knowledge revision 8f2c, its oldest part confirmed 3 minutes before
`,
  );
});

test.each([
  [cause("advisory", "flask", "3.0.3"), "an advisory applies to flask 3.0.3"],
  [cause("hash-mismatch", "flask", "3.0.3"), "the index no longer has all files of flask 3.0.3"],
  [cause("missing-package", "flask", null), "flask is gone from its index"],
  [cause("missing-version", "flask", "3.0.3"), "flask 3.0.3 is gone from its index"],
  [cause("new-release", "flask", "3.1.0"), "flask 3.1.0 is new on its index"],
])("each kind of trigger is told", (one, expected) => {
  expect(adviceMarkdown(report(), { causes: [one], pipfile })).toContain(expected);
});

test("an advisory on a pin that stays is never told as settled", () => {
  const pins = [{ ...flask, version: "3.0.3", change: "kept" as const }];
  const told = adviceMarkdown(report({ pins, lock: "unchanged" }), {
    causes: [cause("advisory", "flask", "3.0.3")],
    pipfile,
  });

  expect(told).toContain("# Pipfile.lock stays as it is: nothing newer fits\n");
  expect(told).toContain("**the lock stays at 3.0.3: nothing newer fits**");
});

test("a conflict is told as on a terminal, with the lines of the Pipfile", () => {
  const conflict = {
    message: "no version of six fits",
    lines: [{ line: 3, name: "six", note: "you ask for >99" }],
    story: ["only six <=1.17.0 is available"],
    fixes: ['six = "*" resolves: six 1.17.0'],
  };
  const told = adviceMarkdown(
    report({ outcome: "unsatisfiable", lock: "not-written", pins: [], conflict }),
    { causes: [cause("missing-version", "six", "100")], pipfile },
  );

  expect(told).toBe(`# No lock: no version of six fits

- **Missing version**: six 100 is gone from its index

\`\`\`text
error[THOTH-E0201]: no version of six fits
  --> Pipfile:3:1
   |
 3 | six = ">99"
   | ^^^ you ask for >99
   = only six <=1.17.0 is available
help: six = "*" resolves: six 1.17.0
\`\`\`

For linux-glibc236-x86_64-cp311 (Python 3.11.7), knowledge revision 8f2c, its oldest part confirmed 3 minutes before
`);
});

test("what is missing is named, and the title does not call it a lock", () => {
  const told = adviceMarkdown(
    report({ outcome: "incomplete", lock: "not-written", gaps: ["releases of a", "b"] }),
    { causes: [], pipfile },
  );

  expect(told).toContain("# No lock yet: 2 facts missing\n");
  expect(told).toContain("## Missing\n\n- releases of a\n- b\n");
});

test("text of packages and indexes is no markup", () => {
  const hostile = "|\n\n# x <img src=x> @all Fixes #1 `a` [b](http://c)";
  const told = adviceMarkdown(
    report({
      pins: [{ ...flask, newest: hostile, whyNotNewest: hostile, version: hostile }],
      warnings: [{ message: hostile, hint: hostile }],
    }),
    { causes: [cause("new-release", hostile, hostile)], pipfile },
  );

  expect(told).not.toMatch(/<img|@all|#1\b|\[b\]|`a`|http:\/\//);
  expect(told.match(/^#.*$/gm)).toEqual([
    expect.stringMatching(/^# Update Pipfile.lock: flask 3\.0\.3 → /),
    "## Warnings",
  ]);
  // No cell more than the table has
  for (const row of told.match(/^\|.*$/gm) ?? []) expect(row.split("|")).toHaveLength(6);
});

test("a report that is too long is cut on a line, and says so", () => {
  const pins = Array.from({ length: 900 }, (_, at) => ({
    ...werkzeug,
    name: `package-${at}`,
    whyNotNewest: "because of this ".repeat(10),
  }));
  const told = adviceMarkdown(report({ pins }), { causes: [], pipfile });

  expect(told.length).toBeLessThan(65_536);
  expect(told.length).toBeGreaterThan(65_000);
  expect(told).toMatch(/ \|\n\n\*\*Cut here: \d+ lines more; advice\.json has all of it\*\*\n$/);
});
