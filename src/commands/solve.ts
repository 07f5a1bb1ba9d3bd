import type { Bench } from "../loop/bench.ts";
import { adviseAndLearn } from "../loop/learning.ts";
import { openBench } from "../loop/open-bench.ts";
import { ownProject } from "../loop/own-project.ts";
import { benchRunners } from "../loop/runners.ts";
import { standaloneBench } from "../loop/standalone.ts";
import type { Conflict } from "../model/advice.ts";
import type { Project } from "../model/project.ts";
import { releaseText } from "../model/release.ts";
import { parseRequirement, RequirementSyntaxError } from "../python/requirement.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderSolved, type SolvedRelease } from "../reports/results.ts";
import { ThothError } from "../util/errors.ts";
import type { CommandContext, CommandResult } from "./command.ts";
import { withServices } from "./with-services.ts";

/** `thoth solve NAME[SPEC]…`: learns all about the newest release that fits, and what it needs. */
export async function runSolve(
  specs: readonly string[],
  context: CommandContext,
): Promise<CommandResult> {
  return withServices(context, context.workingDirectory, async (services) => {
    const base = await standaloneBench(services);
    const solved: SolvedRelease[] = [];
    for (const spec of specs)
      solved.push(
        await solveOne(
          base,
          ownProject([{ requirement: readSpec(spec), where: spec }], base.sources.order),
        ),
      );
    await services.store.flush();
    const failed = solved.some(
      ({ problem, installed }) => problem !== undefined || installed?.outcome === "failed",
    );
    const options = { columns: context.columns, color: context.color.stdout };
    const stdout = context.json
      ? jsonDocument({
          schema: "thoth.solved",
          version: "1.0",
          runtime: base.runtime.id,
          releases: solved,
        })
      : renderSolved(solved, base.runtime.id, options);
    return { stdout, stderr: "", exitCode: failed ? 1 : 0 };
  });
}

async function solveOne(base: Bench, project: Project): Promise<SolvedRelease> {
  const { services, runtime, sources } = base;
  const bench = openBench({ services, runtime, sources, project });
  const engine = services.engine(benchRunners(bench));
  const [wanted] = project.requirements;
  if (wanted === undefined) throw new Error("nothing to solve");
  const { freshnessMs, offline } = services.configuration;
  const options = { verify: true, offline, freshnessMs, trigger: undefined };
  const { advice, failure } = await adviseAndLearn(bench, engine, project, options);
  if (advice.outcome === "unsatisfiable")
    return { release: wanted.where, requires: [], problem: problemOf(advice.conflict) };
  if (advice.outcome === "incomplete") {
    if (failure !== undefined) throw failure;
    return { release: wanted.where, requires: [], problem: "it could not be learnt" };
  }
  const pin = advice.product.pins.get(wanted.name);
  if (pin?.filename === undefined) throw new Error("the release asked for is not in its own stack");
  const metadata = services.store.metadata(pin.release, pin.filename, runtime.id);
  const installed = services.store.installed(pin.release, runtime.id);
  return {
    release: releaseText(pin.release),
    requires: metadata?.state === "known" ? metadata.requires : [],
    ...(pin.requiresPython === undefined ? {} : { requiresPython: pin.requiresPython }),
    ...(installed === undefined ? {} : { installed }),
  };
}

function problemOf({ message, story }: Conflict): string {
  const reasons = story.filter((reason) => reason !== message);
  return reasons.length === 0 ? message : `${message}: ${reasons.join("; ")}`;
}

function readSpec(spec: string) {
  try {
    return parseRequirement(spec);
  } catch (error) {
    if (!(error instanceof RequirementSyntaxError)) throw error;
    throw new ThothError("usage", `\`${spec}\` is no requirement: ${error.message}`, {
      hint: "write NAME or NAME with a specifier, e.g. `flask>=2,<3`",
    });
  }
}
