import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import type { AdviceReport } from "../model/advice-report.ts";
import { packageName } from "../python/name.ts";
import { adviceJson } from "./advice-json.ts";
import { schemaErrors } from "./schema-errors.ts";

const advisories = { newest: "2026-11-20T00:00:00Z", importedAt: "2026-11-23T05:00:00Z" };

const schema: unknown = JSON.parse(
  readFileSync(new URL("../../schemas/thoth.advice.schema.json", import.meta.url), "utf8"),
);

const locked: AdviceReport = {
  outcome: "locked",
  project: { manifest: "Pipfile", lock: "Pipfile.lock" },
  runtime: { id: "linux-glibc236-x86_64-cp311", python: "3.11.7" },
  pins: [
    {
      name: "werkzeug",
      version: "2.3.8",
      previous: "2.3.7",
      change: "updated",
      direct: false,
      categories: ["packages"],
      newest: "3.1.3",
      whyNotNewest: "flask 2.3.3 needs <3",
      requiredBy: ["flask==2.3.3"],
      verified: { state: "unknown", reason: "no sandbox" },
    },
  ],
  lock: "written",
  verify: "all",
  recommendationType: "stable",
  justifications: [
    {
      type: "INFO",
      message: "it moved",
      package: packageName("werkzeug"),
      advisories: ["PYSEC-1"],
    },
  ],
  warnings: [{ message: "a warning", hint: "a way out" }],
  gaps: [],
  knowledge: { revision: "8f2c", oldestMs: 1234.6, advisories, offline: false, asOf: "2026-11-01" },
  startedAt: "2026-11-24T05:00:00.000Z",
  durationMs: 2080.4,
};
const unsatisfiable: AdviceReport = {
  ...locked,
  outcome: "unsatisfiable",
  pins: [],
  lock: "not-written",
  conflict: {
    message: "no version of six fits",
    lines: [{ line: 2, name: "six", note: "you ask for >99" }],
    story: ["only six <=1.17.0 is available"],
    fixes: [],
  },
};
const incomplete: AdviceReport = {
  ...locked,
  outcome: "incomplete",
  lock: "not-written",
  gaps: ["releases of six (needed by Pipfile:2)"],
  knowledge: { revision: "8f2c", advisories: null, offline: true },
};
const leftToOthers: AdviceReport = {
  ...incomplete,
  run: { id: "3f2a1b0c", estimate: { facts: 14, further: 3, ahead: 37, ms: 20_000.4 } },
};
const untold: AdviceReport = {
  ...incomplete,
  run: { id: "3f2a1b0c", estimate: { facts: 1, further: 0, ahead: 0, unknown: "never measured" } },
};

test.each([
  ["locked", locked],
  ["unsatisfiable", unsatisfiable],
  ["incomplete", incomplete],
  ["incomplete, left to the investigator", leftToOthers],
  ["incomplete, nobody knows how long", untold],
])("JSON of outcome %s is as the shipped schema says", (_outcome, report) => {
  const document: unknown = JSON.parse(adviceJson(report, "0.1.0"));

  expect(schemaErrors(schema, document)).toEqual([]);
});

test("the schema refuses an unknown outcome, a missing member and a foreign one", () => {
  const document: unknown = JSON.parse(adviceJson(locked, "0.1.0"));
  const broken = { ...Object(document), outcome: "fine", counts: undefined, extra: 1 };

  expect(schemaErrors(schema, broken)).toEqual([
    "$.counts: missing",
    "$.outcome: not one of the allowed values",
    "$.extra: not allowed",
  ]);
});

test("keys are sorted and times stand only under meta", () => {
  const later = { ...locked, startedAt: "2027-01-01T00:00:00.000Z", durationMs: 9 };
  const withoutMeta = (text: string) => text.replace(/"meta": \{[^}]*\}/, '"meta": {}');
  const text = adviceJson(locked, "0.1.0");

  expect(withoutMeta(adviceJson(later, "0.1.0"))).toBe(withoutMeta(text));
  expect(
    text
      .split("\n")
      .filter((line) => /^ {2}"/.test(line))
      .map((line) => line.split('"')[1]),
  ).toEqual(
    ["counts", "gaps", "justifications", "knowledge", "lock", "meta", "outcome", "pins"].concat([
      "project",
      "recommendationType",
      "runtime",
      "schema",
      "verify",
      "version",
      "warnings",
    ]),
  );
  expect(text).toContain('"knowledgeOldestMs": 1235');
});

test("control and bidirectional characters leave as escapes", () => {
  const evil = { ...locked, gaps: ["\u001B[2J\u009B\u202E\u{E0041}"] };

  expect(adviceJson(evil, "0.1.0")).toContain('"\\u001b[2J\\u009b\\u202e\\udb40\\udc41"');
});
