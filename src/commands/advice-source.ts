import { type Consultation, consult } from "../adviser/advise.ts";
import type { IndexSources } from "../loop/index-sources.ts";
import type { Project } from "../model/project.ts";
import type { Runtime } from "../model/runtime.ts";
import { rankTags } from "../python/tags.ts";
import type { Services } from "../wiring.ts";
import type { Manifest } from "./manifest.ts";

export interface AdviceQuestion {
  readonly services: Services;
  readonly runtime: Runtime;
  readonly sources: IndexSources;
  readonly project: Project;
  readonly manifest: Manifest;
  readonly dev: boolean;
}

/** Advice, and what to do once it was acted upon. */
export interface Obtained extends Consultation {
  /** What the gaps that are left failed on; undefined if nothing failed. */
  readonly failure: unknown;
  readonly end: () => Promise<void>;
}

/**
 * Advice from knowledge if that suffices, which loads nothing and asks nobody; else by the learning
 * loop, which is loaded only then.
 */
export async function obtainAdvice(question: AdviceQuestion): Promise<Obtained> {
  const { services, runtime, project } = question;
  const { configuration, store } = services;
  const wanted = configuration.verify === "all";
  const verify = wanted && runtime.interpreter !== undefined;
  const ranks = rankTags(runtime.tags);
  const context = { project, runtime, ranks, knowledge: store, heedFailures: wanted };
  const known = consult(context, { verify });
  const limit = services.now() - configuration.freshnessMs;
  const fresh = known.consulted.every(({ checkedAt }) => checkedAt >= limit);
  const settled = known.advice.outcome === "locked" && fresh;
  if (settled || configuration.offline)
    return { ...known, failure: undefined, end: async () => {} };
  const { learnAdvice } = await import("./learn-advice.ts");
  return learnAdvice(question);
}
