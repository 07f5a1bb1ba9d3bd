import { loadConfiguration } from "../config.ts";
import type { Bench } from "../loop/bench.ts";
import { adviseAndLearn } from "../loop/learning.ts";
import { openBench } from "../loop/open-bench.ts";
import { benchRunners } from "../loop/runners.ts";
import { standaloneBench } from "../loop/standalone.ts";
import type { Conflict } from "../model/advice.ts";
import type { Project } from "../model/project.ts";
import { releaseText } from "../model/release.ts";
import { parseRequirement, RequirementSyntaxError } from "../python/requirement.ts";
import { jsonDocument } from "../reports/json-document.ts";
import { renderSolved, type SolvedRelease } from "../reports/results.ts";
import { ThothError } from "../util/errors.ts";
import { connect } from "../wiring.ts";
import type { CommandContext, CommandResult } from "./command.ts";

/** `thoth solve NAME[SPEC]…`: learns all about the newest release that fits, and what it needs. */
export async function runSolve(
  specs: readonly string[],
  context: CommandContext,
): Promise<CommandResult> {
  const { flags, environment, workingDirectory: projectDirectory } = context;
  const configuration = await loadConfiguration({ flags, environment, projectDirectory });
  const services = connect(configuration, context);
  try {
    const base = await standaloneBench(services);
    const solved: SolvedRelease[] = [];
    for (const spec of specs) solved.push(await solveOne(base, projectFor(spec, base)));
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
  } finally {
    await services.close();
  }
}

async function solveOne(base: Bench, project: Project): Promise<SolvedRelease> {
  const { services, runtime, sources } = base;
  const bench = openBench({ services, runtime, sources, project });
  const engine = services.engine(benchRunners(bench, async () => {}));
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
  const metadata = services.store.metadata(pin.release, pin.filename);
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

function projectFor(spec: string, bench: Bench): Project {
  const requirement = readSpec(spec);
  const { order } = bench.sources;
  const { canonical, name, extras, specifier } = requirement;
  return {
    requirements: [
      {
        name: canonical,
        spelling: name,
        category: "packages",
        specifier: specifier.text,
        range: specifier.range,
        mentionsPrerelease: specifier.prereleases === true,
        extras,
        where: spec,
        line: 1,
      },
    ],
    indexes: order,
    allowPrereleases: false,
    preferred: new Map(),
  };
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
