import { tiedIndexes } from "../adviser/lists.ts";
import type { Project } from "../model/project.ts";
import { Frontier } from "../solver/frontier.ts";
import type { Learner } from "../solver/learner.ts";
import type { IndexSources } from "./index-sources.ts";

/** A frontier that a project guides: by its ranges, and by its old pins. */
export function projectFrontier(
  bench: { readonly learner: Learner; readonly sources: IndexSources },
  project: Project,
): Frontier {
  const frontier = new Frontier(bench.learner, {
    indexes: bench.sources.order,
    tied: tiedIndexes(project.requirements, project.settings),
    preferred: project.preferred,
    allowPrereleases: project.allowPrereleases,
  });
  for (const { name, range, extras, source } of project.requirements) {
    if (source === undefined) frontier.expect(name, range, extras);
  }
  return frontier;
}
