import { advise } from "../adviser/advise.ts";
import type { Advice } from "../model/advice.ts";
import { gapKey } from "../model/gap.ts";
import type { Project } from "../model/project.ts";
import type { RecommendationType } from "../model/recommendation.ts";
import type { Bench } from "./bench.ts";
import { projectFrontier } from "./frontiers.ts";
import { learnGaps } from "./learn-gaps.ts";

/** How a project of our own making is resolved. */
interface DirectOptions {
  /** Undefined: the newest counts. */
  readonly recommendationType?: RecommendationType;
  /** Whether there is a stack is the question, not which is the best. */
  readonly anyStack?: boolean;
}

/**
 * Resolves a project of our own making (what a build needs, what one release needs) without
 * messages: nobody else waits for it. Ends `incomplete` when a round teaches nothing new.
 */
export async function resolveDirectly(
  bench: Bench,
  project: Project,
  { recommendationType = "latest", anyStack = false }: DirectOptions = {},
): Promise<Advice> {
  const own: Bench = { ...bench, stack: undefined, frontier: projectFrontier(bench, project) };
  const { runtime, ranks, services } = bench;
  const shared = { heedFailures: true, recommendationType };
  const context = { project, runtime, ranks, knowledge: services.store, ...shared };
  let before = "";
  for (;;) {
    services.signal.throwIfAborted();
    const advice = advise(context, { verify: false, ...(anyStack ? { stop: () => true } : {}) });
    if (advice.outcome !== "incomplete") return advice;
    const asked = advice.gaps.map(gapKey).sort().join("\n");
    if (asked === before) return advice;
    before = asked;
    await learnGaps(own, advice.gaps);
  }
}
