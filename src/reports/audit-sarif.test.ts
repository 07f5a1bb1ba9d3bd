import { expect, test } from "vitest";
import { exampleAudit, hostileAudit } from "../../fixtures/audit.ts";
import { sarifProblems } from "../../fixtures/sarif-schema.ts";
import type { Audit } from "../model/audit.ts";
import { auditSarif } from "./audit-sarif.ts";

test("each advisory is a result at the line of the Pipfile that leads to it", () => {
  const { rules, results } = read(exampleAudit);

  expect(rules.map(({ id }) => id)).toEqual([
    "MAL-2026-7",
    "PYSEC-2026-1",
    "PYSEC-2026-2",
    "THOTH-UNKNOWN",
  ]);
  expect(results.map(({ ruleId, level, at, score }) => [ruleId, level, at, score])).toEqual([
    ["MAL-2026-7", "error", "Pipfile:5", "10.0"],
    ["PYSEC-2026-2", "warning", "Pipfile:5", undefined],
    ["PYSEC-2026-1", "error", "Pipfile:5", "7.5"],
    ["THOTH-UNKNOWN", "note", "Pipfile:6", undefined],
  ]);
  expect(results[2]?.text).toBe(
    "jinja2 2.10: high 7.5: Templates leave their sandbox. It comes from Pipfile:5: flask -> jinja2. Take jinja2 2.11.3: `thoth advise`.",
  );
});

test("a release without a known path is placed in the lock", () => {
  const [, affected] = exampleAudit.pins;
  if (affected === undefined) throw new Error("the example has none");
  const { path: _, ...pathless } = affected;

  expect(read({ ...exampleAudit, pins: [pathless] }).results[0]).toMatchObject({
    at: "Pipfile.lock:31",
  });
});

test("without a database the log says that everything is unknown", () => {
  const pins = exampleAudit.pins.map(({ pin }) => {
    return { pin, verdict: "unknown", reason: "", findings: [] } as const;
  });
  const log = auditSarif({ ...exampleAudit, database: undefined, pins });

  expect(log).toContain("The store holds no advisories: unknown are 4 of 4");
});

test.each([
  ["usual", exampleAudit],
  ["hostile", hostileAudit],
])("%s texts give a log that the schema takes", (_, audit) => {
  const text = auditSarif(audit);

  expect(sarifProblems(text)).toEqual([]);
  expect(text).not.toMatch(/[^\P{C}\n]/u);
});

interface ReadResult {
  readonly ruleId: string;
  readonly level: string;
  readonly text: string;
  readonly at: string;
  readonly score: string | undefined;
}

function read(audit: Audit): {
  readonly rules: readonly { readonly id: string }[];
  readonly results: readonly ReadResult[];
} {
  const [run] = JSON.parse(auditSarif(audit)).runs;
  return {
    rules: run.tool.driver.rules,
    results: run.results.map((result: SarifResult) => {
      const [{ physicalLocation }] = result.locations;
      const { artifactLocation, region } = physicalLocation;
      return {
        ruleId: result.ruleId,
        level: result.level,
        text: result.message.text,
        at: `${artifactLocation.uri}:${region.startLine}`,
        score: result.properties["security-severity"],
      };
    }),
  };
}

interface SarifResult {
  readonly ruleId: string;
  readonly level: string;
  readonly message: { readonly text: string };
  readonly locations: readonly [
    {
      readonly physicalLocation: {
        readonly artifactLocation: { readonly uri: string };
        readonly region: { readonly startLine: number };
      };
    },
  ];
  readonly properties: Readonly<Record<string, string>>;
}
