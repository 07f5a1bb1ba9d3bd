import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { indicatorScore, lintCeiling, lintDensity, type ScoredFinding } from "./indicator-score.ts";

const rank = fc.constantFrom("HIGH", "MEDIUM", "LOW", "UNDEFINED");
const lint: fc.Arbitrary<ScoredFinding> = fc.record({ severity: rank, confidence: rank });
const finding: fc.Arbitrary<ScoredFinding> = fc.oneof(
  lint,
  fc.record({ severity: rank, confidence: rank, alarm: fc.constantFrom("warn", "block") }),
);
const lines = fc.nat(500_000);

const worst: ScoredFinding = { severity: "HIGH", confidence: "HIGH" };
const warning: ScoredFinding = { ...worst, alarm: "warn" };

function times(count: number, one: ScoredFinding): readonly ScoredFinding[] {
  return Array.from({ length: count }, () => one);
}

describe("the score of a scanned file", () => {
  test("is 0 where nothing was found", () => {
    expect(indicatorScore([], 0)).toBe(0);
  });

  test("is 1 where anything blocks, and only there", () => {
    fc.assert(
      fc.property(fc.array(finding), lines, (findings, loc) => {
        const blocks = findings.some(({ alarm }) => alarm === "block");
        expect(indicatorScore(findings, loc) === 1).toBe(blocks);
      }),
    );
  });

  test("of lint alone never goes beyond its half, of a warning never below it", () => {
    fc.assert(
      fc.property(fc.array(lint), lines, (findings, loc) => {
        expect(indicatorScore(findings, loc)).toBeLessThanOrEqual(lintCeiling);
        expect(indicatorScore([...findings, warning], loc)).toBeGreaterThan(lintCeiling);
      }),
    );
    expect(indicatorScore(times(100, worst), 1000)).toBe(lintCeiling);
  });

  test("is not lowered by one finding more, nor raised by code without findings", () => {
    fc.assert(
      fc.property(fc.array(finding), finding, lines, lines, (findings, more, loc, clean) => {
        const score = indicatorScore(findings, loc);
        expect(indicatorScore([...findings, more], loc)).toBeGreaterThanOrEqual(score);
        expect(indicatorScore(findings, loc + clean)).toBeLessThanOrEqual(score);
      }),
    );
  });

  test("does not depend on the order of findings", () => {
    fc.assert(
      fc.property(fc.array(finding), lines, (findings, loc) => {
        expect(indicatorScore(findings.toReversed(), loc)).toBe(indicatorScore(findings, loc));
      }),
    );
  });

  test("tells apart densities that the original's formula called the same", () => {
    const [dense, thin] = [
      indicatorScore(times(3, worst), 8_000),
      indicatorScore(times(3, worst), 80_000),
    ];
    expect(dense).toBeGreaterThan(thin + 0.05);
  });
});

test("a file shorter than a thousand lines counts as a thousand", () => {
  expect(lintDensity([worst], 10)).toBe(100);
  expect(lintDensity([worst], 2000)).toBe(50);
});

test("an alarm is no lint", () => {
  expect(lintDensity([warning, { ...worst, alarm: "block" }], 1000)).toBe(0);
});
