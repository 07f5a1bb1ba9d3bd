import type { AdviceReport } from "../model/advice-report.ts";
import { ageText } from "./wording.ts";

/** After so long many new advisories are likely to be missing. */
const oldMs = 7 * 24 * 3_600_000;

/** What is to be said of the advisories behind an advice; undefined: they are current. */
export function advisoriesText(
  report: Pick<AdviceReport, "knowledge" | "startedAt">,
): string | undefined {
  const { advisories } = report.knowledge;
  if (advisories === null)
    return "none imported, so nobody knows which apply (`thoth advisories update --from FILE`)";
  const age = Date.parse(report.startedAt) - Date.parse(advisories.importedAt);
  if (age <= oldMs) return undefined;
  const newest = advisories.newest.slice(0, 10);
  return `imported ${ageText(age)} ago, the newest of ${newest} (\`thoth advisories update --from FILE\`)`;
}
