import type { AdviceContext } from "../adviser/context.ts";
import { rankTags } from "../python/tags.ts";
import type { AdviceQuestion } from "./advice-question.ts";

/** What advice on a question depends on. */
export function adviceContext({
  services,
  runtime,
  project,
}: Pick<AdviceQuestion, "services" | "runtime" | "project">): AdviceContext {
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
