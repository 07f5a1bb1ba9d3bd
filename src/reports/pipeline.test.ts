import { expect, test } from "vitest";
import type { ReportedUnit } from "../model/pipeline-report.ts";
import { pipelineLines } from "./pipeline.ts";

function unit(name: string, changes: Partial<ReportedUnit> = {}): ReportedUnit {
  return { name, kind: "sieve", state: "on", count: 0, packages: [], ...changes };
}

test("units that did something are told with examples, the others by their names", () => {
  const packages = [
    { name: "numpy", count: 4, examples: ["2.4", "2.3", "2.2"] },
    { name: "evil\u001b[31m", count: 1, examples: ["1"] },
  ];
  const pipeline = [
    unit("yanked", { count: 5, packages }),
    unit("trove-classifiers", { kind: "wrap", count: 2 }),
    unit("malware"),
    unit("vulnerable", { state: "idle", reason: "only with advice of type `security`" }),
    unit("harmful-code", { state: "blocked", reason: "by --block-unit" }),
  ];
  const notes = [
    { type: "INFO", message: "the advice is for Python 3.11.7" },
    { type: "WARNING", message: "told among the warnings" },
  ] as const;

  expect(pipelineLines({ notes, pipeline }, { columns: 200 })).toEqual([
    "the advice is for Python 3.11.7",
    "units, of the releases that were looked at:",
    "  sieve  yanked             dropped 5: numpy 4 (2.4, 2.3, 2.2, …) and evil 1 (1)",
    "  wrap   trove-classifiers  remarked 2",
    "  without effect: malware",
    "  not asked for: vulnerable (only with advice of type `security`)",
    "  switched off: harmful-code (by --block-unit)",
  ]);
});

test("without units nothing is said", () => {
  expect(pipelineLines({}, { columns: 80 })).toEqual([]);
});
