import { expect, test } from "vitest";
import type { PolicyReport } from "../model/policy-report.ts";
import { palette } from "./palette.ts";
import { policyLines, policyMarkdown } from "./policy.ts";

const escapeCode = String.fromCharCode(0x1b);
const hostile = `a${escapeCode}[31m|<b>`;
const report: PolicyReport = {
  heldBack: [
    { name: hostile, locked: "1", available: "2", released: "2026-06-09", eligible: "2026-06-16" },
    { name: "b", locked: "1", available: "2" },
  ],
  ignored: [
    {
      id: "CVE-1",
      package: "b",
      version: "1",
      reason: `${escapeCode}[2Jno`,
      where: "thoth.toml:4",
    },
  ],
  failOn: {
    severity: "high",
    known: true,
    advisories: [
      { id: "CVE-2", package: "b", version: "1", rank: "CRITICAL" },
      { id: "CVE-3", package: "b", version: "1", rank: "UNKNOWN" },
    ],
  },
};
const plain = { columns: 80, verbose: false, color: palette(false) };

test("held back releases stand in a table, and an unknown severity stands apart", () => {
  expect(policyLines(report, plain)).toEqual([
    "held back by the cool-down: 2 packages",
    "package  locked  available  released    eligible",
    "a|<b>    1       2          2026-06-09  2026-06-16",
    "b        1       2          unknown     unknown",
    "ignored: CVE-1 of b 1: no (thoth.toml:4)",
    "fails on high: CVE-2 of b 1",
    "fails on unknown severity: CVE-3 of b 1",
  ]);
});

test("in Markdown nothing of a package's text is markup", () => {
  expect(policyMarkdown(report)).toContain(
    "| a&#124;&#60;b&#62; | 1 | 2 | 2026-06-09 | 2026-06-16 |",
  );
  expect(policyMarkdown(report).join("\n")).not.toContain(escapeCode);
});

test("without a policy nothing is said, and without advisories that nobody knows", () => {
  expect(policyLines(undefined, plain)).toEqual([]);
  const blind = { severity: "high", known: false, advisories: [] } as const;
  expect(policyLines({ heldBack: [], ignored: [], failOn: blind }, plain)).toEqual([
    "--fail-on: no advisories are imported, so nobody knows",
  ]);
});
