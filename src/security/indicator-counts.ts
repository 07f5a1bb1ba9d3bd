import type { Finding } from "../model/finding.ts";

const severities = ["HIGH", "MEDIUM", "LOW"] as const;
const confidences = ["HIGH", "MEDIUM", "LOW", "UNDEFINED"] as const;

/**
 * Findings counted by severity and confidence under the original's field names, e.g.
 * `SEVERITY.LOW__CONFIDENCE.HIGH`; all twelve are present. The original's report-processing put
 * each into the other's place; here they stand where bandit has them.
 */
export function indicatorCounts(findings: readonly Finding[]): Readonly<Record<string, number>> {
  const counts = new Map<string, number>();
  for (const severity of severities) {
    for (const confidence of confidences) counts.set(countKey({ severity, confidence }), 0);
  }
  for (const finding of findings) {
    const key = countKey(finding);
    counts.set(key, (counts.get(key) ?? 0) + 1);
  }
  return Object.fromEntries(counts);
}

function countKey({ severity, confidence }: Pick<Finding, "severity" | "confidence">): string {
  return `SEVERITY.${severity}__CONFIDENCE.${confidence}`;
}
