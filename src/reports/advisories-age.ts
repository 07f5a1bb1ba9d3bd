import type { AdviceReport } from "../model/advice-report.ts";
import type { AdvisoryDatabase } from "../model/advisory.ts";
import { safeText } from "../util/terminal-text.ts";
import { ageText } from "./wording.ts";

type Times = Pick<AdvisoryDatabase, "newest" | "importedAt">;

/** What a store without advisories wants. */
export const importHint = "`thoth advisories update --from FILE` imports OSV's `all.zip` for PyPI";

/** What damaged advisories want. */
export const importAgainHint = "`thoth advisories update --from FILE` imports them again";

/** After so long many new advisories are likely to be missing. */
const oldMs = 7 * 24 * 3_600_000;

/**
 * Whether a database is no evidence of safety: nobody renewed it for long, or what was imported
 * was old by then, or does not say how new it is. `now` is ms since the epoch.
 */
export function isStale({ newest, importedAt }: Times, now: number): boolean {
  return ![newest, importedAt].every((time) => now - Date.parse(time) <= oldMs);
}

/** When a database that is current will not be any more, ms since the epoch; else undefined. */
export function staleFrom(database: Times, now: number): number | undefined {
  if (isStale(database, now)) return undefined;
  const times = [database.newest, database.importedAt].map((time) => Date.parse(time));
  return Math.min(...times) + oldMs + 1;
}

/** How old a database is: `imported 3 days ago, the newest of 2026-01-01`. */
export function databaseAge({ newest, importedAt }: Times, now: number): string {
  const age = ageText(Math.max(0, now - Date.parse(importedAt)));
  const told = newest === "" ? "none says of when it is" : `the newest of ${newestDay(newest)}`;
  return `imported ${age} ago, ${told}`;
}

/** The day of a `newest`. */
export function newestDay(newest: string): string {
  return safeText(newest.slice(0, 10));
}

/** A warning of advisories that are no evidence of safety any more; undefined: they are current. */
export function staleText(database: Times, now: number): string | undefined {
  if (!isStale(database, now)) return undefined;
  return `the advisories are old (${databaseAge(database, now)}); \`thoth advisories update --from FILE\` imports newer ones`;
}

/** What is to be said where an advice had no advisories to heed; undefined: it had some. */
export function advisoriesText({ knowledge }: Pick<AdviceReport, "knowledge">): string | undefined {
  if (knowledge.advisories !== null) return undefined;
  return "none imported, so nobody knows which apply (`thoth advisories update --from FILE`)";
}
