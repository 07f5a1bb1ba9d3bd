import type { AdviceContext } from "../adviser/context.ts";
import { rankTags } from "../python/tags.ts";
import type { AdviceQuestion } from "./advice-question.ts";

/** What advice on a question depends on, for those who look at its parts. */
export function adviceContext({ services, runtime, project }: AdviceQuestion): AdviceContext {
  const { store, configuration } = services;
  const { recommendationType, verify } = configuration;
  return {
    project,
    runtime,
    ranks: rankTags(runtime.tags),
    knowledge: store,
    heedFailures: verify === "all",
    recommendationType,
  };
}
