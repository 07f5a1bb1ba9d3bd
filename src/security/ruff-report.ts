import type { Finding, Rank } from "../model/finding.ts";
import { isRecord, parsedJson } from "../util/json.ts";
import type { LintReport } from "./second-opinion.ts";

/** Reads the output of `ruff check --output-format json`; undefined where it is not that. */
export function parseRuffReport(text: string): LintReport | undefined {
  const list = parsedJson(text);
  if (!Array.isArray(list)) return undefined;
  const findings: Finding[] = [];
  const errors: { readonly path: string; readonly reason: string }[] = [];
  for (const one of list) {
    if (!isRecord(one) || typeof one["filename"] !== "string") return undefined;
    const { code, filename: path, message, location } = one;
    const line = isRecord(location) ? location["row"] : undefined;
    const rule = typeof code === "string" && /^S\d{3}$/.test(code) ? code : undefined;
    if (rule === undefined) errors.push({ path, reason: String(message) });
    else if (typeof line === "number") {
      const [severity, confidence] = ranksOf(rule);
      const text = String(message);
      findings.push({ tool: "ruff", runs: "call", severity, confidence, rule, text, path, line });
    } else return undefined;
  }
  const reported = new Map(errors.map((error) => [error.path, error]));
  return { findings, errors: [...reported.values()], linesOfCode: undefined };
}

/**
 * Ruff ranks nothing: severity and confidence of the rule of bandit 1.9 that each mirrors, e.g.
 * B602 for S602; of those that bandit ranks by the call (103, 324, 505, 602, 605, 608), the most
 * usual rank.
 */
function ranksOf(rule: string): readonly [Rank, Rank] {
  const number = Number(rule.slice(1));
  const found = ranked.find(([numbers]) => numbers.includes(number));
  return found === undefined ? ["UNDEFINED", "UNDEFINED"] : [found[1], found[2]];
}

const ranked: readonly (readonly [readonly number[], Rank, Rank])[] = [
  [[304, 312, 321, 401, 402, 411, 412, 413, 415], "HIGH", "HIGH"],
  [[324, 501, 502, 602, 701], "HIGH", "HIGH"],
  [[201, 507, 609], "HIGH", "MEDIUM"],
  [[202], "HIGH", "HIGH"],
  [[102, 103, 505, 506, 508, 509, 612, 702, 704], "MEDIUM", "HIGH"],
  [[301, 302, 303, 305, 306, 307, 308, 310, 313, 314, 315], "MEDIUM", "HIGH"],
  [[316, 317, 318, 319, 320, 323], "MEDIUM", "HIGH"],
  [[104, 108, 503, 601, 610, 611], "MEDIUM", "MEDIUM"],
  [[113, 608], "MEDIUM", "LOW"],
  [[101, 110, 112, 311, 403, 404, 405, 406, 407, 408, 409, 410], "LOW", "HIGH"],
  [[603, 604, 605, 607], "LOW", "HIGH"],
  [[105, 106, 107, 504, 606], "LOW", "MEDIUM"],
];
