import { advise } from "../adviser/advise.ts";
import type { Gap } from "../model/gap.ts";
import type { Project } from "../model/project.ts";
import { type Release, releaseText } from "../model/release.ts";
import type { Runtime } from "../model/runtime.ts";
import type { Coverage, WarmMode } from "../model/warm-report.ts";
import type { Services } from "../wiring.ts";
import { adviceContext } from "./advice-context.ts";
import type { IndexSources } from "./index-sources.ts";
import { adviseAndLearn } from "./learning.ts";
import type { Manifest } from "./manifest.ts";
import { type BenchOptions, openBench } from "./open-bench.ts";
import { directUrls } from "./project-of.ts";
import { leftOutOf, oldestOf } from "./reached-package.ts";
import { benchRunners } from "./runners.ts";
import { type Ahead, learnLists, type Warmed, warm } from "./warm.ts";
import { type ByteBudget, estimatedBytes } from "./warm-budget.ts";
import { type FetchedFiles, fetchStack, filesOf } from "./warm-files.ts";
import { lockedProject } from "./warm-lock.ts";
import { WarmReach } from "./warm-reach.ts";
import { lookAhead } from "./warm-trials.ts";
import type { WheelhouseFile } from "./wheelhouse.ts";

/** How far one project is warmed. */
export interface WarmSettings {
  readonly mode: WarmMode;
  readonly depth: "ranges" | "lock";
  /** Most releases in each range that the Pipfile states. */
  readonly direct: number;
  /** Most releases in each range that another release states. */
  readonly needed: number;
  readonly artifacts: boolean;
}

/** One project on one runtime. */
export interface WarmTarget {
  readonly services: Services;
  readonly manifest: Manifest;
  /** The manifest as the user would type it. */
  readonly shown: string;
  readonly project: Project;
  readonly runtime: Runtime;
  readonly sources: IndexSources;
}

/** What warming found, and the files that it brought. */
export interface WarmedProject {
  readonly coverage: Coverage;
  readonly fetched: readonly WheelhouseFile[];
  readonly overBudget: boolean;
  /** When the list was confirmed that was confirmed longest ago; Infinity for none. */
  readonly oldest: number;
}

/** Warms, plans or checks one project on one runtime. */
export async function warmProject(
  target: WarmTarget,
  settings: WarmSettings,
  budget: ByteBudget,
): Promise<WarmedProject> {
  const { services, runtime, sources, manifest, shown } = target;
  const project =
    settings.depth === "lock"
      ? lockedProject(manifest, target.project, runtime, sources)
      : target.project;
  const options = { services, runtime, sources, project, directUrls: directUrls(manifest) };
  const reach = reachOf(options, settings);
  const look = lookAhead({ ...adviceContext(options), project: target.project }, reach, {
    everyLine: settings.depth === "ranges",
    signal: services.signal,
  });
  const ahead = { look, known: () => reach.known };
  const { missing, overBudget } = await explore(options, ahead, settings.mode, budget);
  const stack = settings.artifacts && !overBudget ? stackOf(options, missing) : undefined;
  const files =
    stack === undefined || "problem" in stack
      ? undefined
      : await stackFiles(options, stack.releases, settings.mode, budget);
  const coverage: Coverage = {
    ...{ manifest: shown, runtime: runtime.id },
    ...{ packages: reach.packages, known: reach.known },
    missing: missing.map(missingText),
    sources: missing.filter(isSource).length,
    missingBytes: estimatedBytes(missing, services.store),
    leftOut: leftOutOf(reach.followed()),
    files: files?.files,
    noStack: stack !== undefined && "problem" in stack ? stack.problem : undefined,
  };
  return {
    coverage,
    fetched: files?.fetched ?? [],
    overBudget: overBudget || files?.overBudget === true,
    oldest: oldestOf(reach.followed()),
  };
}

function reachOf(options: BenchOptions, settings: WarmSettings): WarmReach {
  const { configuration, now } = options.services;
  return new WarmReach({
    ...adviceContext(options),
    direct: settings.direct,
    needed: settings.needed,
    closure: settings.depth === "ranges",
    staleBefore: settings.mode === "warm" ? now() - configuration.freshnessMs : 0,
  });
}

async function explore(
  options: BenchOptions,
  ahead: Ahead,
  mode: WarmMode,
  budget: ByteBudget,
): Promise<Warmed> {
  switch (mode) {
    case "warm":
      return warm(options, ahead, budget);
    case "plan":
      return learnLists(options, ahead);
    case "check":
      return { missing: await ahead.look(), overBudget: false };
  }
}

/** What the project would be locked to now. */
function stackOf(
  options: BenchOptions,
  missing: readonly Gap[],
): { readonly releases: readonly Release[] } | { readonly problem: string } {
  const advice = advise(adviceContext(options), { verify: false });
  switch (advice.outcome) {
    case "locked":
      return { releases: releasesOf(advice.product) };
    case "unsatisfiable":
      return { problem: `no stack satisfies the Pipfile: ${advice.conflict.message}` };
    case "incomplete": {
      const more = missing.length > 0 ? "" : "; `thoth advise` may tell why";
      return { problem: `what is known does not suffice for a lock${more}` };
    }
  }
}

function releasesOf({ pins }: { readonly pins: ReadonlyMap<string, Pinned> }): readonly Release[] {
  return [...pins.values()].flatMap(({ release, source }) =>
    source === undefined ? [release] : [],
  );
}

interface Pinned {
  readonly release: Release;
  readonly source?: string;
}

/**
 * The files of a stack, fetched when warming; then the stack is verified as `thoth advise` would,
 * so that advice without network finds it verified. What fails to install gives way to another.
 */
async function stackFiles(
  options: BenchOptions,
  releases: readonly Release[],
  mode: WarmMode,
  budget: ByteBudget,
): Promise<Omit<FetchedFiles, "fetched" | "overBudget"> & Partial<FetchedFiles>> {
  if (mode !== "warm") return { files: await filesOf(openBench(options), releases) };
  const first = await fetchStack(options, releases, budget);
  const { services, runtime, project } = options;
  const { verify, freshnessMs } = services.configuration;
  const whole = first.files.missing.length === 0;
  if (verify === "none" || runtime.interpreter === undefined || !whole) return first;
  const bench = openBench(options);
  const learning = { verify: true, offline: false, freshnessMs, trigger: undefined };
  const engine = services.engine(benchRunners(bench));
  const { advice } = await adviseAndLearn(bench, engine, project, learning);
  if (advice.outcome !== "locked") return first;
  const verified = releasesOf(advice.product);
  const same = new Set(releases.map(releaseText));
  return verified.every((release) => same.has(releaseText(release)))
    ? first
    : fetchStack(options, verified, budget);
}

function isSource(gap: Gap): boolean {
  return gap.missing === "metadata" && !gap.filename.endsWith(".whl");
}

function missingText(gap: Gap): string {
  switch (gap.missing) {
    case "releases":
      return `releases of ${gap.name}`;
    case "source":
      return `source of ${gap.name}`;
    case "metadata":
    case "installed":
    case "security":
      return releaseText(gap.release);
  }
}
