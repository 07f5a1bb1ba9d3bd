import type { Finding } from "../model/finding.ts";

const rankOrder = { HIGH: 0, MEDIUM: 1, LOW: 2, UNDEFINED: 3 } as const;
const alarmOrder = { block: 0, warn: 1, none: 2 } as const;

/** Orders findings: alarms, then severity and confidence, then the place. */
export function worstFirst(a: Finding, b: Finding): number {
  return (
    alarmOrder[a.alarm ?? "none"] - alarmOrder[b.alarm ?? "none"] ||
    rankOrder[a.severity] - rankOrder[b.severity] ||
    rankOrder[a.confidence] - rankOrder[b.confidence] ||
    (a.path < b.path ? -1 : a.path > b.path ? 1 : a.line - b.line)
  );
}
