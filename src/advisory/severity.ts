import { Cvss2, Cvss3P0, Cvss3P1, Cvss4P0 } from "ae-cvss-calculator";
import type { AdvisoryRank, AdvisorySeverity } from "../model/advisory.ts";
import { memoize } from "../python/memoize.ts";

/**
 * How bad a record is: the worst of its vectors of the newest CVSS version that it has, else the
 * word that it gives.
 */
export function severityOf(vectors: readonly string[], word: string | undefined): AdvisorySeverity {
  for (const scoreIn of systems) {
    const scored = vectors.flatMap((vector) => scoreIn(vector) ?? []);
    const [worst] = scored.sort((a, b) => b.score - a.score);
    if (worst !== undefined) return { rank: rankOf(worst.score), ...worst };
  }
  return { rank: words.get(word?.toUpperCase() ?? "") ?? "UNKNOWN" };
}

interface Scored {
  readonly score: number;
  readonly vector: string;
}

type System = (vector: string) => Scored | undefined;

const longestVector = 400;

// The newest first. A vector of version 2 has no prefix (CVSS v2 guide, 2.4).
const systems: readonly System[] = [
  system("CVSS:4.0/", (vector) => new Cvss4P0(vector)),
  system("CVSS:3.1/", (vector) => new Cvss3P1(vector)),
  system("CVSS:3.0/", (vector) => new Cvss3P0(vector)),
  system("AV:", (vector) => new Cvss2(vector)),
];

interface Calculator {
  isBaseFullyDefined(): boolean;
  calculateScores(): { readonly base?: number | undefined; readonly overall: number };
}

/** Undefined for a vector of another version, and for one that is none. Most come many times. */
function system(prefix: string, calculator: (vector: string) => Calculator): System {
  return memoize((vector) =>
    vector.startsWith(prefix) && vector.length <= longestVector
      ? scoreOf(vector, calculator)
      : undefined,
  );
}

function scoreOf(vector: string, calculator: (vector: string) => Calculator): Scored | undefined {
  try {
    const made = calculator(vector);
    if (!made.isBaseFullyDefined()) return undefined;
    const { base, overall } = made.calculateScores();
    return { score: base ?? overall, vector };
  } catch {
    // The calculator throws plain errors of several kinds; whatever it is, this is no vector.
    return undefined;
  }
}

/** The qualitative scale of CVSS v3.1, section 5, and v4.0, section 6. */
export function rankOf(score: number): AdvisoryRank {
  if (score >= 9) return "CRITICAL";
  if (score >= 7) return "HIGH";
  if (score >= 4) return "MEDIUM";
  return score > 0 ? "LOW" : "NONE";
}

const words: ReadonlyMap<string, AdvisoryRank> = new Map<string, AdvisoryRank>([
  ["CRITICAL", "CRITICAL"],
  ["HIGH", "HIGH"],
  ["MODERATE", "MEDIUM"],
  ["MEDIUM", "MEDIUM"],
  ["LOW", "LOW"],
]);
