import type { AdviceQuestion, Obtained } from "../loop/advice-question.ts";
import { adviseAndLearn } from "../loop/learning.ts";
import { benchFor, offerFixes } from "../loop/offer-fixes.ts";
import { RunTrigger } from "../loop/run-trigger.ts";
import { benchRunners } from "../loop/runners.ts";

/** Advice by the learning loop: what is missing is learnt by the investigator in this process. */
export async function learnAdvice(
  question: AdviceQuestion,
  run: { readonly id: string; readonly dev: boolean } | undefined,
): Promise<Obtained> {
  const { services, project, manifest, count } = question;
  const { configuration } = services;
  const bench = benchFor(question);
  const engine = services.engine(benchRunners(bench));
  const trigger =
    run === undefined
      ? undefined
      : new RunTrigger({
          project: manifest.root,
          re_run_adviser_id: run.id,
          runtime: configuration.runtime ?? null,
          dev: run.dev,
        });
  const options = {
    verify: configuration.verify === "all",
    offline: false,
    freshnessMs: configuration.freshnessMs,
    trigger,
    count,
  };
  const learnt = await adviseAndLearn(bench, engine, project, options);
  const end = async () => trigger?.end(services.queue());
  if (learnt.advice.outcome !== "unsatisfiable") return { ...learnt, end };
  const conflict = await offerFixes(question, learnt.advice.conflict, true);
  return { ...learnt, advice: { outcome: "unsatisfiable", conflict }, end };
}
