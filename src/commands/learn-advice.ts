import type { AdviceQuestion, Obtained } from "../loop/advice-question.ts";
import { fixesOf } from "../loop/fixes.ts";
import { adviseAndLearn } from "../loop/learning.ts";
import { openBench } from "../loop/open-bench.ts";
import { directUrls } from "../loop/project-of.ts";
import { RunTrigger } from "../loop/run-trigger.ts";
import { benchRunners } from "../loop/runners.ts";

/** Advice by the learning loop: what is missing is learnt by the investigator in this process. */
export async function learnAdvice(
  question: AdviceQuestion,
  run: { readonly id: string; readonly dev: boolean } | undefined,
): Promise<Obtained> {
  const { services, runtime, sources, project, manifest, count } = question;
  const { configuration } = services;
  const bench = openBench({
    services,
    runtime,
    sources,
    project,
    directUrls: directUrls(manifest),
  });
  const engine = services.engine(benchRunners(bench));
  const trigger =
    run === undefined
      ? undefined
      : new RunTrigger({
          project: manifest.directory,
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
  const fixes = await fixesOf(bench, project, learnt.advice.conflict);
  const conflict = { ...learnt.advice.conflict, fixes };
  return { ...learnt, advice: { outcome: "unsatisfiable", conflict }, end };
}
