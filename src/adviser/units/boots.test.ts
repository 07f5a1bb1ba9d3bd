import { expect, test } from "vitest";
import { contextOf, project, runtime } from "../../../fixtures/advice.ts";
import { type AdviceSettings, noSettings } from "../../model/advice-settings.ts";
import type { Project } from "../../model/project.ts";
import { MemoryStore } from "../../store/memory-store.ts";
import type { AdviceContext } from "../context.ts";
import { bootReport } from "../pipeline.ts";

const november = Date.parse("2026-11-24T06:00:00Z");

function asked(lines: readonly string[], settings: Partial<AdviceSettings> = {}): Project {
  return { ...project(...lines), settings: { ...noSettings, moment: november, ...settings } };
}

/** What one boot says of a project on the example runtime. */
function said(unit: string, demands: Project, changes: Partial<AdviceContext> = {}) {
  const { notes } = bootReport(contextOf(new MemoryStore(), demands, changes));
  return notes.filter((note) => note.unit === unit).map(({ type, message }) => [type, message]);
}

test("the environment of the advice is told", () => {
  expect(said("environment", asked([]))).toEqual([
    [
      "INFO",
      "the advice is for Python 3.11.7 on linux 6.1 (x86_64), declared, no interpreter here",
    ],
  ]);
});

test.each([
  ["3.9", "2026-11-24", true],
  ["3.9", "2025-10-30", false],
  ["3.11", "2026-11-24", false],
  ["3.99", "2026-11-24", false],
])("Python %s on %s: warned that nobody mends it is %j", (python, day, warned) => {
  const demands = asked([], { moment: Date.parse(day) });
  const told = said("environment", demands, { runtime: { ...runtime, python } });

  expect(told.some(([type]) => type === "WARNING")).toBe(warned);
});

test("lines without a range and without an upper bound are told together", () => {
  const demands = asked(["a", "b>=1", "c>=1,<2", "d~=1.0", "e==1", "f!=2"]);

  expect(said("version-ranges", demands)).toEqual([
    ["INFO", "no version range: a; no upper bound: b and f"],
  ]);
  expect(said("version-ranges", asked(["a<2"]))).toEqual([]);
});

test("a lock that was made from another Pipfile is told", () => {
  const message =
    "the old lock was made from another Pipfile (its hash differs): its pins stay where they still fit";

  expect(said("pipfile-hash", asked(["a"], { lockIsOfOtherPipfile: () => true }))).toEqual([
    ["INFO", message],
  ]);
  expect(said("pipfile-hash", asked(["a"], { lockIsOfOtherPipfile: () => false }))).toEqual([]);
});

test("a runtime that nothing can be installed on is told, where installations count", () => {
  expect(said("solved", asked(["a"]))).toHaveLength(1);
  expect(said("solved", asked(["a"]), { heedFailures: false })).toEqual([]);
  const here = { ...runtime, interpreter: "/usr/bin/python3" };
  expect(said("solved", asked(["a"]), { runtime: here })).toEqual([]);
});

test.each([
  [
    "2026-11-01T09:00:00Z",
    "2026-11-10T05:00:00Z",
    "imported 14 days ago, the newest of 2026-11-01",
  ],
  ["2026-11-01T09:00:00Z", "2026-11-24T05:00:00Z", "the newest of 2026-11-01"],
  ["", "2026-11-24T05:00:00Z", "none says of when it is"],
  ["2026-11-18T09:00:00Z", "2026-11-18T08:00:00Z", undefined],
])(
  "advisories of %j imported on %s are warned of where that is more than a week ago",
  (newest, importedAt, expected) => {
    const store = new MemoryStore();
    const counts = { records: 1, packages: 1, quarantined: 0 };
    store.advisoryDatabase = () => ({ source: "", sha256: "", newest, importedAt, ...counts });
    const { notes } = bootReport(contextOf(store, asked(["a"])));
    const told = notes.find(({ unit }) => unit === "advisory-age");

    if (expected === undefined) expect(told).toBeUndefined();
    else
      expect(told).toMatchObject({ type: "WARNING", message: expect.stringContaining(expected) });
  },
);
