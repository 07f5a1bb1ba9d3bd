import { fixesOf } from "../loop/fixes.ts";
import { adviseAndLearn } from "../loop/learning.ts";
import { openBench } from "../loop/open-bench.ts";
import { directUrls } from "../loop/project-of.ts";
import { RunTrigger } from "../loop/run-trigger.ts";
import { benchRunners } from "../loop/runners.ts";
import type { AdviceQuestion, Obtained } from "./advice-question.ts";

/** Advice by the learning loop: what is missing is learnt by the investigator in this process. */
export async function learnAdvice(question: AdviceQuestion): Promise<Obtained> {
  const { services, runtime, sources, project, manifest } = question;
  const { configuration } = services;
  const bench = openBench({
    services,
    runtime,
    sources,
    project,
    directUrls: directUrls(manifest),
  });
  const rerun = async () => {
    throw new Error("advice waits for itself");
  };
  const engine = services.engine(benchRunners(bench, rerun));
  const trigger = triggerOf(question);
  const options = {
    verify: configuration.verify === "all",
    offline: false,
    freshnessMs: configuration.freshnessMs,
    trigger,
  };
  const learnt = await adviseAndLearn(bench, engine, project, options);
  const end = async () => trigger?.end(services.queue());
  if (learnt.advice.outcome !== "unsatisfiable") return { ...learnt, end };
  const fixes = await fixesOf(bench, project, learnt.advice.conflict);
  const conflict = { ...learnt.advice.conflict, fixes };
  return { ...learnt, advice: { outcome: "unsatisfiable", conflict }, end };
}

function triggerOf({ services, manifest, dev, runId }: AdviceQuestion): RunTrigger | undefined {
  if (runId === undefined) return undefined;
  return new RunTrigger({
    project: manifest.directory,
    re_run_adviser_id: runId,
    runtime: services.configuration.runtime ?? null,
    dev,
  });
}
