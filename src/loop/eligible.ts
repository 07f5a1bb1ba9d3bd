import type { Candidates } from "../adviser/candidates.ts";
import type { Candidate } from "../adviser/examiner.ts";
import type { Project } from "../model/project.ts";
import type { VersionRange } from "../python/version-range.ts";

/** The releases of a range that an adviser would choose from, in its order. */
export function* eligible(
  candidates: Candidates,
  range: VersionRange,
  project: Project,
): Generator<Candidate> {
  const { name } = candidates.list;
  const asked = project.requirements.some((one) => one.name === name && one.mentionsPrerelease);
  const anyFits = asked || project.allowPrereleases;
  let any = false;
  for (const candidate of candidates.within(range)) {
    if (candidate.version.isPrerelease && !anyFits) continue;
    any = true;
    yield candidate;
  }
  if (!any) yield* candidates.within(range);
}
