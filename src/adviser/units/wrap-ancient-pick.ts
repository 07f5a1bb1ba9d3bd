import type { Knowledge } from "../../model/knowledge.ts";
import type { Release } from "../../model/release.ts";
import { parseVersion } from "../../python/version.ts";
import { contains } from "../../python/version-range.ts";
import { uploadTime } from "../release-age.ts";
import type { Wrap } from "../unit.ts";

const yearMs = 365.25 * 24 * 3_600_000;
const mostYears = 3;

/**
 * Warns of a release that is years older than the newest that can be had, unless the Pipfile itself
 * leaves that out: a bound somewhere deep leads to such picks, and nobody notices.
 */
export const ancientPick: Wrap = {
  kind: "wrap",
  name: "ancient-pick",
  remarks(release, { knowledge, project }, findNewest) {
    const newest = findNewest();
    const version = parseVersion(newest?.version ?? "");
    if (newest === undefined || version === undefined || newest.version === release.version)
      return undefined;
    const asked = project.requirements.filter(({ name }) => name === release.name);
    if (asked.some(({ range }) => !contains(range, version))) return undefined;
    const [from, to] = [uploadOf(release, knowledge), uploadOf(newest, knowledge)];
    if (from === undefined || to === undefined) return undefined;
    const years = (to - from) / yearMs;
    if (years < mostYears) return undefined;
    return `is ${Math.floor(years)} years older than ${newest.version}, the newest that this runtime could have (\`thoth why-not ${release.name}\`)`;
  },
};

/** When the first of its files was uploaded, ms since the epoch. */
function uploadOf(release: Release, knowledge: Knowledge): number | undefined {
  const times = (knowledge.details(release) ?? []).flatMap((file) => uploadTime(file) ?? []);
  return times.length === 0 ? undefined : Math.min(...times);
}
