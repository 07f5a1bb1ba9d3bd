import type { Finding } from "../../model/finding.ts";
import type { PackageName } from "../../python/name.ts";
import { popularNames } from "./popular-names.ts";

/**
 * A name that is easily taken for a popular one makes a warning worse: together they block. Alone it
 * means nothing, for many honest names are close to others.
 */
export function raisedForName(name: PackageName, findings: readonly Finding[]): Finding[] {
  const popular = popularNames.has(name) ? undefined : mistakenFor(name);
  return findings.map((finding) =>
    popular !== undefined && finding.alarm === "warn" && finding.runs !== "call"
      ? { ...finding, alarm: "block", text: `${finding.text}; its name is close to ${popular}` }
      : finding,
  );
}

/** Code that was made unreadable and does something doubtful, too: nobody can tell that it is no harm. */
export function raisedTogether(findings: readonly Finding[]): readonly Finding[] {
  const alarming = findings.filter(({ alarm }) => alarm !== undefined);
  const rules = new Set(alarming.map(({ rule }) => rule));
  if (!rules.has("TH307") || rules.size < 2) return findings;
  return findings.map((one) => (one.rule === "TH307" ? { ...one, alarm: "block" } : one));
}

const affixes =
  /^(python-?|py-?|py3-?|lib-?)|(-?(python|py|py3|lib|utils?|sdk|api|client|tool(s|kit)?|core|dev|pro|plus|new|v?\d|x|s))$/g;

/** The popular name that another one looks like; undefined where it looks like none. */
export function mistakenFor(name: string): string | undefined {
  const squeezed = squeeze(name);
  const bare = squeeze(name.replaceAll(affixes, ""));
  for (const popular of popularNames) {
    const other = squeeze(popular);
    if (other.length < 4) continue;
    if (squeezed === other || (bare === other && bare.length > 4)) return popular;
    if (other.length > 4 && nearlySame(squeezed, other)) return popular;
  }
  return undefined;
}

/** Without separators, and with characters that look alike as one. */
function squeeze(name: string): string {
  return name
    .replaceAll("-", "")
    .replaceAll("0", "o")
    .replaceAll(/[1l]/g, "i")
    .replaceAll("rn", "m");
}

/** One character added, left out, replaced or swapped with the next. */
function nearlySame(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1) return false;
  let start = 0;
  while (start < a.length && a[start] === b[start]) start += 1;
  const [restA, restB] = [a.slice(start), b.slice(start)];
  if (restA.slice(1) === restB.slice(1)) return true;
  if (restA.slice(1) === restB || restA === restB.slice(1)) return true;
  const swapped = restA.length > 1 && restA[0] === restB[1] && restA[1] === restB[0];
  return swapped && restA.slice(2) === restB.slice(2);
}
