import { consult } from "../adviser/advise.ts";
import { rankTags } from "../python/tags.ts";
import type { AdviceQuestion, Obtained } from "./advice-question.ts";

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
