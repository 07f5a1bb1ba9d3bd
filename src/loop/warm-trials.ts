import { setImmediate } from "node:timers/promises";
import { advise } from "../adviser/advise.ts";
import type { AdviceContext } from "../adviser/context.ts";
import { type Gap, gapKey } from "../model/gap.ts";
import type { Project, ProjectRequirement } from "../model/project.ts";
import type { Version } from "../python/version.ts";
import { singleVersion } from "../python/version-range.ts";
import type { WarmReach } from "./warm-reach.ts";

/** Most pins of one line that are tried, spread over all that differ in what they require. */
const mostPins = 40;
const yieldAfterMs = 20;

/**
 * What advice will need: all in reach, then what trying changes shows. `context`: of the Pipfile, be
 * the reach that of its lock. `everyLine`: changes of lines are tried, too, not only the Pipfile.
 */
export function lookAhead(
  context: AdviceContext,
  reach: WarmReach,
  options: { readonly everyLine: boolean; readonly signal: AbortSignal },
): () => Promise<readonly Gap[]> {
  let trials: Trials | undefined;
  return async () => {
    const gaps = reach.advance();
    if (gaps.length > 0) return gaps;
    if (trials === undefined) {
      const { project } = context;
      const changed = options.everyLine ? changesOf(project, reach) : [];
      trials = new Trials(context, [project, ...changed], options.signal);
    }
    return trials.advance();
  };
}

/**
 * Changes of a Pipfile that the adviser is asked for ahead: each line left out, and each line pinned
 * to each release that requires something else than the next newer one. What conflicts make the
 * search step down to, no rule of how many releases to take can foresee; trying shows it.
 */
function changesOf(project: Project, reach: WarmReach): readonly Project[] {
  return project.requirements.flatMap((line) => [
    without(project, line),
    ...spread(reach.variants(line)).map((version) => pinned(project, line, version)),
  ]);
}

/** Projects that the adviser is asked for until it answers each. */
class Trials {
  private readonly context: AdviceContext;
  private readonly signal: AbortSignal;
  private left: readonly Project[];

  constructor(context: AdviceContext, projects: readonly Project[], signal: AbortSignal) {
    this.context = context;
    this.signal = signal;
    this.left = projects;
  }

  /** Asks for those that had no answer yet; returns what the adviser lacked for one. */
  async advance(): Promise<readonly Gap[]> {
    const gaps = new Map<string, Gap>();
    const open: Project[] = [];
    let rested = Date.now();
    for (const project of this.left) {
      const advice = advise({ ...this.context, project }, { verify: false });
      if (advice.outcome === "incomplete") {
        open.push(project);
        for (const gap of advice.gaps) gaps.set(gapKey(gap), gap);
      }
      if (Date.now() - rested < yieldAfterMs) continue;
      await setImmediate();
      this.signal.throwIfAborted();
      rested = Date.now();
    }
    this.left = open;
    return [...gaps.values()];
  }
}

function without(project: Project, line: ProjectRequirement): Project {
  return { ...project, requirements: project.requirements.filter((one) => one !== line) };
}

function pinned(project: Project, line: ProjectRequirement, version: Version): Project {
  const own: ProjectRequirement = {
    ...line,
    specifier: `==${version.text}`,
    range: singleVersion(version),
    mentionsPrerelease: version.isPrerelease,
  };
  const requirements = project.requirements.map((one) => (one === line ? own : one));
  return { ...project, requirements };
}

/** At most so many of a list, evenly spread, its ends included. */
function spread<T>(items: readonly T[]): readonly T[] {
  if (items.length <= mostPins) return items;
  const step = (items.length - 1) / (mostPins - 1);
  return Array.from({ length: mostPins }, (_, at) => items[Math.round(at * step)]).filter(
    (item) => item !== undefined,
  );
}
